"""Recorded events show at once, and are taken back without a trace when others' come first."""

from __future__ import annotations

from copy import deepcopy
from itertools import count
from typing import Any

import pytest

from postops.ledger.pending import Pending
from postops.ledger.state import LedgerState, apply
from tests.ledger.conftest import claimed, published

AT = "2026-03-01T10:00:00Z"
_IDS = count(1)


def event(said: dict[str, Any], run: str = "one") -> dict[str, Any]:
    return {"id": f"{next(_IDS):04}", "run": run, "recorded_at": AT, **said}


def bound(account: str, **more: str) -> dict[str, Any]:
    return event(
        {"type": "bound", "account": account, "identity": {"id": f"did:{account}"}, **more}
    )


def budget(account: str, left: int) -> dict[str, Any]:
    return event({"type": "budget", "account": account, "budget": {"left": left}})


def ledger(*events: dict[str, Any]) -> LedgerState:
    state = LedgerState()
    for number, one in enumerate(events, 1):
        apply(state, {**one, "seq": number})
    return state


OLD = (event(claimed()), event(published()), bound("main"), budget("main", 9))
OURS = {
    "a known delivery": event(claimed(action="update")),
    "its parts": event({"type": "withdrawn", "delivery": "hello@main", "part": 1}),
    "a new delivery": event(claimed("new@main")),
    "a known binding": bound("main", platform="mastodon"),
    "a new binding": bound("side"),
    "a known budget": budget("main", 3),
    "a new budget": budget("side", 3),
}


@pytest.mark.parametrize("name", OURS)
def test_an_event_shows_and_is_taken_back(name: str) -> None:
    state, before, pending = ledger(*OLD), ledger(*OLD), Pending()
    pending.add(state, OURS[name])
    assert state != before
    assert not pending.stuck
    pending.take_back(state)
    assert state == before
    assert pending.events == [OURS[name]]


def test_any_number_of_events_is_taken_back_to_what_was_before_the_first() -> None:
    state, before, pending = ledger(*OLD), ledger(*OLD), Pending()
    for said in (claimed("new@main"), published("new@main"), claimed(action="withdraw")):
        pending.add(state, event(said))
    for one in (budget("main", 2), budget("main", 1), bound("main"), bound("main", handle="b")):
        pending.add(state, one)
    pending.take_back(state)
    assert state.deliveries == before.deliveries
    assert (state.bound, state.budgets) == (before.bound, before.budgets)


def test_ours_end_up_on_top_of_theirs() -> None:
    theirs, ours = event(claimed("new@main"), "two"), event(claimed("new@main"))
    state, pending = ledger(*OLD), Pending()
    pending.add(state, ours)
    pending.take_back(state)
    apply(state, {**theirs, "seq": 5})
    pending.show_again(state, ())
    assert state.deliveries["new@main"].attempt == 2
    assert state.deliveries["new@main"].claim == ours
    assert state.seq == 5
    pending.take_back(state)
    assert state.deliveries["new@main"].claim == {**theirs, "seq": 5}


def test_what_landed_is_not_shown_twice() -> None:
    landed, waiting = event(claimed("new@main")), event(claimed("newer@main"))
    state, pending = ledger(*OLD), Pending()
    pending.add(state, landed)
    pending.add(state, waiting)
    pending.take_back(state)
    apply(state, {**landed, "seq": 5})
    pending.show_again(state, [landed["id"], "somebody else's"])
    assert pending.events == [waiting]
    assert state.deliveries["new@main"].attempt == 1
    assert state.deliveries["newer@main"].phase == "claimed"


def test_what_is_not_pushed_does_not_move_the_chain() -> None:
    state, pending = ledger(*OLD), Pending()
    link, ids = state.link, deepcopy(state.ids)
    for one in OURS.values():
        pending.add(state, one)
    assert (state.link, state.ids) == (link, ids)


@pytest.mark.parametrize(
    "ours",
    [bound("fresh", was="main"), bound("old"), event(claimed("hello@old"))],
    ids=["renames", "brings a name back", "goes to the new name"],
)
def test_a_renaming_cannot_be_put_back(ours: dict[str, Any]) -> None:
    state, pending = ledger(*OLD, bound("old"), bound("renamed", was="old")), Pending()
    pending.add(state, event(claimed()))
    assert not pending.stuck
    pending.add(state, ours)
    assert pending.stuck
    for later in (budget("main", 1), event(claimed("later@main"))):
        pending.add(state, later)
        assert pending.stuck
