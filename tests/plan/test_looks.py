"""When a delivery that was sent again is looked for once more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.plan import Action, iso, make_plan
from postops.plan.looks import AFTER, look
from tests.plan.test_decide import CLAIM, NOW, decide, state_of, terms, wish

if TYPE_CHECKING:
    from postops.ledger.state import LedgerState

DONE = {**CLAIM, "type": "published", "parts": 1, "remote_id": "r1", "url": "u1", "again": True}


def sent_again(*more: dict, ago: timedelta = AFTER) -> LedgerState:
    return state_of(CLAIM, DONE | {"recorded_at": iso(NOW - ago)}, *more)


def due(state: LedgerState) -> Action | None:
    return look(state.delivery("a@main"), terms())


def test_it_is_due_two_hours_after() -> None:
    found = decide(wish(), sent_again())
    assert isinstance(found, Action)
    assert (found.action, found.delivery, found.account) == ("look", "a@main", "main")
    assert decide(wish(), sent_again(ago=AFTER - timedelta(seconds=1))) is None


@pytest.mark.parametrize(
    "after",
    [
        {"type": "looked"},
        {"type": "in_doubt", "part": 1},
        {"type": "withdrawn"},
        {"type": "withdrawn", "part": 1},
    ],
    ids=lambda event: event["type"],
)
def test_it_is_over_once_it_came_to_something(after: dict) -> None:
    names = {"delivery": "a@main", "account": "main", "recorded_at": iso(NOW)}
    assert due(sent_again()) is not None
    assert due(sent_again(names | after)) is None


def test_it_comes_before_a_change() -> None:
    edited = wish(source="sha256:s2", payload="sha256:p2", on_edit="update", can_update=True)
    found = decide(edited, sent_again())
    assert isinstance(found, Action)
    assert found.action == "look"


def test_a_post_whose_file_is_gone_is_looked_for_as_well() -> None:
    [found] = make_plan([], sent_again(), terms()).actions
    assert found.action == "look"


def test_without_a_login_nobody_looks() -> None:
    assert decide(wish(credentials=False), sent_again()) is None
    assert make_plan([], sent_again(), terms(platforms={})).actions == ()


def test_a_look_is_no_reason_to_review_the_plan_again() -> None:
    with_it = make_plan([wish()], sent_again(), terms())
    assert with_it.actions
    assert with_it.digest == make_plan([wish()], state_of(), terms(posts=())).digest
