"""Whether what is out may be changed: it goes forward only, and somebody has to know where it is.

A branch that was forced back, or a slow run that fetched an older tip and lost a race, would undo
what people have seen since. What still waits at a platform is taken back all the same: nobody has
seen that, and the run that sends it goes by the newest file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.plan.values import Waiting

if TYPE_CHECKING:
    from postops.ledger.delivery import DeliveryState
    from postops.plan.values import Past, Reason, Wish


def stays(
    done: DeliveryState, past: Past, reason: Reason, wish: Wish | None = None
) -> Waiting | None:
    """Why it is left as it is, whatever the files say; `None` where it may be changed.

    `reason` is what it waits with.
    """
    if any(not part.remote_id for part in done.live):
        detail = "it counts as published, but nobody knows where: `postops adopt --url` says so"
        return Waiting(done.name, reason, None, detail, wish)
    last = done.last_commit
    if last is None or last in past.commits:
        return None
    if past.cut:
        detail = (
            f"a shallow clone cannot tell whether it is newer than {last[:12]}: `fetch-depth: 0`"
        )
        return Waiting(done.name, "unknown-age", None, detail, wish)
    detail = (
        f"the content branch went back behind {last[:12]}, or was rewritten: merge that commit into"
        " it, or take the post back with `postops withdraw`"
    )
    return Waiting(done.name, reason, None, detail, wish)
