"""Posts the platform publishes by itself: hand over, take back, look what became of them.

Handing over is as irreversible as a publish: claimed and pushed before, one attempt, and an answer
that was lost is looked for, by what the post says and never by a key. Taking back and looking may be
repeated; both are claimed all the same, so that two runs never draw different conclusions.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from postops.errors import (
    AuthExpired,
    OutcomeUnknown,
    PlatformError,
    PostopsError,
    Rejected,
)
from postops.model import Receipt
from postops.plan import iso, parse
from postops.plan.scheduled import AHEAD
from postops.platforms.base import Unreadable
from postops.publish import change, send
from postops.publish.again import OutOfTime, again, in_time
from postops.publish.claims import provenance
from postops.publish.ports import Result
from postops.publish.settle import Absent, Found, Later, settle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from postops.ledger.state import DeliveryState
    from postops.model import Entries, Entry, Outgoing
    from postops.plan import Action
    from postops.publish.desk import Desk
    from postops.publish.ports import Loaded, Loader
    from postops.publish.settle import Verdict

ACTIONS = frozenset({"schedule", "cancel", "confirm"})
"""What is done here, by the name its claim has."""

_EXACT = timedelta(seconds=1)


def concerns(claim: dict[str, Any], done: DeliveryState) -> bool:
    """Whether what was claimed is done here; a withdrawal is, of what waits at the platform."""
    return claim.get("action") in ACTIONS or done.scheduled_id is not None


async def carry(desk: Desk, action: Action, loader: Loader, claim: dict[str, Any]) -> Result:
    """Take back or look, as was claimed. `loader` finds the words it was handed over with."""
    if claim["action"] == "confirm":
        return await _confirm(desk, action, loader, claim)
    result = await _cancel(desk, action, loader, claim)
    if result.outcome == "published" and claim["action"] == "withdraw":
        return await change.withdraw(desk, action, claim)
    return result


# ------------------------------------------------------------------------ hand over


async def hand_over(desk: Desk, loaded: Loaded, claim: dict[str, Any]) -> Result:
    """Give the message to the platform, to be published when it is due."""
    part = loaded.message.parts[0]
    outgoing = send.outgoing_part(desk, loaded, claim, part)
    due = parse(claim["due_at"])
    assert due is not None  # noqa: S101 - nothing else is ever claimed for this
    try:
        answer = await _call(desk, claim, outgoing, due)
    except OutcomeUnknown as error:
        by = desk.clock.now() + timedelta(seconds=desk.terms.timeout)
        return await _looked_for(desk, loaded, claim, outgoing, by, str(error))
    except Rejected as error:
        if isinstance(error, (AuthExpired, Unreadable)):
            return send.refused(desk, claim, 1, error)
        return _by_run(desk, claim, str(error))
    except (OutOfTime, PostopsError) as error:
        if isinstance(error, OutOfTime) and not desk.stop.asked:
            return _too_late(desk, claim, str(error))
        return send.refused(desk, claim, 1, error)
    if isinstance(answer, Receipt):  # published at once: that is the truth, whatever was asked for
        return await send.landed(desk, loaded, claim, part, answer)
    return _kept(desk, loaded, claim, answer, due)


async def _call(
    desk: Desk, claim: dict[str, Any], outgoing: Outgoing, due: datetime
) -> Entry | Receipt:
    async def call() -> Entry | Receipt:
        prepared = await desk.platform.prepare(outgoing)
        _in_time(desk, claim, due)
        return await desk.platform.schedule(outgoing, prepared, due)

    return await again(desk, call, claim=claim)


def _in_time(desk: Desk, claim: dict[str, Any], due: datetime) -> None:
    """Under a claim that is still ours, and not so late that the platform would post it at once."""
    in_time(desk, claim)
    now, native = desk.clock.now(), desk.platform.capabilities.native_schedule
    lead = timedelta(seconds=native.lead if native else 0) + desk.terms.clock_skew
    if due - now <= lead + timedelta(seconds=desk.terms.timeout):
        raise OutOfTime("too near its time to be handed over: a run sends it")


def _kept(desk: Desk, loaded: Loaded, claim: dict[str, Any], entry: Entry, due: datetime) -> Result:
    """Write down that the platform has it."""
    if abs(entry.at - due) >= _EXACT:
        why = f"the platform keeps it as {entry.id} for {iso(entry.at)}, which is not its time"
        return send.doubt(desk, send.about(claim, 1), why)
    desk.pusher.record(
        {
            "type": "scheduled",
            **send.about(claim, 1),
            "generation": claim.get("generation"),
            "scheduled_id": entry.id,
            "due_at": claim["due_at"],
            **provenance(loaded),
        }
    )
    return Result(claim["delivery"], "scheduled")


def _too_late(desk: Desk, claim: dict[str, Any], why: str) -> Result:
    released = {"type": "released", **send.about(claim, 1), "unsent": True}
    desk.pusher.record(released | {"reason": why})
    return Result(claim["delivery"], "deferred", error=why)


def _by_run(desk: Desk, claim: dict[str, Any], why: str) -> Result:
    """The platform does not take it: nothing is lost, a run sends it when it is due."""
    event = {"type": "unscheduled", **send.about(claim, 1), "due_at": claim["due_at"]}
    desk.pusher.record(event | {"refused": True, "unsent": True, "reason": why})
    return Result(claim["delivery"], "deferred", error=f"{why}; a run sends it at its time")


async def _looked_for(
    desk: Desk,
    loaded: Loaded,
    claim: dict[str, Any],
    outgoing: Outgoing,
    sent_by: datetime,
    why: str,
) -> Result:
    """Nobody knows whether it was handed over: among what waits there, then among what is there.

    Only what waits nowhere once no request is under way was never handed over.
    """
    due = parse(claim["due_at"])
    assert due is not None  # noqa: S101
    known = _waiting_elsewhere(desk, claim)
    call = partial(desk.platform.scheduled, outgoing, due, known=known)
    try:
        entries = await _listed(desk, call, sent_by)
    except PlatformError as error:
        return Result(claim["delivery"], "unknown", error=f"{why}; looking for it failed: {error}")
    if entries is None:
        return Result(claim["delivery"], "unknown", error=f"{why}; it may still be on its way")
    if len(entries.found) == 1:
        return _kept(desk, loaded, claim, entries.found[0], due)
    if entries.found or not entries.complete:
        ids = [one.id for one in entries.found]
        told = f"{why}; {len(ids)} like it wait there" if ids else f"{why}; too many wait there"
        return send.doubt(desk, send.about(claim, 1), told, ids)
    return await _there(desk, loaded, claim, outgoing, why)


async def _listed(
    desk: Desk, call: Callable[[], Awaitable[Entries]], sent_by: datetime
) -> Entries | None:
    """What waits there, once no request can be under way. `None`: that takes too long for now."""
    at_rest = sent_by + timedelta(seconds=desk.platform.capabilities.search_lag_seconds)
    rested = desk.clock.now() >= at_rest
    entries = await again(desk, call)
    if entries.found or rested:
        return entries
    remaining = (at_rest - desk.clock.now()).total_seconds()
    if remaining > desk.terms.patience or not await desk.nap(remaining):
        return None
    return await again(desk, call)


def _waiting_elsewhere(desk: Desk, claim: dict[str, Any]) -> frozenset[str]:
    """What waits there of other deliveries: never a match."""
    state = desk.ledger.state
    names = (name for name in state.of_account(claim["account"]) if name != claim["delivery"])
    found = (state.delivery(name).scheduled_id for name in names)
    return frozenset(one for one in found if one)


async def _there(
    desk: Desk, loaded: Loaded, claim: dict[str, Any], outgoing: Outgoing, why: str
) -> Result:
    """It waits nowhere: it was published, or it never will be."""
    verdict = await _look(desk, claim, outgoing)
    if isinstance(verdict, Found):
        return await send.landed(desk, loaded, claim, loaded.message.parts[0], verdict.receipt)
    if isinstance(verdict, Absent):
        return _gone(desk, claim, Result(claim["delivery"], "unsent", error=why, again=True))
    if isinstance(verdict, Later):
        return _not_now(desk, claim, f"{why}; {verdict.why}")
    candidates = getattr(verdict, "candidates", ())
    return send.doubt(desk, send.about(claim, 1), f"{why}; {verdict.why}", candidates)


def _gone(desk: Desk, claim: dict[str, Any], result: Result) -> Result:
    """Neither there nor to come."""
    if claim["action"] == "withdraw":
        names = {"delivery": claim["delivery"], "account": claim["account"]}
        desk.pusher.record({"type": "withdrawn", **names})
        return Result(claim["delivery"], "withdrawn")
    why = f"proven absent: {result.error}" if result.error else "taken back"
    desk.pusher.record({"type": "unscheduled", **send.about(claim, 1), "reason": why})
    return result


async def _look(desk: Desk, claim: dict[str, Any], outgoing: Outgoing) -> Verdict:
    """Among one's own posts. What has left the list of those waiting may take a moment to appear:
    the platform gets as long for it as a request may take.
    """
    known = desk.ledger.state.remote_ids(claim["account"])
    if due := parse(claim.get("due_at")):  # older than any handing over of it for this time
        since = due - AHEAD - 2 * desk.terms.clock_skew
        outgoing = outgoing._replace(since=max(outgoing.since, since))
    by = desk.clock.now() + timedelta(seconds=desk.terms.timeout)
    return await settle(desk, outgoing, sent_by=by, known=known, repeated=True)


def _not_now(desk: Desk, claim: dict[str, Any], why: str) -> Result:
    """What may be repeated is given back; a handing over nobody knows of stays open."""
    if claim["action"] == "schedule":
        return Result(claim["delivery"], "unknown", error=why)
    desk.pusher.record({"type": "released", **send.about(claim, 1), "reason": why})
    return Result(claim["delivery"], "unsent", error=why)


async def reconcile(
    desk: Desk, action: Action, loader: Loader, claim: dict[str, Any]
) -> Result | None:
    """Settle the open claim of a dead run. `None`: nothing was handed over, and it may be."""
    if claim["action"] != "schedule":
        return await carry(desk, action, loader, claim)
    found = _loaded(desk, claim, loader, claim.get("commit"), claim.get("payload"))
    if isinstance(found, Result):
        return found
    outgoing = send.outgoing_part(desk, found, claim, found.message.parts[0])
    sent_by = parse(claim["lease_until"]) or desk.clock.now()
    why = f"run {claim.get('run')} died at it"
    result = await _looked_for(desk, found, claim, outgoing, sent_by, why)
    if result.outcome == "unsent" and result.again:
        return None
    # Edited or held meanwhile: then this run takes it back.
    return result._replace(again=result.outcome == "scheduled")


def _loaded(
    desk: Desk, claim: dict[str, Any], loader: Loader, commit: str | None, payload: str | None
) -> Loaded | Result:
    """The message as it was handed over, and no other."""
    try:
        loaded = loader.load(claim["delivery"], commit)
    except PostopsError as error:  # a shallow clone, or an account by another name then
        now = _today(loader, claim["delivery"])
        if now is None or now.message.digest != payload:
            return _not_now(desk, claim, str(error))
        return now
    if payload != loaded.message.digest:
        event = send.about(claim, 1)
        return send.doubt(desk, event, "this postops renders it differently than was handed over")
    return loaded


def _today(loader: Loader, delivery: str) -> Loaded | None:
    try:
        return loader.load(delivery)
    except PostopsError:
        return None


# ------------------------------------------------------------------------ afterwards


async def _cancel(desk: Desk, action: Action, loader: Loader, claim: dict[str, Any]) -> Result:
    """Take it back, before the new wish is followed."""
    done: DeliveryState = desk.ledger.state.delivery(action.delivery)
    try:
        back = await again(desk, partial(desk.platform.unschedule, done.scheduled_id or ""))
    except PostopsError as error:
        return _stays(desk, claim, error)
    due = parse(done.due_at)
    if back and due is not None and desk.clock.now() + desk.terms.clock_skew < due:
        return _gone(desk, claim, Result(action.delivery, "cancelled", again=True))
    # Near its time the platform may have been at it just then.
    return await _after(desk, loader, claim, done, "it does not wait there any more")


async def _confirm(desk: Desk, action: Action, loader: Loader, claim: dict[str, Any]) -> Result:
    """Its time has come: is it there?"""
    done: DeliveryState = desk.ledger.state.delivery(action.delivery)
    try:
        entry = await again(desk, partial(desk.platform.pending, done.scheduled_id or ""))
    except PostopsError as error:
        return _stays(desk, claim, error)
    if entry is not None:
        why = "the platform has not published it yet"
        desk.pusher.record({"type": "released", **send.about(claim, 1), "reason": why})
        return Result(action.delivery, "scheduled", error=why)
    return await _after(desk, loader, claim, done, "the platform has dropped it")


async def _after(
    desk: Desk, loader: Loader, claim: dict[str, Any], done: DeliveryState, why: str
) -> Result:
    """It does not wait there: look for it, with the words it was handed over with."""
    found = _loaded(desk, claim, loader, done.commit, done.payload)
    if isinstance(found, Result):
        return found
    outgoing = send.outgoing_part(desk, found, claim, found.message.parts[0])
    return await _there(desk, found, claim, outgoing, why)


def _stays(desk: Desk, claim: dict[str, Any], error: PostopsError) -> Result:
    """It waits there as before; the next run tries again."""
    if until := send.asked_to_wait(desk, error):
        event = {"type": "deferred", **send.about(claim, 1), "until": until}
        desk.pusher.record(event | {"reason": str(error)})
        return Result(claim["delivery"], "deferred", error=str(error), until=until)
    desk.pusher.record({"type": "released", **send.about(claim, 1), "reason": str(error)})
    outcome = "held" if isinstance(error, AuthExpired) else "unsent"
    return Result(claim["delivery"], outcome, error=str(error))  # type: ignore[arg-type]
