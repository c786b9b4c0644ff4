"""Times as written: with an offset, or in a time zone whose clocks change twice a year."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

from postops.model import When
from postops.reading import Fault
from postops.reading.words import show

if TYPE_CHECKING:
    from postops.diagnostics import Span

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))?"
)
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EXAMPLE = "2026-03-01T10:30"


def read_time(text: str, zone: str, span: Span) -> When | Fault:
    """What `text` means in the time zone `zone`, which is known to exist."""
    match = _TIME.fullmatch(text)
    if match is None:
        return _wrong(span, f"{show(text)} is not a time", _advice(text))
    year, month, day, hour, minute, second, fraction, utc, sign, *offset = match.groups()
    zoned = utc or sign
    if second is not None and not zoned:
        # To YAML a time with seconds and without offset is UTC; to a reader it is local.
        help_ = f"leave the seconds out, or add the offset: `{text}+01:00`"
        return _wrong(span, f"{show(text)} has seconds but no offset", help_)
    try:
        local = datetime(  # noqa: DTZ001 - the zone is what is found out below
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0),
            int((fraction or "0").ljust(6, "0")),
        )  # fmt: skip
        if zoned:
            at = local.replace(tzinfo=_offset(sign, offset)).astimezone(UTC)
            return When(text, at, "UTC" if utc else f"{sign}{offset[0]}:{offset[1]}", span)
        at, trouble = _in_zone(local, zone)
    except (ValueError, OverflowError) as error:
        return _wrong(span, f"{show(text)} does not exist: {error}", f"such as `{_EXAMPLE}`")
    return When(text, at, zone, span, trouble)


def read_day(text: str, span: Span) -> date | Fault:
    """A day of the calendar."""
    match = _DAY.fullmatch(text)
    if match is None:
        return _wrong(span, f"{show(text)} is not a day", "write it as `2026-03-01`")
    try:
        return date(*map(int, match.groups()))
    except ValueError as error:
        return _wrong(span, f"{show(text)} does not exist: {error}", "write it as `2026-03-01`")


def _offset(sign: str | None, parts: list[str]) -> timezone:
    if sign is None:
        return UTC
    hours, minutes = int(parts[0]), int(parts[1])
    if hours > 23 or minutes > 59:
        raise ValueError("an offset is at most 23:59")
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if sign == "-" else ahead)


def _in_zone(
    local: datetime, zone: str
) -> tuple[datetime, Literal["nonexistent", "ambiguous"] | None]:
    """The later UTC reading, and whether the clocks change there."""
    if zone == "UTC":
        return local.replace(tzinfo=UTC), None
    from zoneinfo import ZoneInfo

    there = ZoneInfo(zone)
    one = local.replace(tzinfo=there).astimezone(UTC)
    other = local.replace(tzinfo=there, fold=1).astimezone(UTC)
    if one == other:
        return one, None
    # In a gap no reading comes back as the clock time that was written.
    back = one.astimezone(there).replace(tzinfo=None)
    return max(one, other), "ambiguous" if back == local else "nonexistent"


def _advice(text: str) -> str:
    if _DAY.fullmatch(text):
        return f"add the time: `{text}T10:30`"
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", text):
        return f"add the day: `2026-03-01T{text[:5].zfill(5)}`"
    if re.search(r"[T ][0-9]{2}:[0-9]{2}.* ?[A-Z]{2,5}$", text):
        return f"write the offset in figures: `{_EXAMPLE}+01:00`"
    if re.search(r"[+-][0-9]{4}$| [+-]", text):
        return f"write the offset as `+01:00`: `{_EXAMPLE}+01:00`"
    return f"write it as `{_EXAMPLE}`, with an offset if you like: `{_EXAMPLE}+01:00`"


def _wrong(span: Span, message: str, help_: str) -> Fault:
    return Fault("invalid-time", span, message, help_)
