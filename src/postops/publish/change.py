"""Update and withdraw: claimed like a publish, but harmless to repeat.

Harmless, that is, while the claim holds: an old text that arrives after another run has sent a newer
one would undo it. So no call is made that could outlast the lease; what is not done by then is given
back and done again under a new claim.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from postops.errors import NotSent, OutcomeUnknown, PostopsError, Rejected
from postops.plan import iso
from postops.publish.again import OutOfTime, again, in_time
from postops.publish.claims import deadline, provenance
from postops.publish.ports import Result
from postops.publish.send import about, doubt, outgoing_part, receipt_of, refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from postops.ledger.state import DeliveryState
    from postops.model import Outgoing, Receipt
    from postops.plan import Action
    from postops.publish.desk import Desk
    from postops.publish.ports import Loaded

T = TypeVar("T")


async def withdraw(desk: Desk, action: Action, claim: dict[str, Any]) -> Result:
    """Delete what is there, the last part first, so that no thread loses its head before its tail."""
    done: DeliveryState = desk.ledger.state.delivery(action.delivery)
    url = done.parts[1].url if 1 in done.parts else None
    for number in sorted(done.parts, reverse=True):
        receipt = receipt_of(done, number)
        if receipt is None or done.parts[number].withdrawn:
            continue
        try:
            _known_place(receipt)
            await _again(desk, partial(desk.platform.delete, receipt), claim)
        except (OutOfTime, PostopsError) as error:
            return _stays(desk, claim, number, error)
        event = {"type": "withdrawn", "part": number, "remote_id": receipt.remote_id}
        desk.pusher.record(_event(action) | event)
    return Result(action.delivery, "withdrawn", url)


async def update(desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any]) -> Result:
    """Bring every part to what the file says now."""
    url = None
    for part in loaded.message.parts:
        outgoing = outgoing_part(desk, loaded, claim, part)
        receipt = receipt_of(desk.ledger.state.delivery(action.delivery), part.number)
        if receipt is None:
            continue
        try:
            _known_place(receipt)
            changed, lost = await _again(desk, _update(desk, claim, outgoing, receipt), claim)
            await _over(desk, claim, lost)
        except (OutOfTime, PostopsError) as error:
            return _stays(desk, claim, part.number, error)
        url = url or changed.url
        event = {"type": "updated", "part": part.number, "parts": len(loaded.message.parts)}
        told = {"remote_id": changed.remote_id, "url": changed.url, "extra": dict(changed.extra)}
        at = {"published_at": iso(receipt.at)}
        desk.pusher.record(_event(action) | event | told | at | provenance(loaded))
    return Result(action.delivery, "updated", url)


def let_go(desk: Desk, claim: dict[str, Any], part: int) -> None:
    """A run died at an update, and may have made it: the next plan brings it to what is wished now."""
    event = about(claim, part) | {"type": "released"}
    desk.pusher.record(event | {"reason": f"run {claim.get('run')} died changing it"})


def wished_again(desk: Desk, claim: dict[str, Any], kept: str | None) -> Result:
    """A run died at a deletion, and may have made it; since then it is not wished any more.

    `kept` says why; `None`: its file has come back.
    """
    done: DeliveryState = desk.ledger.state.delivery(claim["delivery"])
    why = kept or "its file is there again"
    why = f"run {claim.get('run')} died deleting it, and {why}: is it gone?"
    return doubt(desk, about(claim, done.asked_about), why, [part.url for part in done.live])


def _known_place(receipt: Receipt) -> None:
    """A post that was adopted without its address cannot be found there. Raises `Rejected`."""
    if not receipt.remote_id:
        raise Rejected("it was adopted without its address, so nobody knows where it is")


def _update(
    desk: Desk, claim: dict[str, Any], outgoing: Outgoing, receipt: Receipt
) -> Callable[[], Awaitable[Receipt]]:
    async def call() -> Receipt:
        prepared = await desk.platform.prepare(outgoing)
        in_time(desk, claim)  # uploads take what time they take
        return await desk.platform.update(outgoing, prepared, receipt)

    return call


async def _again(
    desk: Desk, call: Callable[[], Awaitable[T]], claim: dict[str, Any]
) -> tuple[T, datetime | None]:
    """Try as often as the terms say; also when the last try was lost, which may be on its way.

    Raises `OutcomeUnknown` where nothing came of it but a try that may have landed.
    """
    lost: datetime | None = None

    async def once() -> T:
        nonlocal lost
        try:
            return await call()
        except NotSent as error:
            lost = lost if error.certain else desk.clock.now()
            raise

    try:
        return await again(desk, once, claim=claim), lost
    except (OutOfTime, NotSent) as error:
        if lost is not None:
            raise OutcomeUnknown(str(error)) from error
        raise


async def _over(desk: Desk, claim: dict[str, Any], lost: datetime | None) -> None:
    """Wait until a lost try is over, under the claim: landing later, it would undo a newer edit."""
    if lost is None:
        return
    ends = lost + timedelta(seconds=desk.terms.timeout)
    rest = (ends - desk.clock.now()).total_seconds()
    if ends >= deadline(claim, desk.terms) or not await desk.nap(rest):
        raise OutcomeUnknown("an earlier try may still be on its way")


def _stays(desk: Desk, claim: dict[str, Any], part: int, error: Exception) -> Result:
    """A refusal is written down; an unknown outcome leaves the claim open, for a run to settle."""
    if isinstance(error, (OutOfTime, NotSent, Rejected)):
        return refused(desk, claim, part, error)
    return Result(claim["delivery"], "unknown", error=str(error))


def _event(action: Action) -> dict[str, Any]:
    return {"delivery": action.delivery, "account": action.account}
