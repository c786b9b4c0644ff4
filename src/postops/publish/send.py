"""One delivery, under one claim: prepare, one irreversible call, record; part after part."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from postops.errors import (
    AuthExpired,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    PostopsError,
    RateLimited,
    Rejected,
)
from postops.model import Certainty, Outgoing, Receipt
from postops.plan import iso
from postops.platforms.base import Unreadable
from postops.publish.claims import deadline, provenance
from postops.publish.ports import Result
from postops.publish.settle import Absent, Doubt, Found, Later, Verdict, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.ledger.state import DeliveryState
    from postops.model import Part
    from postops.plan import Action
    from postops.platforms.base import Platform, Prepared
    from postops.publish.desk import Desk
    from postops.publish.ports import Loaded


class OutOfTime(Exception):  # noqa: N818 - an ending, not a fault
    """The claim may not be used any longer, or the run was asked to stop: nothing was sent."""


# ------------------------------------------------------------------------ publish


async def publish(desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any]) -> Result:
    """Send every part that is not there yet. Never raises `PlatformError`: it becomes a Result."""
    result = Result(action.delivery, "published")
    for part in loaded.message.parts[action.part - 1 :]:
        outcome = await _one_part(desk, action, loaded, claim, part)
        if outcome.outcome != "published":
            return outcome
        result = result if result.url else outcome
    return _first(desk.ledger.state.delivery(action.delivery), result)


async def _one_part(
    desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any], part: Part
) -> Result:
    outgoing = outgoing_part(desk, loaded, claim, part)
    try:
        receipt = await _send(desk, action, claim, outgoing)
    except (OutOfTime, PostopsError) as error:
        if isinstance(error, OutcomeUnknown) or getattr(error, "duplicate", False):
            now = desk.clock.now()
            return (await _settled(desk, action, loaded, outgoing, now, str(error)))[1]
        return _refused(desk, action, loaded, part, error)
    if desk.platform.capabilities.confirm:
        look = asyncio.create_task(desk.platform.confirm(outgoing, receipt))
        desk.confirming[action.delivery, part.number] = look
    return await landed(desk, action, loaded, part, receipt)


async def confirmed(desk: Desk, action: Action) -> Result | None:
    """Wait for the second looks at a delivery. `None`: it is where it was said to be."""
    for delivery, part in sorted(key for key in desk.confirming if key[0] == action.delivery):
        try:
            kept = await desk.confirming.pop((delivery, part))
        except PlatformError:
            continue  # only the second look failed; the platform did answer
        if not kept:
            why = "the platform accepted it and did not keep it (a spam filter may do that)"
            return doubt(desk, action, why, part=part)
    return None


def outgoing_part(desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part) -> Outgoing:
    """The part with everything its claim fixes, and the receipts it hangs on."""
    done: DeliveryState = desk.ledger.state.delivery(claim["delivery"])
    since = done.part_since.get(part.number) or claim["recorded_at"]
    return Outgoing(
        message=loaded.message,
        part=part,
        key=done.keys[part.number],
        created_at=datetime.fromisoformat(claim["recorded_at"]),
        since=datetime.fromisoformat(since) - desk.terms.clock_skew,
        files=loaded.files(part),
        card_image=loaded.card_image if part.number == 1 else None,
        root=receipt_of(done, 1) if part.number > 1 else None,
        parent=receipt_of(done, part.number - 1) if part.number > 1 else None,
    )


def receipt_of(done: DeliveryState, number: int) -> Receipt | None:
    """What the ledger knows of a part that is there."""
    part = done.parts.get(number)
    if part is None:
        return None
    at = datetime.fromisoformat(part.published_at)
    return Receipt(part.remote_id, part.url, at, dict(part.extra))


async def _send(desk: Desk, action: Action, claim: dict[str, Any], outgoing: Outgoing) -> Receipt:
    """Prepare, wait for the second it is due, and make the call; again only if nothing was sent."""
    for attempt in range(1, desk.terms.tries + 1):
        try:
            prepared = await desk.platform.prepare(outgoing)
            await _keep_handle(desk, action, outgoing, prepared)
            await _until_due(desk, action, claim)
            return await desk.platform.publish(outgoing, prepared)
        except RateLimited as error:
            if attempt == desk.terms.tries or (error.retry_after or 0) > desk.terms.patience:
                raise
            await _pause(desk, claim, error.retry_after or attempt * 2.0)
        except NotSent:
            if attempt == desk.terms.tries:
                raise
            await _pause(desk, claim, attempt * (0.5 + desk.clock.random()))
    raise AssertionError("the loop above returns or raises")


async def _keep_handle(desk: Desk, action: Action, outgoing: Outgoing, prepared: Prepared) -> None:
    """A handle that can be asked later is worth nothing if it is lost with this machine."""
    ways = desk.platform.certainty_for(outgoing.message)
    if ways and ways[0] is Certainty.HANDLE:
        desk.pusher.record(
            {
                "type": "handle",
                "delivery": action.delivery,
                "account": action.account,
                "part": outgoing.part.number,
                "prepared": prepared,
            }
        )
        await desk.pusher.push()


async def _until_due(desk: Desk, action: Action, claim: dict[str, Any]) -> None:
    """Never early, and never when the lease could already belong to another runner."""
    if action.due_at is not None:
        await desk.nap((action.due_at - desk.clock.now()).total_seconds())
    if desk.stop.asked or desk.clock.now() >= deadline(claim, desk.terms):
        raise OutOfTime("the run was stopped" if desk.stop.asked else "the claim ran out of time")


async def _pause(desk: Desk, claim: dict[str, Any], seconds: float) -> None:
    ends = desk.clock.now() + timedelta(seconds=seconds)
    if ends >= deadline(claim, desk.terms) or not await desk.nap(seconds):
        raise OutOfTime("no time left to try again")


async def landed(
    desk: Desk, action: Action, loaded: Loaded, part: Part, receipt: Receipt
) -> Result:
    """Write down that a part is there; where doubt could not be settled later, push at once."""
    lateness = None
    if action.due_at is not None:
        lateness = round((receipt.at - action.due_at).total_seconds(), 3)
    desk.pusher.record(
        {
            "type": "published",
            "delivery": action.delivery,
            "account": action.account,
            "part": part.number,
            "parts": len(loaded.message.parts),
            "remote_id": receipt.remote_id,
            "url": receipt.url,
            "extra": dict(receipt.extra),
            "published_at": iso(receipt.at),
            "due_at": iso(action.due_at),
            "lateness": lateness,
            **provenance(loaded),
        }
    )
    if is_weak(desk.platform, loaded):
        await desk.pusher.push()
    return Result(action.delivery, "published", receipt.url, receipt.remote_id)


def is_weak(platform: Platform, loaded: Loaded) -> bool:
    """Whether an unknown outcome could only be guessed at: then nothing is claimed in bulk."""
    ways = platform.certainty_for(loaded.message)
    return not ways or ways[0] in (Certainty.DUPLICATE_REJECTION, Certainty.NONE)


def _first(done: DeliveryState, result: Result) -> Result:
    """A thread is known by its first part."""
    first = done.parts.get(1)
    return result._replace(url=first.url, remote_id=first.remote_id) if first else result


# ------------------------------------------------------------------------ when it did not work


def _refused(desk: Desk, action: Action, loaded: Loaded, part: Part, error: Exception) -> Result:
    """Nothing was sent. Give the claim back, or write down the platform's no."""
    event = {"delivery": action.delivery, "account": action.account, "part": part.number}
    text = str(error)
    if isinstance(error, RateLimited):
        until = desk.clock.now() + timedelta(seconds=error.retry_after or 900)
        desk.pusher.record(event | {"type": "deferred", "until": iso(until), "reason": text})
        return Result(action.delivery, "deferred", error=text)
    if isinstance(error, Rejected) and not isinstance(error, (AuthExpired, Unreadable)):
        status = error.status
        desk.pusher.record(
            event
            | {"type": "failed", "error": text, "status": status, "payload": loaded.message.digest}
        )
        return Result(action.delivery, "failed", error=text)
    desk.pusher.record(event | {"type": "released", "reason": text})
    if isinstance(error, AuthExpired):
        return Result(action.delivery, "held", error=text)
    again = isinstance(error, OutOfTime) and not desk.stop.asked
    return Result(action.delivery, "unsent", error=text, again=again)


async def _settled(
    desk: Desk, action: Action, loaded: Loaded, outgoing: Outgoing, sent_by: datetime, why: str
) -> tuple[Verdict, Result]:
    """The answer was lost: look, never send again. Write down what was found out."""
    known = desk.ledger.state.remote_ids(action.account)
    verdict = await settle(desk, outgoing, sent_by=sent_by, known=known)
    part = outgoing.part.number
    event = {"delivery": action.delivery, "account": action.account, "part": part}
    match verdict:
        case Found(receipt):
            return verdict, await landed(desk, action, loaded, outgoing.part, receipt)
        case Absent():
            desk.pusher.record(event | {"type": "released", "reason": f"proven absent: {why}"})
            return verdict, Result(action.delivery, "unsent", error=why, again=True)
        case Doubt(reason, candidates):
            return verdict, doubt(desk, action, f"{why}; {reason}", candidates, part=part)
        case Later(later):
            return verdict, Result(action.delivery, "unknown", error=f"{why}; {later}")


def doubt(
    desk: Desk, action: Action, why: str, candidates: Sequence[str] = (), *, part: int | None = None
) -> Result:
    """Write down that nobody can know: a person has to look."""
    desk.pusher.record(
        {
            "type": "in_doubt",
            "delivery": action.delivery,
            "account": action.account,
            "part": part or action.part,
            "reason": why,
            "candidates": list(candidates),
        }
    )
    return Result(action.delivery, "in-doubt", error=why)


# ------------------------------------------------------------------------ reconcile


async def reconcile(
    desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any]
) -> Result | None:
    """Settle the open claim of a dead run. `None`: it is released, and may be planned anew.

    A later part was sent only after the former was recorded, but that record may have died with
    the machine: so every part is looked for until one is proven absent.
    """
    sent_by = datetime.fromisoformat(claim["recorded_at"]) + desk.terms.window
    why = f"run {claim.get('run')} died at it"
    for part in loaded.message.parts[action.part - 1 :]:
        outgoing = outgoing_part(desk, loaded, claim, part)
        verdict, result = await _settled(
            desk, action, loaded, outgoing, min(sent_by, desk.clock.now()), why
        )
        if isinstance(verdict, Absent):
            return None
        if not isinstance(verdict, Found):
            return result
    done = desk.ledger.state.delivery(action.delivery)
    return _first(done, Result(action.delivery, "published"))
