"""What was sent again, and is to be looked for once more, in case the first time took effect too.

Before it is sent again a part is proven absent, as far as the platform's word about its own list can
be trusted. One that shows a post hours late has two of them by then, and only a later look can tell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from postops.plan.values import Action, parse

if TYPE_CHECKING:
    from postops.ledger.delivery import DeliveryState
    from postops.plan.values import Terms, Wish

AFTER = timedelta(hours=2)
"""More than a hundred times what any platform's list is said to lag; and an author still cares."""


def look(done: DeliveryState, terms: Terms, wish: Wish | None = None) -> Action | None:
    """The look that is due at a delivery that is out, if one is."""
    sent, platform = parse(done.again_at), terms.platforms.get(done.account)
    if sent is None or platform is None or terms.now < sent + AFTER or not done.live:
        return None
    if wish is not None and not wish.credentials:
        return None
    due = parse(done.due_at)
    return Action(done.name, done.post, done.account, platform, "look", due, wish=wish)
