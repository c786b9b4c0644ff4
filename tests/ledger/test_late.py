"""What is heard of late; more of it, event by event, is in `test_state.py`."""

from __future__ import annotations

import pytest

from tests.ledger.test_state import (
    CLAIM,
    DONE,
    DOUBT,
    FAILED,
    GONE,
    RENEWED,
    RETRIED,
    WITHDRAW,
    D,
    after,
    event,
)


def test_a_retry_that_is_heard_of_when_it_is_out_changes_nothing() -> None:
    """Two people asked for it, or one whose push was refused: it would go out twice."""
    both = after(CLAIM, FAILED, RETRIED, CLAIM, DONE, RETRIED).delivery(D)
    assert (both.generation, both.phase, both.retried_at) == (1, "published", None)
    again = (CLAIM, DONE, WITHDRAW, GONE, RENEWED)
    new = {"generation": 2}
    twice = after(*again, CLAIM | new, DONE | new | {"remote_id": "r2"}, RENEWED).delivery(D)
    assert (twice.generation, twice.phase, sorted(twice.parts)) == (2, "published", [1])


def test_neither_does_one_that_is_heard_of_in_doubt() -> None:
    """It was failed when somebody said so; then it was sent, and nobody knows."""
    found = after(CLAIM, FAILED, RETRIED, CLAIM, DOUBT, RETRIED).delivery(D)
    assert (found.phase, found.error) == ("in_doubt", "timed out")


@pytest.mark.parametrize(("blob", "phase"), [("b1", "failed"), ("b2", "skipped")])
def test_what_was_refused_is_not_given_up_by_who_did_not_know(blob: str, phase: str) -> None:
    """Expired by one clock, in time by the other, and refused: a person has to know that. What
    was edited since is another matter."""
    claim = CLAIM | {"blob": "b1"}
    skipped = event("skipped", run="two", reason="expired", blob=blob)
    assert after(claim, FAILED, skipped).delivery(D).phase == phase


@pytest.mark.parametrize(("candidates", "phase"), [([], "withdrawn"), (["u1", "u2"], "in_doubt")])
def test_whether_a_filter_dropped_what_was_deleted_since_is_nobodys_question(
    candidates: list[str], phase: str
) -> None:
    """But a second post of it is still there."""
    late = event("in_doubt", part=1, reason="not kept", candidates=candidates)
    assert after(CLAIM, DONE, WITHDRAW, GONE, late).delivery(D).phase == phase
