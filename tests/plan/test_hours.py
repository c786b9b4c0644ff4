"""Quiet hours and days, in a zone whose clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.config import Pace
from postops.plan.hours import day_of, quiet_until
from postops.reading.hours import Window, parse_hours


def berlin(*hours: str) -> Pace:
    return Pace(quiet=tuple(map(parse_hours, hours)), zone="Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        pytest.param(["22:00-07:00"], "2026-01-10T20:59", "2026-01-10T20:59", id="a minute before"),
        pytest.param(["22:00-07:00"], "2026-01-10T21:00", "2026-01-11T06:00", id="as it begins"),
        pytest.param(["22:00-07:00"], "2026-01-11T05:59", "2026-01-11T06:00", id="past midnight"),
        pytest.param(["22:00-07:00"], "2026-01-11T06:00", "2026-01-11T06:00", id="as it ends"),
        pytest.param(["22:00-07:00"], "2026-07-10T20:00", "2026-07-11T05:00", id="in summer"),
        pytest.param(["12:00-13:00"], "2026-01-10T11:30", "2026-01-10T12:00", id="within a day"),
        pytest.param(["22:00-24:00"], "2026-01-10T22:30", "2026-01-10T23:00", id="to midnight"),
        pytest.param(
            ["22:00-24:00", "00:00-05:00"], "2026-01-10T22:30", "2026-01-11T04:00", id="touching"
        ),
        # 29 March: 02:00 becomes 03:00, the night is an hour shorter.
        pytest.param(["22:00-07:00"], "2026-03-28T21:00", "2026-03-29T05:00", id="spring"),
        pytest.param(["00:00-02:30"], "2026-03-29T00:30", "2026-03-29T01:30", id="ends in the gap"),
        pytest.param(["02:30-04:00"], "2026-03-29T01:00", "2026-03-29T02:00", id="begins in it"),
        # 25 October: 03:00 becomes 02:00, 02:30 comes twice.
        pytest.param(["22:00-07:00"], "2026-10-24T20:00", "2026-10-25T06:00", id="autumn"),
        pytest.param(["00:00-02:30"], "2026-10-25T00:45", "2026-10-25T01:30", id="ends twice"),
        pytest.param(["02:30-04:00"], "2026-10-25T00:30", "2026-10-25T03:00", id="begins twice"),
    ],
)
def test_the_end_of_the_rest(hours: list[str], at: str, until: str) -> None:
    assert quiet_until(utc(at), berlin(*hours)) == utc(until)


def test_without_quiet_hours_no_zone_is_needed() -> None:
    at = utc("2026-01-10T21:00")
    assert quiet_until(at, Pace(zone="not/a-zone")) == at


@given(
    st.integers(0, 365 * 1440),
    st.integers(0, 1439),
    st.integers(1, 1439),
)
def test_no_moment_after_the_rest_is_in_it(minute: int, start: int, length: int) -> None:
    pace = Pace(quiet=(Window(start, (start + length) % 1440),), zone="Europe/Berlin")
    moment = utc("2026-01-01T00:00") + timedelta(minutes=minute)
    until = quiet_until(moment, pace)
    assert moment <= until <= moment + timedelta(minutes=length + 121)
    assert quiet_until(until, pace) == until


@pytest.mark.parametrize(
    ("at", "start", "hours"),
    [
        ("2026-01-10T23:30", "2026-01-10T23:00", 24),
        ("2026-01-10T22:59", "2026-01-09T23:00", 24),
        ("2026-03-29T12:00", "2026-03-28T23:00", 23),
        ("2026-10-25T12:00", "2026-10-24T22:00", 25),
    ],
)
def test_a_day_is_from_midnight_to_midnight(at: str, start: str, hours: int) -> None:
    begins, ends = day_of(utc(at), berlin())
    assert (begins, ends - begins) == (utc(start), timedelta(hours=hours))


def test_a_day_that_begins_in_a_gap_begins_after_it() -> None:
    # In Santiago 24:00 becomes 01:00 on 6 September 2026: 00:00 never is.
    pace = Pace(zone="America/Santiago")
    first, second = day_of(utc("2026-09-06T03:59"), pace), day_of(utc("2026-09-06T04:00"), pace)
    assert first[1] == second[0] == utc("2026-09-06T04:00")
