"""The transitions, row by row, and that it does not matter where a fold is cut."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.ledger.chain import Link, extend
from postops.ledger.events import TYPES, VERSION
from postops.ledger.follow import Follower
from postops.ledger.state import LedgerState, apply, fold
from tests.ledger.memory_remote import MemoryHead

D = "notes/hello@main"
_IDS = count(1)


def event(kind: str, at: int = 0, run: str = "one", **more: Any) -> dict[str, Any]:
    number = next(_IDS)
    return {
        "v": VERSION,
        "id": f"{number:026}",
        "recorded_at": datetime.fromtimestamp(1_800_000_000 + (at or number), UTC).isoformat(),
        "run": run,
        "type": kind,
        "delivery": D,
        **more,
    }


def after(*events: dict[str, Any]) -> LedgerState:
    state = LedgerState()
    for one in events:
        apply(state, one)
    return state


CLAIM = event("claimed", action="publish", parts=1, keys={"1": "k1"}, source="s1", commit="c1")
THREAD = event("claimed", action="publish", parts=2, keys={"1": "k1", "2": "k2"}, source="s1")
FIRST = event("published", part=1, parts=2, remote_id="r1")
SECOND = event("published", part=2, parts=2, remote_id="r2")
DONE = event("published", part=1, parts=1, remote_id="r1", url="u1", published_at="2027-01-01Z")
UPDATE = event("claimed", action="update", parts=1, source="s2", commit="c2")
WITHDRAW = event("claimed", action="withdraw", parts=1)
DOUBT = event("in_doubt", part=1, error="timed out", candidates=["a"])
LATER = event("deferred", until="2027-01-01T00:00:00Z", reason="429")
FAILED = event("failed", error="too long")
RELEASED = event("released")
SKIPPED = event("skipped", reason="late")
RETRIED = event("retried", by="ada", generation=1)
RENEWED = event("retried", by="ada", generation=2)
GONE = event("withdrawn")
IS_OUT = event("resolved", outcome="published", part=1, remote_id="r9", url="u9")
IS_NOT = event("resolved", outcome="not-published", part=1)


@pytest.mark.parametrize(
    ("events", "phase", "open_claim"),
    [
        ([], "new", False),
        ([CLAIM], "claimed", True),
        ([CLAIM, event("handle", prepared={"id": "x"})], "claimed", True),
        ([CLAIM, DONE], "published", False),
        ([THREAD, FIRST], "partial", True),
        ([THREAD, FIRST, SECOND], "published", False),
        ([THREAD, FIRST, RELEASED], "partial", False),
        ([THREAD, FIRST, LATER], "deferred", False),
        ([THREAD, FIRST, FAILED], "failed", False),
        ([CLAIM, FAILED], "failed", False),
        ([CLAIM, FAILED, RETRIED], "released", False),
        ([CLAIM, FAILED, CLAIM], "claimed", True),
        ([CLAIM, LATER], "deferred", False),
        ([CLAIM, RELEASED], "released", False),
        ([CLAIM, SKIPPED], "skipped", False),
        ([SKIPPED], "skipped", False),
        ([SKIPPED, RETRIED], "released", False),
        ([CLAIM, DOUBT], "in_doubt", False),
        ([CLAIM, DOUBT, RELEASED], "in_doubt", False),
        ([CLAIM, DOUBT, LATER], "in_doubt", False),
        ([CLAIM, DOUBT, FAILED], "in_doubt", False),
        ([CLAIM, DOUBT, IS_OUT], "published", False),
        ([CLAIM, DOUBT, IS_NOT], "released", False),
        ([CLAIM, DOUBT, RETRIED], "in_doubt", False),
        ([THREAD, FIRST, event("in_doubt", part=2), RETRIED], "in_doubt", False),
        ([CLAIM, DONE, DOUBT], "in_doubt", False),
        ([CLAIM, DONE, DOUBT, RENEWED], "in_doubt", False),
        ([THREAD, DOUBT, IS_OUT], "partial", False),
        ([THREAD, DOUBT, IS_OUT, SECOND], "published", False),
        ([CLAIM, event("adopted", remote_id="r1", url="u")], "published", False),
        ([event("adopted", remote_id="r1", url="u")], "published", False),
        ([THREAD, event("adopted", part=1, remote_id="r1")], "partial", True),
        ([CLAIM, DONE, UPDATE], "claimed", True),
        ([CLAIM, DONE, UPDATE, event("updated")], "published", False),
        ([CLAIM, DONE, UPDATE, RELEASED], "published", False),
        ([CLAIM, DONE, UPDATE, LATER], "published", False),
        ([CLAIM, DONE, UPDATE, FAILED], "published", False),
        ([CLAIM, DONE, UPDATE, DOUBT], "in_doubt", False),
        ([CLAIM, DONE, UPDATE, DOUBT, RETRIED], "in_doubt", False),
        ([CLAIM, DONE, WITHDRAW, DOUBT, IS_NOT], "withdrawn", False),
        ([CLAIM, DONE, WITHDRAW, DOUBT, IS_OUT], "published", False),
        ([THREAD, FIRST, SECOND, UPDATE, event("updated", part=1)], "claimed", True),
        ([THREAD, FIRST, SECOND, UPDATE, event("updated", part=2)], "published", False),
        ([CLAIM, DONE, WITHDRAW], "claimed", True),
        ([CLAIM, DONE, WITHDRAW, GONE], "withdrawn", False),
        ([CLAIM, DONE, WITHDRAW, FAILED], "published", False),
        ([THREAD, FIRST, SECOND, WITHDRAW, event("withdrawn", part=2)], "claimed", True),
        ([THREAD, FIRST, SECOND, WITHDRAW, event("withdrawn", part=2), RELEASED], "published", False),
        ([THREAD, FIRST, WITHDRAW, event("withdrawn", part=1)], "withdrawn", False),
        ([THREAD, FIRST, FAILED, WITHDRAW, LATER], "failed", False),
        ([THREAD, FIRST, FAILED, WITHDRAW, WITHDRAW, RELEASED], "failed", False),
        ([THREAD, FIRST, FAILED, WITHDRAW, RELEASED, RETRIED], "partial", False),
        ([THREAD, FIRST, FAILED, WITHDRAW, DOUBT, IS_OUT], "partial", False),
        ([THREAD, FIRST, FAILED, WITHDRAW, SECOND, RELEASED], "published", False),
        ([CLAIM, DONE, WITHDRAW, GONE, DONE], "withdrawn", False),
        ([CLAIM, DONE, WITHDRAW, GONE, RENEWED], "new", False),
        ([CLAIM, DONE, WITHDRAW, GONE, RETRIED], "withdrawn", False),
        ([CLAIM, DONE, RETRIED], "published", False),
        ([CLAIM, DONE, WITHDRAW, GONE, RENEWED, CLAIM | {"generation": 2}, RENEWED], "claimed", True),
        ([CLAIM, RETRIED], "claimed", True),
    ],
    ids=lambda value: "-".join(e["type"] for e in value) if isinstance(value, list) else None,
)  # fmt: skip
def test_transitions(events: list[dict[str, Any]], phase: str, open_claim: bool) -> None:
    delivery = after(*events).delivery(D)
    assert delivery.phase == phase
    assert (delivery.claim is not None) == open_claim


def test_what_a_claim_tells() -> None:
    claim = event(
        "claimed", action="publish", parts=2, keys={"1": "k1", "2": "k2"}, attempt=1, source="s",
        payload="p", commit="c", blob="b", path="posts/hello.md", due_at="d", on_edit="update",
        on_remove="withdraw", lease_until="l",
    )  # fmt: skip
    state = after(claim).delivery(D)
    assert (state.post, state.account, state.attempt, state.parts_total) == (
        "notes/hello",
        "main",
        1,
        2,
    )
    assert (state.source, state.payload, state.commit, state.blob) == ("s", "p", "c", "b")
    assert (state.path, state.due_at, state.on_edit, state.on_remove) == (
        "posts/hello.md",
        "d",
        "update",
        "withdraw",
    )
    assert state.keys == {1: "k1", 2: "k2"}
    assert state.first_claim_at == state.part_since[2] == claim["recorded_at"]
    assert state.last_commit == "c"


def test_keys_and_times_of_the_first_claim_stay_for_ever() -> None:
    """A window of idempotency counts from the first claim, not from the last."""
    again = event("claimed", action="publish", parts=1, keys={"1": "other"})
    state = after(CLAIM, RELEASED, again, LATER, again).delivery(D)
    assert state.keys == {1: "k1"}
    assert state.first_claim_at == state.part_since[1] == CLAIM["recorded_at"]
    assert (state.attempt, state.claim) == (3, again)


def test_a_part_is_only_since_the_claim_that_could_send_it() -> None:
    one = event("claimed", action="publish", parts=3, keys={"1": "k1"})
    rest = event("claimed", action="publish", parts=3, part=2)
    last = event("claimed", action="publish", parts=3)
    first = event("published", part=1, parts=3)
    since = after(one, first, rest, last).delivery(D).part_since
    assert since == {1: one["recorded_at"], 2: rest["recorded_at"], 3: last["recorded_at"]}


@pytest.mark.parametrize("kind", ["released", "deferred", "failed"])
def test_nor_by_a_claim_under_which_nothing_was_called(kind: str) -> None:
    keys = {"1": "k1", "2": "k2", "3": "k3"}
    one = event("claimed", action="publish", parts=3, keys=keys)
    first = event("published", part=1, parts=3)
    told = event(kind, part=2, claim=one["id"], unsent=True)
    again = event("claimed", action="publish", parts=3, part=2, keys=keys)
    since = after(one, first, told, again).delivery(D).part_since
    assert since == {1: one["recorded_at"], 2: again["recorded_at"], 3: again["recorded_at"]}
    unknown = {key: value for key, value in told.items() if key != "unsent"}
    since = after(one, first, unknown, again).delivery(D).part_since
    assert set(since.values()) == {one["recorded_at"]}


def test_but_what_an_earlier_claim_could_have_sent_it_could() -> None:
    one = event("claimed", action="publish", parts=1, keys={"1": "k1"})
    two = event("claimed", action="publish", parts=1)
    told = event("released", part=1, claim=two["id"], unsent=True)
    since = after(one, event("released", claim=one["id"]), two, told).delivery(D).part_since
    assert since == {1: one["recorded_at"]}


def test_what_was_published() -> None:
    done = DONE | {"lateness": 2.5, "extra": {"cid": "x"}}
    state = after(CLAIM, done)
    delivery = state.delivery(D)
    part = delivery.parts[1]
    assert (part.remote_id, part.url, part.extra, part.published_at) == (
        "r1",
        "u1",
        {"cid": "x"},
        "2027-01-01Z",
    )
    assert (delivery.published_at, delivery.lateness) == ("2027-01-01Z", 2.5)
    assert state.remote_ids("main") == {"r1"}
    assert state.remote_ids("nobody") == frozenset()
    assert [d.name for d in state.by_post("notes/hello")] == [D]
    assert state.by_post("hello") == []


def test_a_new_generation_starts_over_but_its_remote_ids_stay_ours() -> None:
    state = after(CLAIM, DONE, WITHDRAW, GONE, RENEWED)
    delivery = state.delivery(D)
    assert (delivery.generation, delivery.parts, delivery.keys) == (2, {}, {})
    assert (delivery.first_claim_at, delivery.part_since, delivery.attempt) == (None, {}, 0)
    assert delivery.retried_at == RENEWED["recorded_at"]
    assert state.remote_ids("main") == {"r1"}
    apply(state, event("published", part=1, generation=1, remote_id="late"))
    assert (delivery.phase, delivery.parts) == ("new", {})
    assert state.remote_ids("main") == {"r1", "late"}
    apply(state, event("claimed", action="publish", generation=3, keys={"1": "k"}))
    assert (delivery.generation, delivery.keys) == (3, {1: "k"})


def test_an_update_that_was_never_sent_is_still_wanted() -> None:
    assert after(CLAIM, DONE, UPDATE, RELEASED).delivery(D).source == "s1"
    assert after(CLAIM, DONE, UPDATE, LATER).delivery(D).until == LATER["until"]
    refused = after(CLAIM, DONE, UPDATE, FAILED).delivery(D)
    assert (refused.source, refused.error, refused.action) == ("s2", "too long", "update")
    done = after(CLAIM, DONE, UPDATE, event("updated", url="u2", extra={"cid": "y"})).delivery(D)
    assert (done.source, done.commit, done.parts[1].url) == ("s2", "c2", "u2")
    assert done.last_commit == "c2"


def test_an_update_ends_with_the_last_part_there_is() -> None:
    """The new text may have more or fewer parts than were published."""
    for total in (1, 3):
        last = event("updated", part=min(total, 2), parts=total, source="s2")
        assert after(THREAD, FIRST, SECOND, UPDATE, last).delivery(D).source == "s2"
    first = event("updated", part=1, parts=3)
    assert after(THREAD, FIRST, SECOND, UPDATE, first).delivery(D).claim is UPDATE


def test_a_skip_does_not_end_the_claim_of_another_run() -> None:
    done = after(CLAIM, event("skipped", run="two", reason="expired")).delivery(D)
    assert (done.phase, done.claim) == ("claimed", CLAIM)


def test_the_handle_of_a_dead_run_does_not_replace_that_of_the_claim() -> None:
    mine = event("handle", claim=CLAIM["id"], part=1, prepared={"container": "c2"})
    late = event("handle", run="dead", claim="another", part=1, prepared={"container": "c1"})
    assert after(CLAIM, mine, late).delivery(D).prepared[1] == mine


def test_what_is_heard_of_late_does_not_end_a_withdrawal() -> None:
    thread = (THREAD, FIRST, SECOND, WITHDRAW, event("withdrawn", part=2, remote_id="r2"))
    done = after(*thread, event("published", run="dead", part=1, parts=2, remote_id="r1"))
    assert done.delivery(D).claim == WITHDRAW


def test_what_was_skipped_or_refused_is_known_by_its_time_and_content() -> None:
    skipped = after(event("skipped", due_at="d1", reason="late")).delivery(D)
    assert (skipped.due_at, skipped.reason) == ("d1", "late")
    refused = after(CLAIM, event("failed", payload="p1", error="no")).delivery(D)
    assert (refused.payload, refused.error) == ("p1", "no")
    kept = after(CLAIM, DONE, WITHDRAW, event("failed", source="s9")).delivery(D)
    assert (kept.phase, kept.source) == ("published", "s1")


def test_an_update_a_run_died_at_may_have_been_made() -> None:
    perhaps = after(CLAIM, DONE, UPDATE, RELEASED).delivery(D)
    assert (perhaps.phase, perhaps.source, perhaps.perhaps_changed) == ("published", "s1", UPDATE)
    surely_not = event("released", unsent=True)
    assert not after(CLAIM, DONE, UPDATE, surely_not).delivery(D).perhaps_changed
    behind = event("deferred", unsent=True, part=2)
    assert after(THREAD, FIRST, SECOND, UPDATE, behind).delivery(D).perhaps_changed == UPDATE
    known = (event("updated", part=1, parts=1), event("failed", error="no"))
    for one in known:
        assert not after(CLAIM, DONE, UPDATE, RELEASED, UPDATE, one).delivery(D).perhaps_changed


def test_a_handle_is_used_until_it_came_to_something_or_the_words_are_others() -> None:
    handle = event("handle", part=1, prepared={"container": "7"})
    takeover = event("claimed", run="two", action="publish", parts=1)
    edited = event("claimed", run="two", action="publish", parts=1, payload="p2")
    assert after(CLAIM, handle, takeover).delivery(D).prepared == {1: handle}
    assert after(CLAIM, handle, DOUBT, takeover).delivery(D).prepared == {1: handle}
    assert after(CLAIM, handle, RELEASED, takeover).delivery(D).prepared == {1: handle}
    assert after(CLAIM, handle, RELEASED, edited).delivery(D).prepared == {}
    assert after(CLAIM, handle, DONE).delivery(D).prepared == {}


AGAIN = event("published", at=5_000, part=1, parts=1, remote_id="r2", url="u2", run="two")


def test_two_outcomes_of_one_part_are_a_doubt() -> None:
    """Each of two runs made a post: the one's word came in long after the other's."""
    both = after(CLAIM, DONE, AGAIN).delivery(D)
    assert (both.phase, both.reason, both.candidates) == (
        "in_doubt",
        "it is there twice",
        ["u1", "u2"],
    )
    assert after(CLAIM, DONE, AGAIN).remote_ids("main") == {"r1", "r2"}
    told = event("resolved", outcome="published", part=1, remote_id="r2", url="u2")
    assert after(CLAIM, DONE, AGAIN, told).delivery(D).phase == "published"


def test_of_a_thread_that_is_there_twice_one_part_is_asked_about() -> None:
    """Or the others would be sent a third time, once a person has settled the first."""
    late = [event("published", part=n, parts=2, remote_id=f"o{n}", url=f"u{n}") for n in (1, 2)]
    both = after(THREAD, FIRST, SECOND, *late)
    assert (both.delivery(D).phase, both.delivery(D).parts.keys()) == ("in_doubt", {2})
    assert both.delivery(D).candidates == ["", "u1", "", "u2"]
    settled = after(THREAD, FIRST, SECOND, *late, IS_OUT | {"remote_id": "r1"}).delivery(D)
    assert (settled.phase, [part.remote_id for part in settled.live]) == ("published", ["r1", "r2"])


@pytest.mark.parametrize(
    ("before", "part", "kept"),
    [
        ((THREAD, FIRST, SECOND, UPDATE, event("updated", part=2)), 2, {1}),
        ((THREAD, FIRST, SECOND, WITHDRAW, RELEASED), 1, {2}),
        ((THREAD, FIRST, SECOND, WITHDRAW, event("withdrawn", part=2), RELEASED), 2, {1, 2}),
        ((THREAD, FIRST, SECOND, UPDATE), 1, {1, 2}),
    ],
    ids=["updated", "deleting given back", "deleted", "under way"],
)
def test_a_doubt_is_about_its_part_whatever_was_done_before(
    before: tuple[dict[str, Any], ...], part: int, kept: set[int]
) -> None:
    """What was deleted, or is being changed, stays known as that."""
    twin = event("in_doubt", part=part, candidates=["a", "b"])
    doubtful = after(*before, twin).delivery(D)
    assert (doubtful.phase, doubtful.asked_about) == ("in_doubt", part)
    assert doubtful.parts.keys() == kept


def test_news_of_the_doubtful_part_move_the_doubt_to_the_next() -> None:
    three = THREAD | {"parts": 3}
    state = after(three, event("in_doubt", part=1), event("published", part=1, parts=3))
    assert (state.delivery(D).phase, state.delivery(D).asked_about) == ("in_doubt", 2)


@pytest.mark.parametrize(
    "second",
    [
        event("published", part=1, parts=1, remote_id="r1", url="u1"),
        event("published", part=1, parts=1),
        event("adopted", part=1, parts=1, remote_id="r2", url="u2"),
    ],
    ids=["the same", "nameless", "a person's word"],
)
def test_the_same_outcome_twice_is_none(second: dict[str, Any]) -> None:
    assert after(CLAIM, DONE, second).delivery(D).phase == "published"


def test_nor_is_one_after_it_was_deleted() -> None:
    assert after(CLAIM, DONE, WITHDRAW, GONE, AGAIN).delivery(D).phase == "published"


def test_a_dead_runs_words_do_not_end_the_claim_of_the_living() -> None:
    theirs = event("claimed", at=100_000, run="two", action="publish", parts=1)
    early = event("released", at=50_000, run="one")
    assert after(CLAIM, theirs, early).delivery(D).claim is theirs
    about = event("released", at=200_000, run="one", claim=CLAIM["id"])
    assert after(CLAIM, theirs, about).delivery(D).claim is theirs
    reconciled = event("released", at=200_000, run="two")
    assert after(CLAIM, reconciled).delivery(D).phase == "released"
    out = event("published", at=50_000, run="one", part=1, remote_id="r1")
    assert after(CLAIM, theirs, out).delivery(D).phase == "published"


def test_reasons_are_those_of_now() -> None:
    doubt = after(CLAIM, DOUBT).delivery(D)
    assert (doubt.error, doubt.candidates) == ("timed out", ["a"])
    for way_out in (IS_OUT, IS_NOT):
        state = after(CLAIM, DOUBT, way_out).delivery(D)
        assert (state.error, state.candidates) == (None, None)
    assert after(CLAIM, LATER, CLAIM).delivery(D).until is None


def test_an_unknown_delivery_is_fresh_and_not_kept() -> None:
    state = LedgerState()
    assert state.delivery("a@b@main").post == "a@b"
    assert state.deliveries == {}


def test_budget_and_binding() -> None:
    identity = {"id": "did:1", "handle": "ada", "url": "u"}
    state = after(
        event("bound", account="main", platform="bluesky", identity=identity),
        event("budget", account="main", budget={"spent": 3}),
    )
    assert state.bound["main"][:5] == ("main", "bluesky", "did:1", "ada", "u")
    assert state.budgets == {"main": {"spent": 3}}


# ---------------------------------------------------------------- renaming

OLD, NEW = "hello@old", "hello@new"
IDENTITY = {"id": "1", "handle": "ada", "url": "u"}


def bound(account: str, **more: Any) -> dict[str, Any]:
    return event("bound", account=account, platform="x", identity=IDENTITY, delivery="") | more


def test_what_was_published_before_a_renaming_is_published_after_it() -> None:
    first = bound("old")
    state = after(first, DONE | {"delivery": OLD}, bound("new", was="old"))
    assert state.deliveries.keys() == {NEW}
    assert state.delivery(NEW).phase == "published"
    assert state.bound.keys() == {"new"}
    assert state.bound["new"].bound_at == first["recorded_at"]  # nothing since then is old news
    again = bound("new", was="old")  # another run had found the same
    apply(state, again)
    assert state.bound["new"].bound_at == first["recorded_at"]


def test_whoever_knows_the_old_name_finds_the_same_history() -> None:
    state = after(bound("old"), DONE | {"delivery": OLD}, bound("new", was="old"))
    assert state.delivery(OLD) is state.delivery(NEW)
    assert state.remote_ids("old") == state.remote_ids("new") == {"r1"}
    assert state.of_account("old") == [NEW]
    apply(state, bound("newer", was="new"))
    assert state.delivery(OLD).name == "hello@newer"


def test_an_open_claim_goes_by_the_new_name() -> None:
    state = after(bound("old"), CLAIM | {"delivery": OLD, "account": "old"})
    apply(state, bound("new", was="old"))
    done = state.delivery(NEW)
    assert done.claim is not None
    assert (done.claim["delivery"], done.claim["account"]) == (NEW, "new")
    assert done.claim["id"] == CLAIM["id"]
    assert CLAIM["delivery"] == D  # the event itself stays what was written


def test_a_claim_whose_part_is_in_doubt_goes_by_the_new_name_too() -> None:
    rival = THREAD | {"run": "dead", "delivery": OLD}
    state = after(bound("old"), rival, DOUBT | {"delivery": OLD}, bound("new", was="old"))
    doubted = state.delivery(NEW).doubted
    assert doubted is not None
    assert doubted["delivery"] == NEW


@pytest.mark.parametrize(
    ("old", "new", "phase"),
    [
        ([DONE], [SKIPPED], "published"),
        ([CLAIM], [SKIPPED], "claimed"),
        ([SKIPPED], [DONE], "published"),
        ([FAILED], [DONE], "published"),
        ([DONE], [FAILED], "failed"),
    ],
)
def test_of_two_histories_the_one_that_was_only_given_up_ends(
    old: list[dict[str, Any]], new: list[dict[str, Any]], phase: str
) -> None:
    """As older versions wrote them: skips under a name of which nothing was known yet."""
    before = [one | {"delivery": OLD} for one in old] + [one | {"delivery": NEW} for one in new]
    state = after(bound("old"), *before, bound("new", was="old"))
    assert state.deliveries.keys() == {NEW}
    assert state.delivery(NEW).phase == phase


def test_what_is_left_to_an_account_is_left_to_it_under_its_new_name() -> None:
    budget = event("budget", account="old", budget={"remaining": 3})
    state = after(bound("old"), budget, bound("new", was="old"))
    assert state.budgets == {"new": {"remaining": 3}}


# ---------------------------------------------------------------- folding

KINDS = sorted(TYPES - {"bound", "budget"})
drafts = st.builds(
    lambda kind, name, part, action, outcome: event(
        kind, delivery=name, part=part, action=action, outcome=outcome, remote_id=f"r{part}"
    ),
    st.sampled_from(KINDS),
    st.sampled_from(["a@x", "b@x", "a@y"]),
    st.integers(1, 2),
    st.sampled_from(["publish", "update", "withdraw"]),
    st.sampled_from(["published", "not-published"]),
)


@given(st.lists(drafts, min_size=1, max_size=25), st.sets(st.integers(1, 24)))
def test_any_split_folds_to_the_same(events: list[dict[str, Any]], cuts: set[int]) -> None:
    """Cut into files by day, read at once; or grown line by line and followed."""
    lines, link = extend(events, Link())
    whole = {"state/ledger/2026/01/01.jsonl": b"".join(line + b"\n" for line in lines)}
    at_once = fold(whole)
    assert (at_once.seq, at_once.tip) == link

    days: dict[str, bytes] = {}
    follower, day = Follower(), 1
    for number, line in enumerate(lines):
        day += number in cuts
        path = f"state/ledger/2026/01/{day:02}.jsonl"
        days[path] = days.get(path, b"") + line + b"\n"
        follower.follow(MemoryHead("x", "x", days))
    at_once.newest_day = follower.state.newest_day
    assert follower.state == at_once
    in_days = fold(days)
    assert in_days == at_once


# ------------------------------------------------------------------------ a dead run's thread

OVER = event("claimed", run="two", action="publish", parts=2, keys={"1": "k1"}, source="s1")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param((THREAD, event("in_doubt", run="two", part=1)), id="found by another run"),
        pytest.param((THREAD, OVER, event("in_doubt", run="two", part=1)), id="taken over by it"),
    ],
)
def test_once_a_part_is_known_the_rest_of_a_dead_runs_thread_is_still_open(
    before: tuple[dict[str, Any], ...],
) -> None:
    """It went on if that part was answered: what comes next must be looked for, not sent."""
    claim = before[-2]
    done = after(*before, IS_OUT).delivery(D)
    assert (done.phase, done.claim) == ("claimed", claim)
    proven = event("released", run="three", claim=claim["id"], part=2)
    assert after(*before, IS_OUT, proven).delivery(D).phase == "partial"


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        pytest.param((THREAD, DOUBT, IS_OUT), "partial", id="the run that doubts sent no more"),
        pytest.param((THREAD, event("in_doubt", run="two"), IS_NOT), "released", id="not there"),
        pytest.param((CLAIM, event("in_doubt", run="two"), IS_OUT), "published", id="only part"),
    ],
)
def test_otherwise_nothing_of_it_is_open(events: tuple[dict[str, Any], ...], phase: str) -> None:
    done = after(*events).delivery(D)
    assert (done.phase, done.claim) == (phase, None)


def test_news_of_a_later_part_do_not_end_a_doubt_about_an_earlier_one() -> None:
    """Or the earlier one would be sent again by whoever resumes the thread."""
    found = event("in_doubt", run="two", part=1, reason="who knows", candidates=["a"])
    done = after(THREAD, found, SECOND).delivery(D)
    assert (done.phase, done.reason, sorted(done.parts)) == ("in_doubt", "who knows", [2])
    assert after(THREAD, found, SECOND, FIRST).delivery(D).phase == "published"


def test_the_word_of_a_dead_run_does_not_end_a_doubt_about_what_was_seen_to_be_gone() -> None:
    """Two runs had each been told that it is there; then one of them looked."""
    seen = event("in_doubt", run="two", part=1, reason="not kept")
    late = event("published", part=1, parts=1, remote_id="r1", url="u1")
    done = after(CLAIM, DONE, seen, late).delivery(D)
    assert (done.phase, done.reason, done.parts) == ("in_doubt", "not kept", {})
    other = event("published", part=1, parts=1, remote_id="r3")
    assert after(CLAIM, DONE, seen, other).delivery(D).phase == "published"
    asked = event("resolved", outcome="published", part=1, remote_id="r1")
    assert after(CLAIM, DONE, seen, asked).delivery(D).phase == "published"
    assert after(CLAIM, DONE, seen, IS_NOT, CLAIM, late).delivery(D).phase == "published"


OF_ONE = {"run": "two", "claim": THREAD["id"]}


@pytest.mark.parametrize(
    ("events", "phase"),
    [
        pytest.param((FIRST, event("in_doubt", part=1, **OF_ONE)), "partial", id="told of since"),
        pytest.param((FIRST, event("in_doubt", part=2, **OF_ONE)), "in_doubt", id="not told of"),
        pytest.param((event("deferred", part=2, **OF_ONE),), "claimed", id="the first is missing"),
        pytest.param((event("released", part=2, **OF_ONE), FIRST), "partial", id="and comes later"),
        pytest.param((FIRST, event("released", part=2, **OF_ONE)), "partial", id="as it should be"),
        pytest.param((FIRST, event("failed", part=1)), "failed", id="not by its claim"),
    ],
)
def test_what_cannot_be_the_whole_truth_does_not_end_a_claim(
    events: tuple[dict[str, Any], ...], phase: str
) -> None:
    """A cut took the record of a part, or a dead run's own word came in before another's doubt."""
    assert after(THREAD, *events).delivery(D).phase == phase


def test_an_update_of_what_was_cut_off_can_be_finished() -> None:
    updated = event("updated", part=1, parts=2, remote_id="r1", url="u1")
    [part] = after(UPDATE, updated).delivery(D).live
    assert part.published_at == updated["recorded_at"]
    told = event("updated", part=1, parts=2, remote_id="r1", published_at="2027-01-01T00:00:00Z")
    assert after(UPDATE, told).delivery(D).parts[1].published_at == "2027-01-01T00:00:00Z"
