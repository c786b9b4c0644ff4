"""What a platform asked to leave alone for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.plan.values import Waiting, parse

if TYPE_CHECKING:
    from datetime import datetime

    from postops.ledger.delivery import DeliveryState
    from postops.plan.values import Wish


def deferred(done: DeliveryState, now: datetime, wish: Wish | None = None) -> Waiting | None:
    """Until when it was put off, if that time has not come."""
    until = parse(done.until)
    if until is None or until <= now:
        return None
    return Waiting(done.name, "deferred", until, done.reason, wish)
