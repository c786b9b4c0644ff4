"""Every guard of the protocol, taken out one at a time: the checker has to notice.

A mutant is a patch of production code. `redundant` says why a guard may be missed: another one
stands behind it. A checker that lets a mutant live proves nothing about the guard.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from postops.errors import LedgerConflict, LedgerError, NotSent, OutcomeUnknown
from postops.ledger import journal, state
from postops.plan import Action, decide, removed, scheduled
from postops.publish import again, change, claims, pusher, run, schedule, send, sessions, settle
from postops.publish.ports import Result
from postops.publish.settle import Absent
from tests.ledger import test_state
from tests.simulation import content, remote, test_known, test_outside
from tests.simulation.exhaustive import singles, workloads
from tests.simulation.platforms import SimPlatform
from tests.simulation.seeds import scenario
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulation.world import Scenario


class Mutant(NamedTuple):
    """One guard less. `unit` is a test that shows what no world does while the other guards stand."""

    guard: str
    patches: tuple[tuple[Any, str, Any], ...]
    where: tuple[str, ...] = ()  # workloads, and
    seeds: tuple[int, ...] = ()  # worlds it is known to fall in: tried first
    unit: Callable[[], None] | None = None

    @contextmanager
    def applied(self) -> Iterator[None]:
        with ExitStack() as stack:
            for patch in self.patches:
                owner, name, new = patch
                table = isinstance(owner, dict)
                changed = (
                    mock.patch.dict(owner, {name: new}) if table else mock.patch.object(*patch)
                )
                stack.enter_context(changed)
            yield


_claim, _record, _landed = pusher.Pusher.claim, journal.Ledger.record, send.landed
_open_claim, _draft, _plan_decide = decide._open_claim, claims.draft, decide._decide
_late, _send_publish, _at_rest = state._late, send.publish, settle._once_at_rest
_confirmed, _outgoing, _land = send.confirmed, send.outgoing_part, remote.SimRemote._land
_handled, _record_skips, _stand = state._handle, run.Run._record_skips, run.Run._stand
_settle, _published, _in_doubt = settle.settle, state._published, state._in_doubt


async def _no_push(self: Any, drafts: Any, as_planned: Any = None) -> Any:
    """Claim on one's own disk only."""
    return self._ledger.record(*drafts)


async def _claim_anyway(self: Any, drafts: Any, as_planned: Any) -> Any:
    return await _claim(self, drafts, lambda: True)


async def _ignore_conflict(self: Any, drafts: Any, as_planned: Any) -> Any:
    """A lost race is taken for a claim."""
    try:
        return await _claim(self, drafts, as_planned)
    except LedgerConflict:
        return self._ledger.record(*drafts)


async def _push_unknown_is_fine(self: Any, drafts: Any, as_planned: Any) -> Any:
    try:
        return await _claim(self, drafts, as_planned)
    except LedgerError as error:
        if isinstance(error, LedgerConflict):
            raise
        return self._ledger.record(*drafts)


def _no_swap(self: Any, base: Any, changes: Any) -> Any:
    """Push with force: the head is whatever was pushed last."""
    self.cloud.head = replace(self.cloud.head, sha=base.sha, anchor=base.anchor)
    return _land(self, base, changes)


def _key_by_attempt(*args: Any) -> Any:
    made = _draft(*args)
    if "keys" in made:
        made["keys"] = {n: f"{key}-{made['attempt']}" for n, key in made["keys"].items()}
    return made


def _fresh_keys(delivery: Any, event: Any) -> None:
    """The newest claim's keys count, not the first's."""
    delivery.keys = {}
    _claimed_publish(delivery, event)


_claimed, _claimed_publish = state._claimed, state._claimed_publish


def _since_last_claim(delivery: Any, event: Any) -> None:
    delivery.part_since = {}
    _claimed_publish(delivery, event)


def _no_lease(done: Any, terms: Any, wish: Any) -> Any:
    return decide._reconcile(done, terms, wish)


def _reclaim(wish: Any, done: Any, *rest: Any) -> Any:
    """An open claim past its lease is simply sent again."""
    if done.claim is not None:
        found = decide._open_claim(done, rest[1], wish)
        if isinstance(found, Action):
            return replace(found, action="resume")
        return found
    return _plan_decide(wish, done, *rest)


async def _blind(self: Any, kind: str, what: str, effect: Any, *, doubt: bool = False) -> Any:
    """A lost answer is taken for nothing sent."""
    try:
        return await _call(self, kind, what, effect, doubt=doubt)
    except OutcomeUnknown as error:
        raise NotSent(str(error)) from error


_call = SimPlatform._call


async def _absent(*_: Any, **__: Any) -> Any:
    return Absent()


async def _lost_is_absent(desk: Any, outgoing: Any, **more: Any) -> Any:
    return Absent()


async def _no_rest(desk: Any, outgoing: Any, at_rest: Any, known: Any) -> Any:
    return Absent()


async def _rest_without_lag(desk: Any, outgoing: Any, at_rest: Any, known: Any) -> Any:
    lag = timedelta(seconds=desk.platform.capabilities.search_lag_seconds)
    return await _at_rest(desk, outgoing, at_rest - lag, known)


async def _rest_without_flight(desk: Any, outgoing: Any, at_rest: Any, known: Any) -> Any:
    return await _at_rest(desk, outgoing, at_rest - timedelta(seconds=desk.terms.timeout), known)


async def _doubt_is_absent(desk: Any, outgoing: Any, **more: Any) -> Any:
    verdict = await _settle(desk, outgoing, **more)
    return Absent() if isinstance(verdict, settle.Doubt) else verdict


async def _knows_nothing(desk: Any, outgoing: Any, *, known: Any, **more: Any) -> Any:
    return await _settle(desk, outgoing, known=frozenset(), **more)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _prepares_anew(delivery: Any, event: Any) -> None:
    if delivery.claim is None:
        delivery.prepared = {}
    _claimed(delivery, event)


def _deadline_without_skew(claim: Any, terms: Any) -> datetime:
    return datetime.fromisoformat(claim["lease_until"]) - timedelta(seconds=terms.timeout)


def _no_deadline(claim: Any, terms: Any) -> datetime:
    return datetime.fromisoformat(claim["lease_until"]) + timedelta(days=1)


async def _thread_first(desk: Any, loaded: Any, claim: Any, part: Any, receipt: Any) -> Any:
    """The record waits until the whole thread is out."""
    if part.number < len(loaded.message.parts):
        desk.ledger.state.store(claim["delivery"]).parts[part.number] = state.PartState(
            part.number, receipt.remote_id, receipt.url, {}, receipt.at.isoformat()
        )
        return send.Result(claim["delivery"], "published", receipt.url, receipt.remote_id)
    return await _landed(desk, loaded, claim, part, receipt)


async def _no_record(desk: Any, loaded: Any, claim: Any, part: Any, receipt: Any) -> Any:
    return send.Result(claim["delivery"], "published", receipt.url, receipt.remote_id)


async def _whole_thread_again(desk: Any, action: Any, *rest: Any) -> Any:
    return await _send_publish(desk, replace(action, part=1), *rest)


def _all_parts(desk: Any, action: Any, loaded: Any) -> Any:
    return list(loaded.message.parts)


def _no_root(desk: Any, loaded: Any, claim: Any, part: Any) -> Any:
    return _outgoing(desk, loaded, claim, part)._replace(parent=None)


def _no_handle(desk: Any, loaded: Any, claim: Any, part: Any) -> Any:
    return _outgoing(desk, loaded, claim, part)._replace(handle=None)


async def _unkept(*_: Any, **__: Any) -> None:
    return None


async def _not_dropped(desk: Any) -> list[Any]:
    if desk.confirming:
        await desk.platform.confirm(list(desk.confirming.values()))
    return []


def _not_released(self: Any, claimed: Any) -> None:
    self._finish(send.Result(claimed.action.delivery, "unsent", error="stopped"))


def _settles_any(delivery: Any, event: Any) -> bool:
    return False


def _by_run_only(delivery: Any, event: Any) -> bool:
    return _late(delivery, {k: v for k, v in event.items() if k != "claim"})


def _any_handle(delivery: Any, event: Any) -> None:
    _handled(delivery, {k: v for k, v in event.items() if k != "claim"})


def _drops_pending(self: Any, state_: Any, landed: Any) -> None:
    """On a lost race, outcomes that were not pushed are forgotten."""
    self.events = []


async def _wait_without(desk: Any, action: Any, claim: Any, part: int) -> None:
    """Sends at once, due or not."""


def _skew_is_fine(*_: Any) -> None:
    return None


def _late_for_all(wish: Any, done: Any, state_: Any, terms: Any, *rest: Any) -> Any:
    """Late and expired hold later parts as well."""
    if done.claim is None and done.live and not done.complete:
        held = decide._expired(wish, terms) or decide._late(wish, terms, None)
        if held:
            return held
    return _plan_decide(wish, done, state_, terms, *rest)


def _deferred_is_fresh(wish: Any, done: Any, state_: Any, terms: Any, *rest: Any) -> Any:
    if (
        done.phase == "deferred"
        and done.live
        and done.until
        and done.until <= decide.iso(terms.now)
    ):
        return decide._act(wish, "publish")
    return _plan_decide(wish, done, state_, terms, *rest)


def _held_no_more(wish: Any) -> None:
    return None


def _gives_up_anyway(self: Any, skips: Any) -> None:
    held, self._held = self._held, {}
    _record_skips(self, skips)
    self._held = held


def _skips_end_claims(delivery: Any, event: Any) -> bool:
    return event["type"] != "skipped" and _late(delivery, event)


def _late_news(delivery: Any, event: Any) -> None:
    action, delivery.action = delivery.action, "publish"
    _published(delivery, event)
    delivery.action = action


def _no_renames(wishes: Any, state_: Any, paths: Any) -> Any:
    return wishes


async def _no(desk: Any, loaded: Any, claim: Any, part: Any, error: Any) -> Any:
    return send._failed(desk, claim, part.number, error)


def _always(desk: Any, claim: Any, part: Any) -> bool:
    return True


def _patch(owner: Any, name: str, new: Any) -> tuple[tuple[Any, str, Any], ...]:
    return ((owner, name, new),)


async def _surely_gone(desk: Any, loaded: Any, claim: Any, outgoing: Any, why: str) -> Any:
    return schedule._gone(desk, claim, Result(claim["delivery"], "unsent", error=why, again=True))


async def _at_a_glance(desk: Any, claim: Any, outgoing: Any) -> Any:
    """One look, and what is not seen was never published."""
    known = desk.ledger.state.remote_ids(claim["account"])
    long_ago = desk.clock.now() - timedelta(hours=1)
    return await settle.settle(desk, outgoing, sent_by=long_ago, known=known, repeated=True)


async def _never_handed(
    desk: Any, loaded: Any, claim: Any, outgoing: Any, sent_by: Any, why: str
) -> Any:
    return await _surely_gone(desk, loaded, claim, outgoing, why)


async def _listed_at_once(desk: Any, call: Any, sent_by: datetime) -> Any:
    return await _listed(desk, call, desk.clock.now() - timedelta(hours=1))


_listed = schedule._listed


async def _first_part_first(desk: Any, action: Any, claim: Any) -> Any:
    done = desk.ledger.state.delivery(action.delivery)
    names = {"delivery": action.delivery, "account": action.account}
    for number in sorted(done.parts):
        await desk.platform.delete(send.receipt_of(done, number))
        desk.pusher.record({"type": "withdrawn", "part": number} | names)
    return Result(action.delivery, "withdrawn")


def _for_all(self: Any, account: str) -> bool:
    return self.stop.asked or bool(self._held) or bool(self._waits)


MUTANTS: tuple[Mutant, ...] = (
    Mutant("a claim is pushed before the call", _patch(pusher.Pusher, "claim", _no_push)),
    Mutant(
        "a claim rests on the ledger it was planned on",
        _patch(pusher.Pusher, "claim", _claim_anyway),
    ),
    Mutant("a lost race is no claim", _patch(pusher.Pusher, "claim", _ignore_conflict)),
    Mutant(
        "a push without an answer is no claim",
        _patch(pusher.Pusher, "claim", _push_unknown_is_fine),
    ),
    Mutant("the head is compared and swapped", _patch(remote.SimRemote, "_land", _no_swap)),
    Mutant(
        "a part keeps its key",
        (
            *_patch(run.claims, "draft", _key_by_attempt),
            *_patch(state, "_claimed_publish", _fresh_keys),
        ),
    ),
    Mutant(
        "a search starts at the first claim",
        _patch(state, "_claimed_publish", _since_last_claim),
        unit=test_state.test_keys_and_times_of_the_first_claim_stay_for_ever,
    ),
    Mutant("the lease is waited for", _patch(decide, "_open_claim", _no_lease)),
    Mutant(
        "the skew is allowed for",
        _patch(again, "deadline", _deadline_without_skew),
        where=("drifting search", "drifting handle"),
    ),
    Mutant(
        "an open claim is looked into before it is sent again", _patch(decide, "_decide", _reclaim)
    ),
    Mutant("a lost answer is not tried again blindly", _patch(SimPlatform, "_call", _blind)),
    Mutant("what may exist is looked for", _patch(send, "settle", _lost_is_absent)),
    Mutant(
        "absence waits for what is under way and for the index",
        _patch(settle, "_once_at_rest", _no_rest),
    ),
    Mutant("absence waits for the index", _patch(settle, "_once_at_rest", _rest_without_lag)),
    Mutant(
        "absence waits for what is under way", _patch(settle, "_once_at_rest", _rest_without_flight)
    ),
    Mutant("what nobody can know is left to a person", _patch(send, "settle", _doubt_is_absent)),
    Mutant(
        "ids the ledger owns are no match", _patch(send, "settle", _knows_nothing), seeds=(540,)
    ),
    Mutant(
        "nothing is sent near the end of a lease",
        _patch(again, "deadline", _no_deadline),
        where=("tight search",),
    ),
    Mutant("a part is recorded before the next is sent", _patch(send, "landed", _thread_first)),
    Mutant("what was sent is recorded", _patch(send, "landed", _no_record)),
    Mutant("a thread goes on where it stopped", _patch(send, "_missing", _all_parts)),
    Mutant(
        "a deferred thread is resumed, not begun again",
        (*_patch(decide, "_decide", _deferred_is_fresh), *_patch(send, "_missing", _all_parts)),
    ),
    Mutant("a part answers the one before it", _patch(send, "outgoing_part", _no_root)),
    Mutant("a handle is asked for", _patch(send, "outgoing_part", _no_handle)),
    Mutant("a handle is kept before it is used", _patch(send, "_keep_handle", _unkept)),
    Mutant(
        "a handle belongs to its claim",
        _patch(state._ON_DELIVERY, "handle", _any_handle),
        unit=test_state.test_the_handle_of_a_dead_run_does_not_replace_that_of_the_claim,
    ),
    Mutant(
        "what was accepted is looked for once more",
        _patch(send, "confirmed", _not_dropped),
        seeds=(547,),
    ),
    Mutant("a stopped run gives its claims back", _patch(run.Run, "_release", _not_released)),
    Mutant("an ending names its claim", _patch(state, "_late", _by_run_only), seeds=(131,)),
    Mutant("late endings end nothing", _patch(state, "_late", _settles_any), seeds=(131,)),
    Mutant(
        "a skip ends no claim",
        _patch(state, "_late", _skips_end_claims),
        where=("expiring search", "expiring handle"),
    ),
    Mutant(
        "late news does not end a change",
        _patch(state._ON_DELIVERY, "published", _late_news),
        unit=test_state.test_what_is_heard_of_late_does_not_end_a_withdrawal,
    ),
    Mutant("outcomes survive a lost race", _patch(journal.Pending, "show_again", _drops_pending)),
    Mutant("a call waits for its time", _patch(send, "_until_due", _wait_without)),
    Mutant(
        "a wrong clock holds the account",
        _patch(sessions, "_check_clock", _skew_is_fine),
        seeds=(958,),
    ),
    Mutant(
        "nothing is given up by a clock that was not compared",
        _patch(run.Run, "_record_skips", _gives_up_anyway),
        unit=test_known.test_a_machine_with_a_wrong_clock_gives_nothing_up,
    ),
    Mutant(
        "a new name has the old one's history before it is bound",
        _patch(content, "as_named", lambda state, _: state),
        unit=test_known.test_a_claim_from_before_a_renaming_is_settled,
    ),
    Mutant(
        "a run from before a renaming begins nothing more",
        _patch(run, "misnamed", lambda *_: None),
        unit=test_known.test_a_run_from_before_a_renaming_does_not_send_beside_one_from_after_it,
    ),
    Mutant(
        "late and expired gate the first part only",
        _patch(decide, "_decide", _late_for_all),
        seeds=(125,),
    ),
    Mutant("held posts are held", _patch(decide, "_held", _held_no_more), where=("change client",)),
    Mutant(
        "what looks like an old post is looked for with every plan",
        _patch(content, "with_renames", _no_renames),
        seeds=(66065,),
    ),
    Mutant(
        "a plan is made anew where others moved the ledger",
        _patch(run.Run, "_as_planned", run.Run._as_it_stood),
        where=("renamed client", "renamed search"),
    ),
    Mutant(
        "the rest of a dead run's thread is looked for",
        _patch(state, "_of_the_dead", _settles_any),
        seeds=(94197,),
    ),
    Mutant(
        "a no to the second time says nothing of the first",
        _patch(send, "_refused_now", _no),
        where=("late client",),
    ),
    Mutant(
        "what was never sent before is no duplicate of its own",
        _patch(send, "_claimed_before", _always),
        seeds=(45453,),
    ),
    Mutant(
        "what waits at the platform is taken back when its file changes",
        _patch(scheduled, "_changed", lambda *_: None),
        where=("ahead held",),
    ),
    Mutant(
        "what was cut off is looked for before it is sent",
        _patch(claims, "_may_be_forgotten", lambda *_: False),
        where=("cut search",),
    ),
    Mutant(
        "an older text never takes the place of a newer one",
        (*_patch(decide, "stays", lambda *_: None), *_patch(removed, "stays", lambda *_: None)),
        where=("rewound client",),
    ),
    Mutant(
        "what is out is not deleted by a branch from before it",
        _patch(removed, "stays", lambda *_: None),
        where=("before it was there client",),
    ),
    Mutant(
        "what is not there to be taken back is looked for",
        _patch(schedule, "_there", _surely_gone),
        where=("ahead at its time", "ahead as planned"),
    ),
    Mutant(
        "the platform gets its time before a post counts as dropped",
        _patch(schedule, "_look", _at_a_glance),
        where=("ahead at its time",),
    ),
    Mutant(
        "what was sent again is looked for once more",
        _patch(decide, "look", _nothing),
        unit=test_outside.test_a_twin_that_was_listed_hours_late_is_for_a_person,
    ),
    Mutant(
        "two outcomes of one part are a doubt",
        _patch(state.PartState, "is_beside", _nothing),
        unit=test_state.test_two_outcomes_of_one_part_are_a_doubt,
    ),
    Mutant(
        "what was prepared is used again",
        _patch(state._ON_DELIVERY, "claimed", _prepares_anew),
        unit=test_state.test_a_handle_is_used_until_it_came_to_something_or_the_words_are_others,
    ),
    Mutant(
        "a handing over nobody knows of is looked for",
        _patch(schedule, "_looked_for", _never_handed),
        where=("ahead as planned",),
    ),
    Mutant(
        "it is looked for until it can be under way no more",
        _patch(schedule, "_listed", _listed_at_once),
        where=("ahead as planned", "ahead at once"),
    ),
    Mutant(
        "a thread is deleted from its end",
        _patch(change, "withdraw", _first_part_first),
        where=("change client",),
    ),
    Mutant(
        "what holds one account holds no other",
        _patch(run.Run, "_must_not_send", _for_all),
        seeds=(83,),
    ),
)


def grounds(mutant: Mutant) -> Iterator[Scenario]:
    """Worlds to hunt in: where it is known to fall first, then a sample of everything."""
    for seed in mutant.seeds:
        yield scenario(seed)
    known = workloads()
    for name in mutant.where:
        yield from (replace(known[name], plan=plan) for plan in singles(known[name]))
    for one in known.values():
        yield replace(one, plan={})
    for one in list(known.values())[:: 1 if not mutant.where else 4]:
        yield from (replace(one, plan=plan) for plan in islice(singles(one), 0, None, 7))
    yield from map(scenario, range(1500))


def hunted(mutant: Mutant, most: int = 6000) -> tuple[int, list[str]]:
    """How many worlds it lived through, and what gave it away; nothing where it outlived all."""
    count = 0
    with mutant.applied():
        if mutant.unit is not None:
            return 1, _fails(mutant.unit)
        for one in islice(grounds(mutant), most):
            count += 1
            if found := World(one).run().violations:
                return count, found
    return count, []


def _fails(unit: Callable[[], None]) -> list[str]:
    try:
        unit()
    except AssertionError as error:
        return [f"{unit.__name__}: {str(error) or 'it fails'}"]
    return []
