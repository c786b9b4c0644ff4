"""Spans of time as people write them: `6h`, `20m`, `1d`, `1h30m`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from postops.reading.limits import Pattern

_FORM = re.compile(r"(?:([0-9]{1,4})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")

DURATION = (
    r"[0-9]{1,4}d([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?"
    r"|[0-9]{1,4}h([0-9]{1,5}m)?([0-9]{1,6}s)?"
    r"|[0-9]{1,5}m([0-9]{1,6}s)?"
    r"|[0-9]{1,6}s"
)
Duration = Annotated[
    str, Pattern(DURATION, "a time span such as `6h`, `20m` or `1d`", examples=["6h", "20m"])
]


def parse_duration(text: str) -> timedelta:
    """The time span a `Duration` means. Raises `ValueError` for any other text."""
    match = _FORM.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"not a time span: {text!r}")
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
