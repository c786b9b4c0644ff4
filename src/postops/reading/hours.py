"""Hours of the day as people write them: `22:00-07:00`, over midnight too."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from postops.reading.limits import Pattern

_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = 24 * 60

Hours = Annotated[
    str,
    Pattern(
        rf"{_CLOCK}-({_CLOCK}|24:00)",
        "hours of the day such as `22:00-07:00`",
        examples=["22:00-07:00"],
    ),
]


class Window(NamedTuple):
    """From one minute of the day to another, which is not in it; over midnight if it is smaller."""

    start: int
    end: int


def parse_hours(text: str) -> Window:
    """What `Hours` mean. Raises `ValueError` for any other text."""
    start, _, end = text.partition("-")
    return Window(_minute(start), _minute(end) % _DAY)


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def covered(windows: list[Window]) -> int:
    """How many minutes of a day these windows take. One that ends where it begins is a whole day."""
    taken = set[int]()
    for start, end in windows:
        length = (end - start) % _DAY or _DAY
        taken.update((start + minute) % _DAY for minute in range(length))
    return len(taken)
