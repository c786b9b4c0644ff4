"""What is out is changed only by newer content, and only where somebody knows where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.plan import ALARMS, Action, Files, Guard, Past, make_plan
from tests.plan.test_decide import CLAIM, published, state_of, terms, wish

if TYPE_CHECKING:
    from postops.ledger.state import LedgerState
    from postops.plan import Wish

PAST = Past(frozenset({"c1", "c2"}))
FILES = Files({"posts/other.md": "b9"})
EDITED = wish(source="sha256:s2", payload="sha256:p2", on_edit="update", can_update=True, parts=2)


def out(**more: object) -> LedgerState:
    """A thread of two that is out; `more` is what its last event says besides."""
    return state_of(CLAIM, published(1), published(2, **more))


def told(state: LedgerState, past: Past, *wishes: Wish) -> tuple[str, str]:
    """What becomes of it, and the words for that."""
    plan = make_plan(wishes, state, terms(past=past, files=FILES))
    [found] = [*plan.actions, *plan.waiting]
    return (found.action, "") if isinstance(found, Action) else (found.reason, found.detail or "")


CHANGES = pytest.mark.parametrize(
    ("wishes", "does", "waits"),
    [
        pytest.param((EDITED,), "update", "edited", id="edited"),
        pytest.param((), "withdraw", "removed", id="removed"),
    ],
)


@CHANGES
def test_newer_content_changes_it(wishes: tuple[Wish, ...], does: str, waits: str) -> None:
    assert told(out(), PAST, *wishes) == (does, "")
    assert told(out(commit="c2"), PAST, *wishes) == (does, "")


@CHANGES
def test_content_from_before_it_does_not(wishes: tuple[Wish, ...], does: str, waits: str) -> None:
    reason, detail = told(out(commit="c3"), PAST, *wishes)
    assert reason == waits
    assert "behind c3" in detail
    assert "merge that commit" in detail
    assert "postops withdraw" in detail


@CHANGES
def test_a_shallow_clone_says_that_it_cannot_tell(
    wishes: tuple[Wish, ...], does: str, waits: str
) -> None:
    shallow = Past(frozenset({"c9"}), cut=True)
    reason, detail = told(out(commit="c" * 40), shallow, *wishes)
    assert reason == "unknown-age"
    assert reason in ALARMS
    assert "fetch-depth: 0" in detail
    assert "c" * 12 in detail
    assert "c" * 13 not in detail
    assert told(out(commit="c9"), shallow, *wishes) == (does, "")


@CHANGES
def test_without_any_commit_nothing_is_newer(
    wishes: tuple[Wish, ...], does: str, waits: str
) -> None:
    """What somebody forgot to look up is not taken for an empty history."""
    assert told(out(), Past(), *wishes)[0] == waits


@CHANGES
def test_a_later_claim_counts_though_nothing_came_of_it(
    wishes: tuple[Wish, ...], does: str, waits: str
) -> None:
    """It may have arrived."""
    claim = CLAIM | {"action": "update", "commit": "c3"}
    released = {"type": "released", "delivery": "a@main", "reason": "the run was stopped"}
    state = state_of(CLAIM, published(1), published(2), claim, released)
    assert told(state, PAST, *wishes)[0] == waits
    assert told(state, Past(frozenset({"c1", "c2", "c3"})), *wishes) == (does, "")


@CHANGES
@pytest.mark.parametrize("part", [1, 2])
def test_nobody_knows_where_it_is(
    wishes: tuple[Wish, ...], does: str, waits: str, part: int
) -> None:
    parts = [published(n, remote_id="" if n == part else f"r{n}") for n in (1, 2)]
    reason, detail = told(state_of(CLAIM, *parts), PAST, *wishes)
    assert (reason, reason in ALARMS) == (waits, False)
    assert "nobody knows where" in detail
    assert "postops adopt" in detail


def test_what_is_gone_already_need_not_be_known() -> None:
    parts = published(1), published(2, remote_id="")
    gone = {"type": "withdrawn", "delivery": "a@main", "part": 2}
    assert told(state_of(CLAIM, *parts, gone), PAST) == ("withdraw", "")


def test_what_a_person_held_says_so_first() -> None:
    for reason, held in (("draft", {"draft": True}), ("invalid", {"invalid": "text-too-long"})):
        one = wish(source="s2", on_edit="update", can_update=True, parts=2, **held)
        assert told(out(commit="c3"), PAST, one)[0] == reason


def test_what_stays_takes_no_place_of_the_guard() -> None:
    def named(name: str, event: dict, **more: object) -> dict:
        return event | {"delivery": f"{name}@main", "path": f"posts/{name}.md"} | more

    events = [
        named(name, event, commit=commit)
        for name, commit in (("a", "c3"), ("b", "c3"), ("c", "c1"))
        for event in (CLAIM, *(published(n, remote_id=f"{name}{n}") for n in (1, 2)))
    ]
    plan = make_plan([], state_of(*events), terms(past=PAST, guard=Guard(withdraws=1)))
    assert [action.delivery for action in plan.actions] == ["c@main"]
    assert [w.reason for w in plan.waiting] == ["removed", "removed"]


def test_a_post_that_waits_at_its_platform_is_taken_back_all_the_same() -> None:
    """Nobody has seen it: the safe side is that it does not go out."""
    due = "2026-03-01T15:00:00Z"
    claim = CLAIM | {"action": "schedule", "parts": 1, "due_at": due, "commit": "c3"}
    there = claim | {"type": "scheduled", "scheduled_id": "7"}
    assert told(state_of(claim, there), PAST)[0] == "cancel"
