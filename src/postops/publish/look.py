"""Is what was sent again there once? Asked long after, when the list shows whatever there is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from postops.errors import PlatformError, PostopsError
from postops.plan.looks import AFTER
from postops.publish import send

if TYPE_CHECKING:
    from postops.ledger.state import DeliveryState
    from postops.plan import Action
    from postops.publish.desk import Desk
    from postops.publish.ports import Loaded, Loader, Result


_TWICE = "it was sent again, and the first time took effect after all: it is there twice"


async def once(desk: Desk, action: Action, loader: Loader) -> Result | None:
    """Look at every part. A twin of one is for a person; `None`: there is nothing to tell.

    Changes nothing on the platform. Where the platform does not answer, a later run looks.
    """
    done = desk.ledger.state.delivery(action.delivery)
    names = {"delivery": action.delivery, "account": action.account}
    if done.again_at is None:
        return None  # another run has looked meanwhile
    looked: dict[str, Any] = {"type": "looked", **names}
    try:
        loaded = loader.load(action.delivery, done.commit)
        if loaded.message.digest == done.payload:
            if twins := await _twins(desk, done, loaded, done.again_at):
                number = min(twins)
                urls = [done.parts[number].url, *(url for found in twins.values() for url in found)]
                return send.doubt(desk, names | {"part": number}, _TWICE, urls)
        else:
            looked["reason"] = "this postops renders it differently than was sent"
    except PlatformError:
        return None
    except PostopsError as error:
        looked["reason"] = str(error)
    desk.pusher.record(looked)
    return None


async def _twins(
    desk: Desk, done: DeliveryState, loaded: Loaded, sent: str
) -> dict[int, list[str]]:
    """Where the others are of each part that is there more than once."""
    parts = [loaded.message.parts[one.number - 1] for one in done.live]
    keys = {str(part.number): "" for part in parts}  # of what a person said to be there
    claim = {"delivery": done.name, "recorded_at": sent, "keys": keys}
    known = desk.ledger.state.remote_ids(done.account)
    shown = datetime.fromisoformat(sent) + AFTER
    found: dict[int, list[str]] = {}
    for part in parts:
        outgoing = send.outgoing_part(desk, loaded, claim, part)
        finding = await desk.platform.find(outgoing._replace(as_of=shown), known=known)
        if finding.receipts:
            found[part.number] = [one.url for one in finding.receipts]
    return found
