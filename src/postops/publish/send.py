"""One delivery, under one claim: prepare, one irreversible call, record; part after part."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
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
from postops.model import Certainty, Delivery, Outgoing, Receipt
from postops.plan import iso, parse
from postops.platforms.base import Unreadable
from postops.publish.again import OutOfTime, again, in_time
from postops.publish.claims import ONCE_MORE, provenance, repeats
from postops.publish.ports import Result
from postops.publish.settle import Absent, Doubt, Found, Later, Repeat, Verdict, seen, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.ledger.state import DeliveryState
    from postops.model import Part
    from postops.plan import Action
    from postops.platforms.base import Platform, Prepared
    from postops.publish.desk import Desk
    from postops.publish.ports import Loaded


_RECENTLY = timedelta(minutes=1)
"""A list that was late by more than it is said to be is not waited for by a minute either."""


# ------------------------------------------------------------------------ publish


async def publish(desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any]) -> Result:
    """Send every part that is not there yet. Never raises `PlatformError`: it becomes a Result."""
    result = Result(action.delivery, "published")
    for part in _missing(desk, action, loaded):
        outcome = await _one_part(desk, action, loaded, claim, part)
        if outcome.outcome != "published":
            return _first(desk.ledger.state.delivery(action.delivery), outcome)
        result = result if result.url else outcome
    return _first(desk.ledger.state.delivery(action.delivery), result)


def _missing(desk: Desk, action: Action, loaded: Loaded) -> list[Part]:
    """What the ledger does not know to be there; in the middle, where a filter dropped a part."""
    live = {part.number for part in desk.ledger.state.delivery(action.delivery).live}
    return [part for part in loaded.message.parts if part.number not in live]


async def _one_part(
    desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any], part: Part
) -> Result:
    outgoing = outgoing_part(desk, loaded, claim, part)
    try:
        if late := await _listed_since(desk, claim, outgoing):
            return await _written(desk, loaded, claim, part, late, "it was not listed before")
        receipt = await _send(desk, action, claim, outgoing)
    except (OutOfTime, PostopsError) as error:
        if isinstance(error, OutcomeUnknown):
            # The answer is lost, the request may still be on its way.
            return await _lost(desk, loaded, claim, part, error)
        if isinstance(error, Rejected) and error.duplicate:
            return await _said_before(desk, loaded, claim, part, error)
        if _is_final(error) and repeats(claim, part.number):
            return await _refused_now(desk, loaded, claim, part, error)
        return refused(desk, claim, part.number, error)
    if desk.platform.capabilities.confirm:
        desk.confirming[action.delivery, part.number] = receipt
    known = desk.ledger.state.remote_ids(action.account)
    result = await landed(desk, loaded, claim, part, receipt)
    return await _if_twice(desk, claim, outgoing, receipt, known) or result


async def _listed_since(
    desk: Desk, claim: dict[str, Any], outgoing: Outgoing
) -> Found | Doubt | None:
    """Before it is sent again: a list that lagged more than anybody knew may show it by now."""
    part, ways = outgoing.part.number, desk.platform.certainty_for(outgoing.message)
    if Certainty.SEARCH not in ways or repeats(claim, part):
        return None
    if not _claimed_before(desk, claim, part):
        return None
    known = desk.ledger.state.remote_ids(claim["account"])
    recent = outgoing._replace(as_of=desk.clock.now() - _RECENTLY)
    try:
        return seen(await desk.platform.find(recent, known=known))
    except (AuthExpired, NotSent):
        raise
    except PlatformError as error:  # it speaks of the search only, not of the post
        raise NotSent(f"it could not be looked for once more: {error}") from error


async def _if_twice(
    desk: Desk, claim: dict[str, Any], outgoing: Outgoing, receipt: Receipt, known: frozenset[str]
) -> Result | None:
    """A server that ignores the key has two posts now, if the list was wrong before."""
    part, ways = outgoing.part.number, desk.platform.certainty_for(outgoing.message)
    if ways[:1] != (Certainty.IDEMPOTENCY_KEY,) or not _claimed_before(desk, claim, part):
        return None
    try:
        found = (await desk.platform.find(outgoing, known=known)).receipts
    except PlatformError:
        return None  # only the second look failed; the platform did answer
    if all(one.remote_id == receipt.remote_id for one in found):
        return None
    names = {"delivery": claim["delivery"], "account": claim["account"], "part": part}
    why = "it is there more than once: the server does not keep to the key it was sent with"
    return doubt(desk, names, why, [one.url for one in found])


def _claimed_before(desk: Desk, claim: dict[str, Any], part: int) -> bool:
    """Whether an earlier claim could have sent the part."""
    since = desk.ledger.state.delivery(claim["delivery"]).part_since.get(part)
    return bool(since != claim["recorded_at"])


def _may_be_twice(desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part) -> bool:
    """Whether an earlier claim may have sent it after all, and a list would show that."""
    ways = desk.platform.certainty_for(loaded.message)
    return Certainty.SEARCH in ways and _claimed_before(desk, claim, part.number)


async def confirmed(desk: Desk) -> list[Result]:
    """Look once more at all this lane has sent. What the platform did not keep is in doubt."""
    sent = dict(desk.confirming)
    desk.confirming.clear()
    try:
        look = partial(desk.platform.confirm, list(sent.values()))
        kept = await again(desk, look) if sent else frozenset()
    except PlatformError:
        return []  # only the second look failed; the platform did answer
    why = "the platform accepted it and did not keep it (a spam filter may do that)"
    found: dict[str, Result] = {}
    for (name, part), receipt in sorted(sent.items()):
        if receipt.remote_id not in kept and name not in found:
            names = {"delivery": name, "account": Delivery.parse(name).account, "part": part}
            found[name] = doubt(desk, names, why)
    return list(found.values())


def outgoing_part(desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part) -> Outgoing:
    """The part with everything its claim fixes, and the receipts it hangs on."""
    done: DeliveryState = desk.ledger.state.delivery(claim["delivery"])
    since = done.part_since.get(part.number) or claim["recorded_at"]
    return Outgoing(
        message=loaded.message,
        part=part,
        # A post that was adopted has no keys of its own before it is changed.
        key=done.keys.get(part.number) or claim["keys"][str(part.number)],
        created_at=datetime.fromisoformat(claim["recorded_at"]),
        since=datetime.fromisoformat(since) - desk.terms.clock_skew,
        files=loaded.files(part),
        card_image=loaded.card_image if part.number == 1 else None,
        root=receipt_of(done, 1) if part.number > 1 else None,
        parent=receipt_of(done, part.number - 1) if part.number > 1 else None,
        handle=done.prepared.get(part.number, {}).get("prepared"),
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

    async def call() -> Receipt:
        prepared = await desk.platform.prepare(outgoing)
        await _keep_handle(desk, claim, outgoing, prepared)
        await _until_due(desk, action, claim, outgoing.part.number)
        return await desk.platform.publish(outgoing, prepared)

    return await again(desk, call, claim=claim)


async def _keep_handle(
    desk: Desk, claim: dict[str, Any], outgoing: Outgoing, prepared: Prepared
) -> None:
    """A handle that can be asked later is worth nothing if it is lost with this machine."""
    ways = desk.platform.certainty_for(outgoing.message)
    if ways and ways[0] is Certainty.HANDLE:
        desk.pusher.record(
            {
                "type": "handle",
                **about(claim, outgoing.part.number),
                "prepared": prepared,
            }
        )
        await desk.pusher.push()


async def _until_due(desk: Desk, action: Action, claim: dict[str, Any], part: int) -> None:
    """Never early, and never when the lease could already belong to another runner."""
    if action.due_at is not None:
        await desk.nap((action.due_at + desk.fast - desk.clock.now()).total_seconds())
    in_time(desk, claim)
    sends = action.action in ("publish", "resume")
    expires = action.wish.expires_at if action.wish and sends else None
    begun = desk.ledger.state.delivery(action.delivery).live  # then it is brought to its end
    if part == 1 and not begun and expires is not None and expires <= desk.clock.now():
        raise OutOfTime("it expired before it could be sent")


async def landed(
    desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part, receipt: Receipt
) -> Result:
    """Write down that a part is there; where doubt could not be settled later, push at once."""
    due, lateness = parse(claim.get("due_at")), None
    if due is not None:
        lateness = round((receipt.at - due).total_seconds(), 3)
    desk.pusher.record_soon(
        {
            "type": "published",
            "delivery": claim["delivery"],
            "account": claim["account"],
            "part": part.number,
            "parts": len(loaded.message.parts),
            "remote_id": receipt.remote_id,
            "url": receipt.url,
            "extra": dict(receipt.extra),
            "published_at": iso(receipt.at),
            "due_at": claim.get("due_at"),
            "lateness": lateness,
            "again": _may_be_twice(desk, loaded, claim, part) or None,
            **provenance(loaded),
        }
    )
    if is_weak(desk.platform, loaded):
        await desk.pusher.push()
    elif part.number < len(loaded.message.parts):
        await desk.pusher.synced()  # the next part hangs on it
    return Result(claim["delivery"], "published", receipt.url, receipt.remote_id)


def is_weak(platform: Platform, loaded: Loaded) -> bool:
    """Whether an unknown outcome could only be guessed at: then nothing is claimed in bulk."""
    ways = platform.certainty_for(loaded.message)
    return not ways or ways[0] in (Certainty.DUPLICATE_REJECTION, Certainty.NONE)


def _first(done: DeliveryState, result: Result) -> Result:
    """A thread is known by its first part."""
    first = done.parts.get(1)
    return result._replace(url=first.url, remote_id=first.remote_id) if first else result


# ------------------------------------------------------------------------ when it did not work


def about(claim: dict[str, Any], part: int) -> dict[str, Any]:
    """What an event that ends a claim names: another run may have claimed anew since."""
    names = {"delivery": claim["delivery"], "account": claim["account"]}
    return names | {"claim": claim["id"], "part": part}


def asked_to_wait(desk: Desk, error: Exception) -> str | None:
    """Until when the platform wants to be left alone, if that is what it said."""
    if not isinstance(error, RateLimited):
        return None
    return iso(desk.clock.now() + timedelta(seconds=error.retry_after or 900))


def refused(desk: Desk, claim: dict[str, Any], part: int, error: Exception) -> Result:
    """Nothing was sent. Give the claim back, or write down the platform's no."""
    event, name, text = about(claim, part) | {"unsent": True}, claim["delivery"], str(error)
    final = _is_final(error)
    if repeats(claim, part):  # what was sent before this claim may be there all the same
        event["unsent"] = None
        until = asked_to_wait(desk, error)
        unknown = Result(name, "unknown", error=text, until=until)
        return doubt(desk, event, text) if final else unknown
    if until := asked_to_wait(desk, error):
        desk.pusher.record(event | {"type": "deferred", "until": until, "reason": text})
        return Result(name, "deferred", error=text, until=until)
    if isinstance(error, Rejected) and final:
        return _failed(desk, claim, part, error)
    desk.pusher.record(event | {"type": "released", "reason": text})
    if isinstance(error, AuthExpired):
        return Result(name, "held", error=text)
    again = isinstance(error, OutOfTime) and not desk.stop.asked
    return Result(name, "unsent", error=text, again=again)


def _is_final(error: Exception) -> bool:
    """Whether it is the platform's no to the post, not to the login or to what was answered."""
    return isinstance(error, Rejected) and not isinstance(error, (AuthExpired, Unreadable))


def _failed(desk: Desk, claim: dict[str, Any], part: int, error: Rejected) -> Result:
    sent = {"payload": claim["payload"]} if "payload" in claim else {}
    no = {"type": "failed", "error": str(error), "status": error.status}
    no["unsent"] = not repeats(claim, part) or None
    desk.pusher.record(about(claim, part) | no | sent)
    return Result(claim["delivery"], "failed", error=str(error))


async def _refused_now(
    desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part, error: Exception
) -> Result:
    """A no to what was sent once more says nothing of the first time: that may be on its way."""
    by = desk.clock.now() + timedelta(seconds=desk.terms.timeout)
    verdict = await _look(desk, loaded, claim, part, by, repeated=True)
    if isinstance(verdict, Absent) and isinstance(error, Rejected):
        return _failed(desk, claim, part.number, error)
    return await _written(desk, loaded, claim, part, verdict, str(error))


async def _said_before(
    desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part, error: Rejected
) -> Result:
    """Refused as a duplicate: of this very part, or of something else, and then it is a no."""
    before = _claimed_before(desk, claim, part.number)
    if isinstance(error.receipt, Receipt):
        known = desk.ledger.state.remote_ids(claim["account"])
        if before and error.receipt.remote_id not in known:
            return await landed(desk, loaded, claim, part, error.receipt)
        return refused(desk, claim, part.number, error)
    verdict = await _look(desk, loaded, claim, part, desk.clock.now(), repeated=True)
    if not before and isinstance(verdict, Found):
        # A proxy may have sent it twice; or it is another delivery's, whose record is on its way.
        verdict = Doubt("this is there", (verdict.receipt.url,))
    ways = desk.platform.certainty_for(loaded.message)
    if before and isinstance(verdict, Absent) and Certainty.DUPLICATE_REJECTION in ways:
        verdict = Doubt("the platform knows it already, and does not list it")
    blind = isinstance(verdict, Doubt) and not verdict.candidates
    theirs = not before and Certainty.DUPLICATE_REJECTION in ways and blind
    if theirs or isinstance(verdict, Absent):
        return refused(desk, claim, part.number, error)
    return await _written(desk, loaded, claim, part, verdict, str(error))


async def _lost(
    desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part, error: OutcomeUnknown
) -> Result:
    by = desk.clock.now() + timedelta(seconds=desk.terms.timeout)
    verdict = await _look(desk, loaded, claim, part, by)
    named, known = error.receipt, desk.ledger.state.remote_ids(claim["account"])
    if isinstance(named, Receipt) and named.remote_id not in known:
        verdict = _or_this(verdict, named)
    return await _written(desk, loaded, claim, part, verdict, str(error))


def _or_this(verdict: Verdict, named: Receipt) -> Verdict:
    """Nobody finds by its words what shows others: that is asked about rather than sent again."""
    if isinstance(verdict, Found):
        return verdict
    asked = verdict if isinstance(verdict, Doubt) else Doubt("is it this?")
    return Doubt(asked.why, tuple(dict.fromkeys((*asked.candidates, named.url))))


async def _look(
    desk: Desk,
    loaded: Loaded,
    claim: dict[str, Any],
    part: Part,
    sent_by: datetime,
    *,
    repeated: bool = False,
) -> Verdict:
    outgoing = outgoing_part(desk, loaded, claim, part)
    known = desk.ledger.state.remote_ids(claim["account"])
    repeated = repeated or claim.get("reason") == ONCE_MORE
    return await settle(desk, outgoing, sent_by=sent_by, known=known, repeated=repeated)


async def _written(
    desk: Desk, loaded: Loaded, claim: dict[str, Any], part: Part, verdict: Verdict, why: str
) -> Result:
    name = claim["delivery"]
    match verdict:
        case Found(receipt):
            return await landed(desk, loaded, claim, part, receipt)
        case Absent():
            event = about(claim, part.number) | {"type": "released"}
            desk.pusher.record(event | {"reason": f"proven absent: {why}"})
            return Result(name, "unsent", error=why, again=True)
        case Doubt(reason, candidates):
            return doubt(desk, about(claim, part.number), f"{why}; {reason}", candidates)
        case Repeat(reason):
            return Result(name, "unknown", error=f"{why}; {reason}", repeat=part.number)
        case Later(later):
            return Result(name, "unknown", error=f"{why}; {later}")


def doubt(desk: Desk, event: dict[str, Any], why: str, candidates: Sequence[str] = ()) -> Result:
    """Write down that nobody can know: a person has to look."""
    desk.pusher.record(event | {"type": "in_doubt", "reason": why, "candidates": list(candidates)})
    return Result(event["delivery"], "in-doubt", error=why)


# ------------------------------------------------------------------------ reconcile


async def reconcile(
    desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any]
) -> Result | None:
    """Settle the open claim of a dead run: look, never send. `None`: it may be planned anew.

    A later part was sent only after the former was recorded, but that record may have died with
    the machine: so every part is looked for until one is proven absent.
    """
    # By its own clock the dead run sent nothing after its window; by ours that may be later.
    sent_by = datetime.fromisoformat(claim["lease_until"])
    why = f"run {claim.get('run')} died at it"
    for part in _missing(desk, action, loaded):
        verdict = await _look(desk, loaded, claim, part, sent_by)
        result = await _written(desk, loaded, claim, part, verdict, why)
        if isinstance(verdict, Absent):
            return None
        if not isinstance(verdict, Found):
            return result
    done = desk.ledger.state.delivery(action.delivery)
    return _first(done, Result(action.delivery, "published"))
