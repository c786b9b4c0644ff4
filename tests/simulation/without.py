"""The protocol with one guard less: what each mutant puts in a guard's place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from postops.errors import LedgerConflict, LedgerError, NotSent, OutcomeUnknown
from postops.ledger import journal, state
from postops.model import Certainty
from postops.plan import Action, decide
from postops.publish import again, claims, pusher, run, schedule, send, settle
from postops.publish.again import OutOfTime
from postops.publish.ports import Result
from postops.publish.settle import Absent
from tests.simulation import remote
from tests.simulation.platforms import SimPlatform

_claim, _record, _landed = pusher.Pusher.claim, journal.Ledger.record, send.landed
_open_claim, _draft, _plan_decide = decide._open_claim, claims.draft, decide._decide
_late, _send_publish, _at_rest = state.is_late, send.publish, settle._once_at_rest
_confirmed, _outgoing, _land = send.confirmed, send.outgoing_part, remote.SimRemote._land
_handled, _record_skips, _stand = state._handle, run.Run._record_skips, run.Run._stand
_settle, _published, _in_doubt = settle.settle, state._published, state._in_doubt


async def no_push(self: Any, drafts: Any, as_planned: Any = None) -> Any:
    """Claim on one's own disk only."""
    return self._ledger.record(*drafts)


async def claim_anyway(self: Any, drafts: Any, as_planned: Any) -> Any:
    return await _claim(self, drafts, lambda: True)


async def ignore_conflict(self: Any, drafts: Any, as_planned: Any) -> Any:
    """A lost race is taken for a claim."""
    try:
        return await _claim(self, drafts, as_planned)
    except LedgerConflict:
        return self._ledger.record(*drafts)


async def push_unknown_is_fine(self: Any, drafts: Any, as_planned: Any) -> Any:
    try:
        return await _claim(self, drafts, as_planned)
    except LedgerError as error:
        if isinstance(error, LedgerConflict):
            raise
        return self._ledger.record(*drafts)


def no_swap(self: Any, base: Any, changes: Any) -> Any:
    """Push with force: the head is whatever was pushed last."""
    self.cloud.head = replace(self.cloud.head, sha=base.sha, anchor=base.anchor)
    return _land(self, base, changes)


def key_by_attempt(*args: Any) -> Any:
    made = _draft(*args)
    if "keys" in made:
        made["keys"] = {n: f"{key}-{made['attempt']}" for n, key in made["keys"].items()}
    return made


def fresh_keys(delivery: Any, event: Any) -> None:
    """The newest claim's keys count, not the first's."""
    delivery.keys = {}
    _claimed_publish(delivery, event)


_claimed, _claimed_publish = state._claimed, state._claimed_publish


def since_last_claim(delivery: Any, event: Any) -> None:
    delivery.part_since = {}
    _claimed_publish(delivery, event)


def no_lease(done: Any, terms: Any, wish: Any) -> Any:
    return decide._reconcile(done, terms, wish)


def reclaim(wish: Any, done: Any, *rest: Any) -> Any:
    """An open claim past its lease is simply sent again."""
    if done.claim is not None:
        found = decide._open_claim(done, rest[1], wish)
        if isinstance(found, Action):
            return replace(found, action="resume")
        return found
    return _plan_decide(wish, done, *rest)


async def blind(self: Any, kind: str, what: str, effect: Any, *, doubt: bool = False) -> Any:
    """A lost answer is taken for nothing sent."""
    try:
        return await _call(self, kind, what, effect, doubt=doubt)
    except OutcomeUnknown as error:
        raise NotSent(str(error)) from error


_call = SimPlatform._call


async def lost_is_absent(desk: Any, outgoing: Any, **more: Any) -> Any:
    return Absent()


async def no_rest(desk: Any, outgoing: Any, at_rest: Any, known: Any) -> Any:
    return Absent()


async def rest_without_lag(desk: Any, outgoing: Any, at_rest: Any, known: Any) -> Any:
    lag = timedelta(seconds=desk.platform.capabilities.search_lag_seconds)
    return await _at_rest(desk, outgoing, at_rest - lag, known)


async def rest_without_flight(desk: Any, outgoing: Any, at_rest: Any, known: Any) -> Any:
    return await _at_rest(desk, outgoing, at_rest - timedelta(seconds=desk.terms.timeout), known)


async def doubt_is_absent(desk: Any, outgoing: Any, **more: Any) -> Any:
    verdict = await _settle(desk, outgoing, **more)
    return Absent() if isinstance(verdict, settle.Doubt) else verdict


async def knows_nothing(desk: Any, outgoing: Any, *, known: Any, **more: Any) -> Any:
    return await _settle(desk, outgoing, known=frozenset(), **more)


def nothing(*_: Any, **__: Any) -> None:
    return None


def prepares_anew(delivery: Any, event: Any) -> None:
    if delivery.claim is None:
        delivery.prepared = {}
    _claimed(delivery, event)


def deadline_without_skew(claim: Any, terms: Any) -> datetime:
    return datetime.fromisoformat(claim["lease_until"]) - timedelta(seconds=terms.timeout)


def no_deadline(claim: Any, terms: Any) -> datetime:
    return datetime.fromisoformat(claim["lease_until"]) + timedelta(days=1)


async def thread_first(desk: Any, loaded: Any, claim: Any, part: Any, receipt: Any) -> Any:
    """The record waits until the whole thread is out."""
    if part.number < len(loaded.message.parts):
        desk.ledger.state.store(claim["delivery"]).parts[part.number] = state.PartState(
            part.number, receipt.remote_id, receipt.url, {}, receipt.at.isoformat()
        )
        return send.Result(claim["delivery"], "published", receipt.url, receipt.remote_id)
    return await _landed(desk, loaded, claim, part, receipt)


async def no_record(desk: Any, loaded: Any, claim: Any, part: Any, receipt: Any) -> Any:
    return send.Result(claim["delivery"], "published", receipt.url, receipt.remote_id)


def all_parts(desk: Any, action: Any, loaded: Any) -> Any:
    return list(loaded.message.parts)


def no_root(desk: Any, loaded: Any, claim: Any, part: Any) -> Any:
    return _outgoing(desk, loaded, claim, part)._replace(parent=None)


def no_handle(desk: Any, loaded: Any, claim: Any, part: Any) -> Any:
    return _outgoing(desk, loaded, claim, part)._replace(handle=None)


async def unkept(*_: Any, **__: Any) -> None:
    return None


async def not_dropped(desk: Any) -> list[Any]:
    if desk.confirming:
        await desk.platform.confirm(list(desk.confirming.values()))
    return []


def not_released(self: Any, claimed: Any) -> None:
    self._finish(send.Result(claimed.action.delivery, "unsent", error="stopped"))


def settles_any(delivery: Any, event: Any) -> bool:
    return False


def by_run_only(delivery: Any, event: Any) -> bool:
    return _late(delivery, {k: v for k, v in event.items() if k != "claim"})


def any_handle(delivery: Any, event: Any) -> None:
    _handled(delivery, {k: v for k, v in event.items() if k != "claim"})


def drops_pending(self: Any, state_: Any, landed: Any) -> None:
    """On a lost race, outcomes that were not pushed are forgotten."""
    self.events = []


async def wait_without(desk: Any, action: Any, claim: Any, part: int) -> None:
    """Sends at once, due or not."""


def skew_is_fine(*_: Any) -> None:
    return None


def late_for_all(wish: Any, done: Any, state_: Any, terms: Any, *rest: Any) -> Any:
    """Late and expired hold later parts as well."""
    if done.claim is None and done.live and not done.complete:
        held = decide._expired(wish, terms) or decide._late(wish, terms, None)
        if held:
            return held
    return _plan_decide(wish, done, state_, terms, *rest)


def deferred_is_fresh(wish: Any, done: Any, state_: Any, terms: Any, *rest: Any) -> Any:
    if (
        done.phase == "deferred"
        and done.live
        and done.until
        and done.until <= decide.iso(terms.now)
    ):
        return decide._act(wish, "publish")
    return _plan_decide(wish, done, state_, terms, *rest)


def held_no_more(wish: Any) -> None:
    return None


def gives_up_anyway(self: Any, skips: Any) -> None:
    held, self._held = self._held, {}
    _record_skips(self, skips)
    self._held = held


def skips_end_claims(delivery: Any, event: Any) -> bool:
    return event["type"] != "skipped" and _late(delivery, event)


def late_news(delivery: Any, event: Any) -> None:
    action, delivery.action = delivery.action, "publish"
    _published(delivery, event)
    delivery.action = action


def no_renames(wishes: Any, state_: Any, paths: Any) -> Any:
    return wishes


async def no(desk: Any, loaded: Any, claim: Any, part: Any, error: Any) -> Any:
    return send._failed(desk, claim, part.number, error)


def always(desk: Any, claim: Any, part: Any) -> bool:
    return True


async def surely_gone(desk: Any, loaded: Any, claim: Any, outgoing: Any, why: str) -> Any:
    return schedule._gone(desk, claim, Result(claim["delivery"], "unsent", error=why, again=True))


async def at_a_glance(desk: Any, claim: Any, outgoing: Any) -> Any:
    """One look, and what is not seen was never published."""
    known = desk.ledger.state.remote_ids(claim["account"])
    long_ago = desk.clock.now() - timedelta(hours=1)
    return await settle.settle(desk, outgoing, sent_by=long_ago, known=known, repeated=True)


async def never_handed(
    desk: Any, loaded: Any, claim: Any, outgoing: Any, sent_by: Any, why: str
) -> Any:
    return await surely_gone(desk, loaded, claim, outgoing, why)


async def listed_at_once(desk: Any, call: Any, sent_by: datetime) -> Any:
    return await _listed(desk, call, desk.clock.now() - timedelta(hours=1))


_listed = schedule._listed


# ------------------------------------------------------------------------ guards added later


def key_for_ever(desk: Any, outgoing: Any, ways: Any) -> bool:
    """A key is trusted however long ago it was first used."""
    keyed = Certainty.IDEMPOTENCY_KEY in ways and Certainty.SEARCH not in ways
    return keyed or _knows_again(desk, outgoing, ways)


def all_at_once(actions: Any, *_: Any) -> Any:
    return list(actions)


def heedless(self: Any, account: str, result: Any) -> None:
    """What the platform said to one delivery is not for the others of its account."""
    self._finish(result)


async def due_only(desk: Any, action: Any, claim: Any, part: int) -> None:
    """Whether it expired was looked at when it was planned, and that is all."""
    if action.due_at is not None:
        await desk.nap((action.due_at - desk.clock.now()).total_seconds())
    again.in_time(desk, claim)


async def again_for_ever(desk: Any, call: Any, *, claim: Any = None) -> Any:
    return await _again(desk, call)


def in_time_though_stopped(desk: Any, claim: Any) -> None:
    if not again._lasts(desk, claim, 0):
        raise OutOfTime("the claim ran out of time")


def no_way(*_: Any) -> bool:
    return False


def no_time(*_: Any) -> timedelta:
    return timedelta(0)


async def nothing_there(*_: Any) -> None:
    return None


_knows_again, _again = settle._knows_again, again.again


async def first_part_first(desk: Any, action: Any, claim: Any) -> Any:
    """Delete a thread from its head."""
    done = desk.ledger.state.delivery(action.delivery)
    names = {"delivery": action.delivery, "account": action.account}
    for number in sorted(done.parts):
        await desk.platform.delete(send.receipt_of(done, number))
        desk.pusher.record({"type": "withdrawn", "part": number} | names)
    return Result(action.delivery, "withdrawn")


def for_all(self: Any, account: str) -> bool:
    """What holds one account holds them all."""
    return self.stop.asked or bool(self._held) or bool(self._waits)
