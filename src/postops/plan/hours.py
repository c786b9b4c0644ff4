"""Days and quiet hours of a time zone, as spans of UTC: clocks that change never shorten a rest."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

    from postops.config import Pace


def quiet_until(at: datetime, pace: Pace) -> datetime:
    """The end of the quiet hours that `at` falls in; `at` itself where it falls in none.

    Windows that touch one another are one rest.
    """
    if not pace.quiet:
        return at
    zone = _zone(pace.zone)
    while ends := [end for start, end in _rests(at, pace, zone) if start <= at < end]:
        at = max(ends)
    return at


def day_of(at: datetime, pace: Pace) -> tuple[datetime, datetime]:
    """The day that `at` is in: from midnight to midnight, 23 to 25 hours."""
    zone = _zone(pace.zone)
    day = at.astimezone(zone).date()
    return _instant(day, 0, zone), _instant(day + timedelta(days=1), 0, zone)


def _rests(at: datetime, pace: Pace, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """The quiet spans around a moment, the longer reading where a clock time is twice or never."""
    today = at.astimezone(zone).date()
    for day in (today + timedelta(days=n) for n in (-1, 0, 1)):
        for start, end in pace.quiet:
            last = day if end > start else day + timedelta(days=1)
            yield (
                min(_instant(day, start, zone, fold) for fold in (0, 1)),
                max(_instant(last, end, zone, fold) for fold in (0, 1)),
            )


def _instant(day: date, minute: int, zone: tzinfo, fold: int = 0) -> datetime:
    clock = time(minute // 60, minute % 60, fold=fold)
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
