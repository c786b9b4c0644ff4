"""Unknown outcomes: looked up, never sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops.errors import AuthExpired, NotSent, OutcomeUnknown, Rejected
from postops.model import Certainty, Finding
from postops.publish.send import outgoing_part, publish, reconcile
from postops.publish.settle import Absent, Doubt, Found, Later, Repeat, settle
from tests.publish.desks import bench
from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.publish.ports import Result
    from tests.publish.desks import Bench
    from tests.publish.stage import Stage

ALL = {"sky": "a@sky", "tusk": "a@tusk", "bird": "a@bird"}
CALL = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.putRecord"),
    "tusk": ("mastodon", "POST", "/api/v1/statuses"),
    "bird": ("x", "POST", "/2/tweets"),
}


@pytest.mark.parametrize("account", ALL)
async def test_a_lost_answer_is_looked_up_and_never_sent_again(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = stage()
    on.fault(*CALL[account], when="after", effect="drop")
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]


@pytest.mark.parametrize("account", ALL)
async def test_a_call_that_never_arrived_is_proven_absent_and_sent(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = stage()
    on.fault(*CALL[account], when="before", effect="drop")
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]
    assert on.ledger is not None
    assert on.ledger.state.delivery(ALL[account]).attempt == 2


@pytest.mark.parametrize("account", ALL)
@pytest.mark.parametrize("disk_survived", [True, False])
async def test_a_machine_that_dies_after_the_call_leaves_one_post(
    account: str, disk_survived: bool, stage: Callable[..., Stage]
) -> None:
    on = stage({"posts/a.md": f"---\naccounts: [{account}]\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert on.live(account) == ["Hello there"]
    blocked = await on.run(disk_survived=disk_survived)
    assert blocked == {}  # the lease protects a run that may still be alive
    on.after_the_lease()
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]
    assert on.phases() == {ALL[account]: "published"}


# ------------------------------------------------------------------------ at a desk


async def settled(
    on: Bench,
    *,
    sent_in: float = -3600,
    known: frozenset[str] = frozenset(),
    repeated: bool = False,
) -> Any:
    claim = await on.claim()
    outgoing = outgoing_part(on.desk, on.loaded, claim, on.loaded.message.parts[0])
    sent_by = on.clock.at + timedelta(seconds=sent_in)
    return await settle(on.desk, outgoing, sent_by=sent_by, known=known, repeated=repeated)


@pytest.mark.parametrize("ways", [(), (Certainty.NONE,)])
async def test_where_there_is_no_way_to_find_out_nobody_asks(ways: tuple[Certainty, ...]) -> None:
    on = await bench(certainty=ways)
    assert isinstance(await settled(on), Doubt)
    assert on.platform.calls == []


async def test_one_match_is_it() -> None:
    on = await bench()
    there = on.platform.receipt(1)
    on.platform.answers["find"] = [Finding((there,))]
    assert await settled(on) == Found(there)


async def test_two_matches_are_for_a_person_to_look_at() -> None:
    on = await bench()
    pair = (on.platform.receipt(1, "x"), on.platform.receipt(1, "y"))
    on.platform.answers["find"] = [Finding(pair)]
    verdict = await settled(on)
    assert verdict == Doubt("2 posts there match it", ("https://p.test/x-1", "https://p.test/y-1"))


async def test_a_list_that_does_not_reach_back_proves_nothing() -> None:
    on = await bench()
    on.platform.answers["find"] = [Finding((), complete=False)]
    assert isinstance(await settled(on), Doubt)


async def test_but_what_such_a_list_does_hold_is_found() -> None:
    on = await bench()
    there = on.platform.receipt(1)
    on.platform.answers["find"] = [Finding((there,), complete=False)]
    assert await settled(on) == Found(there)


@pytest.mark.parametrize(
    ("ways", "sent_in"),
    [
        ((Certainty.SEARCH,), -61),
        ((Certainty.SEARCH,), 0),
        ((Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH), -61),
        ((Certainty.DUPLICATE_REJECTION,), -61),
        ((Certainty.IDEMPOTENCY_KEY,), -61),
    ],
)
async def test_where_a_person_is_to_say_nothing_is_sent_again(
    ways: tuple[Certainty, ...], sent_in: float
) -> None:
    seconds = {"idempotency_seconds": 3600, "search_lag_seconds": 60}
    on = await bench(certainty=ways, **seconds)
    on.platform.answers["find"] = [Finding((), complete=Certainty.SEARCH in ways)] * 2
    assert isinstance(await settled(on, sent_in=sent_in), Absent | Repeat)
    on.desk = replace(on.desk, ask=True)
    on.platform.answers["find"] = [Finding((), complete=Certainty.SEARCH in ways)] * 2
    verdict = await settled(on, sent_in=sent_in)
    assert isinstance(verdict, Doubt)
    assert verdict.why.endswith("`on_unknown: ask`")


async def test_but_what_is_found_is_taken_whoever_is_to_say() -> None:
    on = await bench(certainty=(Certainty.SEARCH,))
    on.desk = replace(on.desk, ask=True)
    there = on.platform.receipt(1)
    on.platform.answers["find"] = [Finding((there,))]
    assert await settled(on) == Found(there)


@pytest.mark.parametrize("way", [Certainty.CLIENT_ID, Certainty.HANDLE])
async def test_nor_is_anybody_asked_about_what_cannot_be_there_twice(way: Certainty) -> None:
    """Under an id of our own it is one record; without a handle nothing was called."""
    on = await bench(certainty=(way,))
    on.desk = replace(on.desk, ask=True)
    assert await settled(on) == Absent()


async def test_what_is_not_there_once_all_is_at_rest_is_absent() -> None:
    on = await bench(certainty=(Certainty.SEARCH,), search_lag_seconds=60)
    assert await settled(on, sent_in=-61) == Absent()
    assert on.platform.made("find") == [1]
    assert on.clock.waited == 0


async def test_a_lagging_list_is_asked_again_after_its_lag() -> None:
    on = await bench(certainty=(Certainty.SEARCH,), search_lag_seconds=60)
    there = on.platform.receipt(1)
    on.platform.answers["find"] = [Finding(()), Finding((there,))]
    assert await settled(on, sent_in=0) == Found(there)
    assert on.clock.waited >= 59


async def test_where_a_list_is_all_there_is_it_is_given_more_time() -> None:
    """Nothing would refuse a second post: so in doubt it comes later, and not twice."""
    slow = {"search_lag_seconds": 60, "search_alone_seconds": 900}
    on = await bench(certainty=(Certainty.SEARCH,), **slow)
    assert isinstance(await settled(on, sent_in=-61), Later)
    assert await settled(on, sent_in=-901) == Absent()
    both = await bench(certainty=(Certainty.SEARCH, Certainty.DUPLICATE_REJECTION), **slow)
    assert await settled(both, sent_in=-61) == Absent()


async def test_a_request_that_may_still_be_on_its_way_is_waited_for() -> None:
    on = await bench(certainty=(Certainty.IDEMPOTENCY_KEY,))
    assert await settled(on, sent_in=60) == Absent()
    assert on.platform.made("find") == [1, 1]
    assert on.clock.waited >= 59


async def test_under_an_id_of_our_own_it_is_sent_once_more_without_waiting() -> None:
    on = await bench(certainty=(Certainty.CLIENT_ID, Certainty.SEARCH), search_lag_seconds=60)
    assert isinstance(await settled(on, sent_in=60), Repeat)
    assert on.clock.waited == 0
    assert await settled(on, sent_in=60, repeated=True) == Absent()
    assert on.clock.waited >= 119


async def test_under_an_id_that_another_text_has_nothing_is_sent_once_more() -> None:
    on = await bench()
    on.platform.answers["find"] = [Finding((), complete=False)] * 2
    assert isinstance(await settled(on, sent_in=60), Doubt)


async def test_a_wait_beyond_all_patience_is_left_to_a_later_run() -> None:
    on = await bench(certainty=(Certainty.SEARCH,), search_lag_seconds=600)
    verdict = await settled(on, sent_in=0)
    assert isinstance(verdict, Later)
    assert "2026-03-01T10:10" in verdict.why
    assert on.clock.waited == 0


async def test_a_signal_ends_the_wait_and_leaves_the_claim_open() -> None:
    on = await bench(certainty=(Certainty.SEARCH,), search_lag_seconds=60)
    on.desk.stop.ask(15)
    assert isinstance(await settled(on, sent_in=0), Later)


@pytest.mark.parametrize("error", [Rejected("gone", status=410), AuthExpired("expired")])
async def test_a_search_that_fails_says_nothing_of_the_post(error: Exception) -> None:
    on = await bench()
    on.platform.answers["find"] = [error]
    verdict = await settled(on)
    assert isinstance(verdict, Later)
    assert str(error) in verdict.why
    assert on.platform.made("find") == [1]


async def test_looking_may_be_repeated_while_the_platform_is_out_of_reach() -> None:
    on = await bench()
    there = on.platform.receipt(1)
    on.platform.answers["find"] = [NotSent("no route"), NotSent("no route"), Finding((there,))]
    assert await settled(on) == Found(there)
    assert on.clock.waited > 1


async def test_and_is_given_up_after_so_many_tries_or_at_a_signal() -> None:
    on = await bench()
    on.platform.answers["find"] = [NotSent("no route")] * 9
    assert isinstance(await settled(on), Later)
    assert len(on.platform.made("find")) == on.desk.terms.tries
    stopped = await bench()
    stopped.platform.answers["find"] = [NotSent("no route")] * 9
    stopped.desk.stop.ask(15)
    assert isinstance(await settled(stopped), Later)
    assert stopped.platform.made("find") == [1]


# ------------------------------------------------------------------------ written down


LOST = OutcomeUnknown("the connection broke")


async def lost(on: Bench, *answers: Any) -> Result:
    """Publish; the answer is lost, and `find` then gives these."""
    on.platform.answers["publish"] = [LOST]
    on.platform.answers["find"] = list(answers)
    return await publish(on.desk, on.action(), on.loaded, await on.claim())


async def test_found_is_published_and_nothing_is_sent_again() -> None:
    on = await bench()
    result = await lost(on, Finding((on.platform.receipt(1),)))
    assert (result.outcome, result.remote_id) == ("published", "id-1")
    assert on.platform.made("publish") == [1]
    assert on.done.phase == "published"


async def test_absent_gives_the_claim_back_and_may_be_sent_in_this_very_run() -> None:
    on = await bench(certainty=(Certainty.SEARCH,))
    result = await lost(on)
    assert (result.outcome, result.again, on.done.phase) == ("unsent", True, "released")
    [event] = on.said("released")
    assert event["reason"] == "proven absent: the connection broke"


async def test_doubt_is_written_down_with_what_to_look_at() -> None:
    on = await bench()
    pair = (on.platform.receipt(1, "x"), on.platform.receipt(1, "y"))
    result = await lost(on, Finding(pair))
    assert (result.outcome, result.again, on.done.phase) == ("in-doubt", False, "in_doubt")
    assert on.done.candidates == ["https://p.test/x-1", "https://p.test/y-1"]
    assert "the connection broke" in (result.error or "")


@pytest.mark.parametrize("shown", [Finding(()), Rejected("no search today")])
async def test_an_answer_that_names_a_post_is_asked_about_and_not_sent_again(shown: object) -> None:
    """Whatever a list shows: there is a post, and it may well be the one."""
    on = await bench(certainty=(Certainty.SEARCH,))
    named = OutcomeUnknown("it repeats another text")
    named.receipt = on.platform.receipt(1, "odd")
    on.platform.answers["publish"] = [named]
    on.platform.answers["find"] = [shown] * 9
    result = await publish(on.desk, on.action(), on.loaded, await on.claim())
    assert (result.outcome, on.done.phase) == ("in-doubt", "in_doubt")
    assert on.done.candidates == ["https://p.test/odd-1"]


async def test_an_answer_that_names_another_deliverys_post_says_nothing() -> None:
    on = await bench(certainty=(Certainty.SEARCH,))
    names = {"type": "published", "delivery": "other@acme", "account": "acme", "part": 1}
    on.ledger.record(names | {"remote_id": "odd-1"})
    named = OutcomeUnknown("it repeats another text")
    named.receipt = on.platform.receipt(1, "odd")
    on.platform.answers["publish"] = [named]
    on.platform.answers["find"] = [Finding(())] * 9
    result = await publish(on.desk, on.action(), on.loaded, await on.claim())
    assert (result.outcome, result.again, on.done.phase) == ("unsent", True, "released")


async def test_what_an_answer_named_is_taken_for_it_where_a_list_shows_it() -> None:
    on = await bench(certainty=(Certainty.SEARCH,))
    named = OutcomeUnknown("it repeats another text")
    named.receipt = on.platform.receipt(1)
    on.platform.answers["publish"] = [named]
    on.platform.answers["find"] = [Finding((on.platform.receipt(1),))]
    result = await publish(on.desk, on.action(), on.loaded, await on.claim())
    assert (result.outcome, result.remote_id) == ("published", "id-1")


async def test_what_cannot_be_known_now_keeps_its_claim() -> None:
    on = await bench()
    result = await lost(on, Rejected("no search today"))
    assert (result.outcome, result.again, on.done.phase) == ("unknown", False, "claimed")


async def test_what_the_ledger_owns_already_is_never_taken_for_it() -> None:
    on = await bench()
    names = {"type": "published", "delivery": "other@acme", "account": "acme", "part": 1}
    on.ledger.record(names | {"remote_id": "theirs"})
    asked: list[frozenset[str]] = []

    async def find(outgoing: object, *, known: frozenset[str]) -> Finding:
        asked.append(known)
        return Finding(())

    on.platform.find = find  # type: ignore[method-assign]
    await lost(on)
    assert set(asked) == {frozenset({"theirs"})}


async def test_a_search_starts_before_the_first_claim_by_the_allowed_skew() -> None:
    on = await bench()
    first = await on.claim()
    on.ledger.record({"type": "released", "delivery": "a@acme", "account": "acme"})
    on.clock.pause(5000)
    await lost(on)
    since = datetime.fromisoformat(first["recorded_at"]) - on.desk.terms.clock_skew
    assert {outgoing.since for outgoing in on.platform.outgoing} == {since}


# ------------------------------------------------------------------------ a dead run's claim


async def test_of_a_dead_run_nothing_is_absent_before_its_lease_is_over() -> None:
    on = await bench(certainty=(Certainty.SEARCH,))
    claim = await on.claim()
    result = await reconcile(on.desk, on.action("reconcile"), on.loaded, claim)
    assert result is not None
    assert (result.outcome, on.done.phase) == ("unknown", "claimed")
    on.clock.pause(on.desk.terms.lease.total_seconds())
    assert await reconcile(on.desk, on.action("reconcile"), on.loaded, claim) is None
    assert on.done.phase == "released"


async def test_every_part_a_dead_run_may_have_sent_is_looked_for_until_one_is_absent() -> None:
    on = await bench(parts=3)
    claim = await on.claim()
    on.clock.pause(on.desk.terms.lease.total_seconds())
    on.platform.answers["find"] = [Finding((on.platform.receipt(n),)) for n in (1, 2)]
    assert await reconcile(on.desk, on.action("reconcile"), on.loaded, claim) is None
    assert on.platform.made("find") == [1, 2, 3]
    assert (on.done.phase, sorted(on.done.parts)) == ("partial", [1, 2])


async def test_a_claim_is_settled_from_its_commit_not_from_todays_file(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    on.posts["posts/a.md"] = "---\naccounts: [tusk]\n---\nSomething else\n"
    on.after_the_lease()
    results = await on.run(disk_survived=False)
    assert results["a@tusk"].outcome == "published"
    assert on.live("tusk") == ["Hello there"]


async def test_a_claim_of_a_post_that_is_gone_is_settled_all_the_same(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\non_remove: withdraw\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    on.posts.clear()
    on.after_the_lease()
    assert (await on.run(disk_survived=False))["a@tusk"].outcome == "published"
    assert (await on.run())["a@tusk"].outcome == "withdrawn"
    assert on.live("tusk") == []


async def test_a_claim_of_a_dead_run_that_sent_nothing_follows_todays_file(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.fault("mastodon", "POST", "/api/v1/statuses", when="before", effect="drop")
    on.fault("mastodon", "GET", "/api/v1/accounts/*/statuses", times=9, status=503)
    results = await on.run()
    assert results["a@tusk"].outcome == "unknown"
    on.world.faults.clear()
    on.posts["posts/a.md"] = "---\naccounts: [tusk]\n---\nSomething else\n"
    on.after_the_lease()
    assert (await on.run())["a@tusk"].outcome == "published"
    assert on.live("tusk") == ["Something else"]


async def test_what_would_be_rendered_differently_now_is_for_a_person(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    on.after_the_lease()
    on.history[0] = {"posts/a.md": "---\naccounts: [tusk]\n---\nHello, there\n"}
    results = await on.run(disk_survived=False)
    assert results["a@tusk"].outcome == "in-doubt"
    assert "renders it differently" in (results["a@tusk"].error or "")
    assert on.live("tusk") == ["Hello there"]


async def test_a_claim_whose_commit_cannot_be_read_stays_open(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    on.after_the_lease()
    on.history[0] = {}
    results = await on.run(disk_survived=False)
    assert (results["a@tusk"].outcome, results["a@tusk"].error) == ("unknown", "a@tusk is gone")
    assert on.phases() == {"a@tusk": "claimed"}
