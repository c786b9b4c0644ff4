"""Handing over, taking back and looking, against a platform that answers as it likes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops.errors import AuthExpired, NotSent, OutcomeUnknown, PostopsError, RateLimited, Rejected
from postops.model import Certainty, Entries, Entry, Finding, NativeSchedule, Source
from postops.plan.scheduled import AHEAD
from postops.publish import schedule
from postops.publish.ports import Result
from tests.publish.desks import Bench, bench, passing

if TYPE_CHECKING:
    from datetime import datetime

HOUR = 3600.0
NATIVE = NativeSchedule(300, 300, 25, Source("a test", "2026-11-28"))


async def desk(due_in: float = 3 * HOUR) -> Bench:
    return await bench(
        due_in=due_in,
        native_schedule=NATIVE,
        certainty=(Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH),
        idempotency_seconds=3600,
        search_lag_seconds=10,
    )


async def handed(on: Bench, answer: Any = None) -> Result:
    if answer is not None:
        on.platform.answers["schedule"] = [answer]
    return await schedule.hand_over(on.desk, on.loaded, await on.claim(on.action("schedule")))


async def waiting(due_in: float = 3 * HOUR) -> Bench:
    """One that was handed over as `e1`."""
    on = await desk(due_in)
    assert (await handed(on)).outcome == "scheduled"
    await on.ledger.push()
    return on


async def carried(on: Bench, name: str) -> Result:
    action = on.action(name)
    return await schedule.carry(on.desk, action, on, await on.claim(action))


def entry(at: datetime, name: str = "e1") -> Entry:
    return Entry(name, at)


# ------------------------------------------------------------------------ hand over


async def test_what_was_handed_over_is_written_down() -> None:
    on = await desk()
    assert await handed(on) == Result("a@acme", "scheduled")
    [event] = on.said("scheduled")
    assert (event["scheduled_id"], event["payload"], event["on_remove"]) == (
        "e1",
        "sha256:payload",
        "withdraw",
    )
    assert (on.done.phase, on.done.scheduled_id, on.done.claim) == ("scheduled", "e1", None)


async def test_a_refusal_leaves_it_to_a_run_and_is_remembered() -> None:
    on = await desk()
    result = await handed(on, Rejected("25 a day", status=422))
    assert (result.outcome, on.done.phase) == ("deferred", "released")
    assert on.done.refused_due == on.done.due_at
    assert "a run sends it" in (result.error or "")


@pytest.mark.parametrize(
    ("error", "outcome", "phase"),
    [
        (AuthExpired("no"), "held", "released"),
        (RateLimited("slow", retry_after=3000), "deferred", "deferred"),
    ],
)
async def test_what_does_not_arrive_is_given_back(
    error: PostopsError, outcome: str, phase: str
) -> None:
    on = await desk()
    assert (await handed(on, error)).outcome == outcome
    assert (on.done.phase, on.done.refused_due) == (phase, None)


async def test_no_connection_is_tried_again() -> None:
    on = await desk()
    on.platform.answers["schedule"] = [NotSent("no"), NotSent("no")]
    assert (await handed(on)).outcome == "scheduled"
    assert on.platform.made("schedule") == [1, 1, 1]


async def test_a_server_that_publishes_at_once_has_published() -> None:
    on = await desk()
    result = await handed(on, on.platform.receipt(1))
    assert (result.outcome, on.done.phase) == ("published", "published")
    assert on.done.lateness < 0


async def test_another_time_than_asked_for_is_for_a_person() -> None:
    on = await desk()
    result = await handed(on, lambda: entry(on.due_at + timedelta(seconds=2)))
    assert (result.outcome, on.done.phase) == ("in-doubt", "in_doubt")
    assert "e1" in (on.done.reason or "")


async def test_nothing_is_handed_over_too_near_its_time() -> None:
    """The platform would refuse it, or post it at once."""
    on = await desk(600)
    on.platform.answers["prepare"] = [passing(on.clock, 200, NotSent("slow"))]
    assert (await handed(on)).outcome == "deferred"
    assert (on.platform.made("schedule"), on.done.phase) == ([], "released")


async def test_nothing_is_handed_over_near_the_end_of_the_lease_or_by_a_stopped_run() -> None:
    on = await desk()
    claim = await on.claim(on.action("schedule"))
    on.clock.pause(on.desk.terms.window.total_seconds())
    assert (await schedule.hand_over(on.desk, on.loaded, claim)).outcome == "deferred"
    on = await desk()
    on.desk.stop.ask(15)
    assert (await handed(on)).outcome == "unsent"
    assert on.platform.made("schedule") == []


# ------------------------------------------------------------------------ an answer that was lost


async def lost(on: Bench, *lists: Any, found: Any = None) -> Result:
    on.platform.answers |= {"scheduled": list(lists), "find": [found] if found else []}
    return await handed(on, OutcomeUnknown("no answer"))


async def test_a_lost_answer_is_found_among_what_waits_there() -> None:
    on = await desk()
    assert (await lost(on, Entries((entry(on.due_at),)))).outcome == "scheduled"
    assert (on.platform.made("schedule"), on.done.scheduled_id) == ([1], "e1")


async def test_a_lost_answer_is_looked_for_until_nothing_can_be_under_way() -> None:
    on = await desk()
    assert (await lost(on, Entries(()), Entries((entry(on.due_at),)))).outcome == "scheduled"
    assert len(on.platform.made("scheduled")) == 2


async def test_what_waits_nowhere_may_have_been_published_at_once() -> None:
    on = await desk()
    result = await lost(on, found=lambda: Finding((on.platform.receipt(1),)))
    assert (result.outcome, on.done.phase) == ("published", "published")


async def test_what_is_nowhere_was_never_handed_over() -> None:
    on = await desk()
    result = await lost(on)
    assert (result.outcome, result.again, on.done.phase) == ("unsent", True, "released")
    assert on.platform.made("schedule") == [1]


@pytest.mark.parametrize("complete", [True, False])
async def test_two_or_a_list_without_an_end_are_for_a_person(complete: bool) -> None:
    on = await desk()
    twice = (entry(on.due_at), entry(on.due_at, "e2")) if complete else ()
    result = await lost(on, *[Entries(twice, complete)] * 2)
    assert (result.outcome, on.done.phase) == ("in-doubt", "in_doubt")


async def test_while_nobody_can_look_the_claim_stays_open() -> None:
    on = await desk()
    assert (await lost(on, *[NotSent("away")] * 3)).outcome == "unknown"
    assert on.done.phase == "claimed"
    on = await desk()
    assert (await lost(on, found=Rejected("odd"))).outcome == "unknown"
    assert on.done.phase == "claimed"


async def test_what_waits_of_other_deliveries_is_no_match() -> None:
    on = await waiting()
    seen: list[frozenset[str]] = []

    async def scheduled(outgoing: Any, at: Any, *, known: frozenset[str]) -> Entries:
        seen.append(known)
        return Entries(())

    on.platform.scheduled = scheduled  # type: ignore[method-assign]
    other = {"type": "claimed", "delivery": "b@acme", "action": "schedule", "id": "c", "run": "r"}
    claim = other | {"account": "acme", "recorded_at": on.done.first_claim_at, "keys": {"1": "k"}}
    claim |= {"due_at": on.done.due_at}
    outgoing = on.platform.outgoing[0]
    by = on.clock.now()
    await schedule._looked_for(on.desk, on.loaded, claim, outgoing, by, "lost")
    assert set(seen) == {frozenset({"e1"})}


# ------------------------------------------------------------------------ a run that died


async def dead(on: Bench, name: str) -> tuple[Any, dict[str, Any]]:
    action = on.action(name)
    claim = await on.claim(action)
    on.clock.pause((on.desk.terms.lease + on.desk.terms.clock_skew).total_seconds())
    return on.action("reconcile"), claim


async def test_what_a_dead_run_handed_over_is_found_and_may_be_taken_back_at_once() -> None:
    on = await desk()
    action, claim = await dead(on, "schedule")
    on.platform.answers["scheduled"] = [Entries((entry(on.due_at),))]
    result = await schedule.reconcile(on.desk, action, on, claim)
    assert result == Result("a@acme", "scheduled", again=True)


async def test_what_a_dead_run_did_not_hand_over_may_be() -> None:
    on = await desk()
    action, claim = await dead(on, "schedule")
    assert await schedule.reconcile(on.desk, action, on, claim) is None
    assert on.done.phase == "released"


async def test_what_would_be_rendered_differently_now_is_for_a_person() -> None:
    on = await desk()
    action, claim = await dead(on, "schedule")
    result = await schedule.reconcile(on.desk, action, on, claim | {"payload": "sha256:other"})
    assert result is not None
    assert (result.outcome, on.platform.made("scheduled")) == ("in-doubt", [])


@pytest.mark.parametrize(("name", "outcome"), [("cancel", "cancelled"), ("confirm", "published")])
async def test_what_a_dead_run_was_at_is_done_again(name: str, outcome: str) -> None:
    on = await waiting()
    action, claim = await dead(on, name)
    on.platform.answers["find"] = [lambda: Finding((on.platform.receipt(1),))]
    result = await schedule.reconcile(on.desk, action, on, claim)
    assert result is not None
    assert result.outcome == outcome


# ------------------------------------------------------------------------ taking back


async def test_it_is_taken_back_and_may_follow_its_new_wish_at_once() -> None:
    on = await waiting()
    assert await carried(on, "cancel") == Result("a@acme", "cancelled", again=True)
    assert on.platform.made("unschedule") == ["e1"]
    assert (on.done.phase, on.done.scheduled_id) == ("released", None)


async def test_what_is_not_there_any_more_may_be_out() -> None:
    on = await waiting()
    on.platform.answers |= {
        "unschedule": [False],
        "find": [lambda: Finding((on.platform.receipt(1),))],
    }
    assert (await carried(on, "cancel")).outcome == "published"
    assert on.done.phase == "published"
    on = await waiting()
    on.platform.answers["unschedule"] = [False]
    assert (await carried(on, "cancel")).outcome == "unsent"
    assert (on.done.phase, len(on.platform.made("find"))) == ("released", 2)


async def test_at_its_time_even_a_yes_is_looked_into() -> None:
    """The platform may have been at it in the same moment."""
    on = await waiting(HOUR)
    on.clock.pause(HOUR - 60)
    on.platform.answers["find"] = [lambda: Finding((on.platform.receipt(1),))]
    assert (await carried(on, "cancel")).outcome == "published"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotSent("away"), "unsent"),
        (Rejected("no"), "unsent"),
        (AuthExpired("no"), "held"),
        (RateLimited("slow", retry_after=3000), "deferred"),
    ],
)
@pytest.mark.parametrize(("name", "call"), [("cancel", "unschedule"), ("confirm", "pending")])
async def test_what_cannot_be_asked_now_waits_there_as_before(
    name: str, call: str, error: PostopsError, outcome: str
) -> None:
    on = await waiting()
    on.platform.answers[call] = [error] * 3
    assert (await carried(on, name)).outcome == outcome
    assert (on.done.phase, on.done.scheduled_id, on.done.claim) == ("scheduled", "e1", None)


async def test_a_withdrawal_takes_back_what_waits_and_deletes_what_is_out() -> None:
    on = await waiting()
    assert (await carried(on, "withdraw")).outcome == "withdrawn"
    assert (on.done.phase, on.platform.made("delete")) == ("withdrawn", [])
    on = await waiting()
    on.platform.answers |= {
        "unschedule": [False],
        "find": [lambda: Finding((on.platform.receipt(1),))],
    }
    assert (await carried(on, "withdraw")).outcome == "withdrawn"
    assert (on.done.phase, on.platform.made("delete")) == ("withdrawn", ["id-1"])


# ------------------------------------------------------------------------ after its time


async def test_what_is_there_is_written_down_with_its_own_time() -> None:
    on = await waiting(HOUR)
    on.clock.pause(HOUR + 2)
    out = on.platform.receipt(1)
    on.clock.pause(5 * HOUR)
    on.platform.answers["find"] = [Finding((out,))]
    assert (await carried(on, "confirm")).outcome == "published"
    assert on.done.lateness == pytest.approx(2.0, abs=1.0)


async def test_what_still_waits_is_waited_for() -> None:
    on = await waiting(HOUR)
    on.clock.pause(2 * HOUR)
    on.platform.answers["pending"] = [lambda: entry(on.due_at)]
    result = await carried(on, "confirm")
    assert (result.outcome, on.done.phase) == ("scheduled", "scheduled")
    assert on.platform.made("find") == []


async def test_what_was_dropped_is_proven_absent_only_after_a_second_look() -> None:
    on = await waiting(HOUR)
    on.clock.pause(2 * HOUR)
    before = on.clock.now()
    result = await carried(on, "confirm")
    assert (result.outcome, result.again, on.done.phase) == ("unsent", True, "released")
    assert len(on.platform.made("find")) == 2
    assert (on.clock.now() - before).total_seconds() >= on.desk.terms.timeout


@pytest.mark.parametrize("copies", [2, 0])
async def test_what_nobody_can_tell_is_for_a_person(copies: int) -> None:
    on = await waiting(HOUR)
    on.clock.pause(2 * HOUR)
    receipts = tuple(on.platform.receipt(1, f"copy{n}") for n in range(copies))
    on.platform.answers["find"] = [Finding(receipts, complete=copies > 0)] * 2
    assert (await carried(on, "confirm")).outcome == "in-doubt"
    assert (on.done.phase, on.done.scheduled_id) == ("in_doubt", None)


async def test_without_its_words_nothing_can_be_looked_for_and_nothing_is_lost() -> None:
    on = await waiting(HOUR)
    on.clock.pause(2 * HOUR)

    class Gone:
        def load(self, delivery: str, commit: str | None = None) -> Any:
            raise PostopsError(f"{delivery} is not in commit {commit}")

    action = on.action("confirm")
    result = await schedule.carry(on.desk, action, Gone(), await on.claim(action))
    assert (result.outcome, on.done.phase) == ("unsent", "scheduled")
    assert "is not in commit c1" in (result.error or "")


async def test_the_words_of_today_do_where_those_of_then_cannot_be_had() -> None:
    on = await waiting(HOUR)
    on.clock.pause(2 * HOUR)
    on.platform.answers["find"] = [lambda: Finding((on.platform.receipt(1),))]

    class Shallow:
        def load(self, delivery: str, commit: str | None = None) -> Any:
            if commit is not None:
                raise PostopsError("a shallow clone")
            return on.loaded

    action = on.action("confirm")
    result = await schedule.carry(on.desk, action, Shallow(), await on.claim(action))
    assert (result.outcome, on.done.phase) == ("published", "published")


async def test_nothing_is_looked_for_before_it_can_have_been_handed_over() -> None:
    on = await waiting(30 * HOUR)
    on.clock.pause(31 * HOUR)
    await carried(on, "confirm")
    [*_, outgoing] = on.platform.outgoing
    assert outgoing.since == on.due_at - AHEAD - 2 * on.desk.terms.clock_skew
