"""Hours of the day as written."""

from __future__ import annotations

import pytest

from postops.reading.hours import Window, covered, parse_hours


@pytest.mark.parametrize(
    ("text", "window", "minutes"),
    [
        ("22:00-07:00", Window(1320, 420), 540),
        ("12:30-12:31", Window(750, 751), 1),
        ("20:00-24:00", Window(1200, 0), 240),
        ("00:00-24:00", Window(0, 0), 1440),
        ("09:00-09:00", Window(540, 540), 1440),
    ],
)
def test_hours_are_minutes_of_the_day(text: str, window: Window, minutes: int) -> None:
    assert parse_hours(text) == window
    assert covered([window]) == minutes


def test_windows_that_overlap_are_counted_once() -> None:
    assert covered([Window(0, 60), Window(30, 90), Window(1430, 10)]) == 100
    assert covered([]) == 0
