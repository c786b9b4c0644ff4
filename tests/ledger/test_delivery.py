"""What a delivery is made of, and what handing it over to a platform makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from postops.ledger.delivery import DeliveryState, PartState
from tests.ledger.test_state import (
    DONE,
    GONE,
    IS_NOT,
    IS_OUT,
    RENEWED,
    RETRIED,
    SKIPPED,
    WITHDRAW,
    D,
    after,
    event,
)

CLAIM = event("claimed", action="schedule", parts=1, keys={"1": "k1"}, source="s1", due_at="d1")
THERE = event("scheduled", scheduled_id="7", claim=CLAIM["id"], source="s1", due_at="d1")
CANCEL = event("claimed", action="cancel")
CONFIRM = event("claimed", action="confirm")
NOT_THERE = event("unscheduled")
NO = event("unscheduled", refused=True, due_at="d1", reason="too many")


def of(closing: str, claim: dict[str, Any], **more: Any) -> dict[str, Any]:
    return event(closing, claim=claim["id"], **more)


@pytest.mark.parametrize(
    ("events", "phase", "entry"),
    [
        ([CLAIM], "claimed", None),
        ([CLAIM, THERE], "scheduled", "7"),
        ([CLAIM, of("released", CLAIM)], "released", None),
        ([CLAIM, NO], "released", None),
        ([CLAIM, THERE, CANCEL], "claimed", "7"),
        ([CLAIM, THERE, CANCEL, of("unscheduled", CANCEL)], "released", None),
        ([CLAIM, THERE, CANCEL, of("released", CANCEL)], "scheduled", "7"),
        ([CLAIM, THERE, CANCEL, of("deferred", CANCEL)], "scheduled", "7"),
        ([CLAIM, THERE, CANCEL, of("failed", CANCEL)], "scheduled", "7"),
        ([CLAIM, THERE, CONFIRM, DONE], "published", None),
        ([CLAIM, THERE, CONFIRM, DONE, DONE], "published", None),
        ([CLAIM, THERE, CONFIRM, of("in_doubt", CONFIRM)], "in_doubt", None),
        ([CLAIM, THERE, CONFIRM, of("in_doubt", CONFIRM), IS_NOT], "released", None),
        ([CLAIM, THERE, IS_OUT], "published", None),
        ([CLAIM, THERE, IS_NOT], "released", None),
        ([CLAIM, THERE, WITHDRAW, GONE], "withdrawn", None),
        ([CLAIM, THERE, WITHDRAW, DONE], "claimed", None),
        ([CLAIM, THERE, WITHDRAW, DONE, GONE], "withdrawn", None),
        ([CLAIM, THERE, WITHDRAW, GONE, RENEWED], "new", None),
        ([CLAIM, THERE, RETRIED], "scheduled", "7"),
    ],
    ids=lambda value: "-".join(e["type"] for e in value) if isinstance(value, list) else None,
)
def test_what_waits_at_a_platform(
    events: list[dict[str, Any]], phase: str, entry: str | None
) -> None:
    done = after(*events).delivery(D)
    assert (done.phase, done.scheduled_id) == (phase, entry)


@pytest.mark.parametrize(
    "late",
    [
        SKIPPED,
        of("released", CLAIM),
        of("unscheduled", CLAIM),
        of("scheduled", CLAIM, scheduled_id="8", due_at="d2"),
        of("in_doubt", CLAIM),
    ],
    ids=lambda one: one["type"],
)
def test_what_comes_in_late_moves_nothing(late: dict[str, Any]) -> None:
    """Of a run that knew less: another one has handed it over, or is about to take it back."""
    for events in ([CLAIM, THERE], [CLAIM, THERE, CANCEL]):
        before, since = after(*events).delivery(D), after(*events, late).delivery(D)
        since.last_commit = before.last_commit
        assert since == before


def test_a_look_of_another_run_does_not_end_a_newer_claim() -> None:
    """Two runs took over the same dead claim; one of them has gone on since."""
    anew = event("claimed", action="publish", run="two")
    gone = [of("unscheduled", CONFIRM, run="two"), anew, of("unscheduled", CONFIRM, run="three")]
    done = after(CLAIM, THERE, CONFIRM, *gone).delivery(D)
    assert (done.phase, done.claim) == ("claimed", anew)
    twice = after(CLAIM, THERE, CONFIRM, gone[0], anew, DONE, DONE).delivery(D)
    assert (twice.phase, len(twice.parts)) == ("published", 1)


def test_a_refusal_is_remembered_for_its_time_and_forgotten_by_a_success() -> None:
    assert after(CLAIM, NO).delivery(D).refused_due == "d1"
    assert after(CLAIM, NOT_THERE).delivery(D).refused_due is None
    assert after(CLAIM, NO, CLAIM, THERE).delivery(D).refused_due is None
    done = after(CLAIM, NO, CLAIM, THERE).delivery(D)
    assert (done.due_at, done.source, done.keys) == ("d1", "s1", {1: "k1"})


def test_a_copy_may_be_changed_alone() -> None:
    one = DeliveryState(D, "notes/hello", "main", parts={1: PartState(1, "r1")}, keys={1: "k"})
    other = one.copy()
    other.parts[1].withdrawn, other.keys[2] = True, "k2"
    other.prepared[1] = other.part_since[1] = {}  # type: ignore[assignment]
    assert (one.live, one.keys, one.prepared, one.part_since) == (
        [PartState(1, "r1")],
        {1: "k"},
        {},
        {},
    )
    assert (one.complete, other.live, other.complete) == (True, [], True)


def test_the_part_a_person_is_asked_about() -> None:
    parts = {n: PartState(n, f"r{n}") for n in (1, 2, 4)}
    known = DeliveryState("a@x", "a", "x", parts=parts, parts_total=4)
    assert (known.asked_about, known.missing) == (3, 3)
    parts[3] = PartState(3, "r3")
    assert (known.asked_about, known.missing) == (1, None)
    known.action = "withdraw"
    assert known.asked_about == 4
    parts[4].withdrawn = True
    assert known.asked_about == 3
    known.doubtful = 2
    assert known.asked_about == 2
