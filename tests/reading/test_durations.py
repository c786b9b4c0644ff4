from __future__ import annotations

from datetime import timedelta

import pytest

from postops.reading.durations import DURATION, parse_duration
from postops.reading.limits import Pattern


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6h", 21600), ("20m", 1200), ("2m", 120), ("1d", 86400), ("90s", 90), ("1h30m", 5400),
     ("1d2h3m4s", 93784), ("0m", 0)],
)  # fmt: skip
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert Pattern(DURATION, "").allows(text)
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "6", "h", "6 h", "1.5h", "-1h", "1h1d", "6H", "99999d", "1h "]
)
def test_anything_else_is_not(text: str) -> None:
    assert not Pattern(DURATION, "").allows(text)
    with pytest.raises(ValueError, match="not a time span"):
        parse_duration(text)
