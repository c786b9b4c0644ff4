"""What was put off waits for its time, and not a second longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from postops.plan import Waiting, iso
from postops.plan.deferred import deferred
from tests.plan.test_decide import CLAIM, NOW, state_of, wish


@pytest.mark.parametrize("until", [None, NOW, NOW - timedelta(1)])
def test_nothing_to_wait_for(until: datetime | None) -> None:
    later = {**CLAIM, "type": "deferred", "until": iso(until)}
    assert deferred(state_of(CLAIM, later).delivery("a@main"), NOW) is None
    assert deferred(state_of().delivery("a@main"), NOW) is None


def test_it_says_until_when_and_why() -> None:
    until = NOW + timedelta(seconds=1)
    later = {**CLAIM, "type": "deferred", "until": iso(until), "reason": "slow down"}
    one = wish()
    done = state_of(CLAIM, later).delivery("a@main")
    assert deferred(done, NOW, one) == Waiting("a@main", "deferred", until, "slow down", one)
