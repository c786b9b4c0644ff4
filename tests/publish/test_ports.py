"""What a run is given, and what it gives back."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from postops.config import REQUEST
from postops.platforms.base import Timeouts
from postops.publish.ports import ALARMS, Outcome, Result, Terms


def test_a_result_as_json_has_the_keys_the_design_names_and_no_others() -> None:
    result = Result("a@acme", "published", "https://p.test/1", "1", again=True)
    assert result.as_json() == {
        "delivery": "a@acme",
        "outcome": "published",
        "url": "https://p.test/1",
        "remote_id": "1",
        "error": None,
    }


def test_every_outcome_is_either_fine_or_an_alarm() -> None:
    fine = {"published", "updated", "withdrawn", "skipped", "deferred", "scheduled", "cancelled"}
    assert set(get_args(Outcome)) - ALARMS == fine
    assert set(get_args(Outcome)) >= ALARMS


def test_the_window_ends_before_a_runner_with_a_slow_clock_could_take_the_lease() -> None:
    terms = Terms(lease=timedelta(minutes=10), clock_skew=timedelta(minutes=1), timeout=90)
    assert terms.window == timedelta(minutes=10) - timedelta(seconds=90) - timedelta(minutes=2)


def test_by_default_a_request_lasts_as_long_as_a_platform_lets_it() -> None:
    assert Terms().timeout == Timeouts().total == REQUEST.total_seconds()
    assert Terms().window > timedelta(seconds=Terms().patience + Terms().timeout)
