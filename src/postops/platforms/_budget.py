"""What an answer's headers say of time and rate limits, in every spelling platforms use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from postops.model import RateLimit
from postops.platforms._answers import in_utc, when

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FAMILIES = (
    "x-user-limit-24hour-",
    "x-app-limit-24hour-",
    "x-rate-limit-",
    "x-ratelimit-",
    "ratelimit-",
)
# Far beyond any window known; more is a broken header, not a reason to stop for years.
_LONGEST = 86_400.0 * 7


def server_date(headers: Mapping[str, str]) -> datetime | None:
    """The time in the `Date` header, in UTC."""
    from email.utils import parsedate_to_datetime

    try:
        return in_utc(parsedate_to_datetime(headers.get("date", "")))
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """The tightest budget the headers tell of: a spent one, else the one nearest its end."""
    limits = list(_limits(headers))
    return min(limits, key=lambda r: (r.remaining, -r.reset_at.timestamp()), default=None)


def retry_after(headers: Mapping[str, str], now: datetime | None) -> float | None:
    """Seconds to wait, from `Retry-After` or the reset of a spent budget; `None` if unsaid.

    `now` is the server's own time: its clock, not ours, decides when the limit lifts.
    """
    seconds = _explicit(headers.get("retry-after"), now)
    if seconds is None and now is not None:
        resets = [limit.reset_at for limit in _limits(headers) if limit.remaining <= 0]
        limit = rate_limit(headers)
        resets = resets or ([limit.reset_at] if limit else [])
        seconds = max(((at - now).total_seconds() for at in resets), default=None)
    if seconds is None:
        return None
    return min(max(seconds, 0.0), _LONGEST)


def _explicit(text: str | None, now: datetime | None) -> float | None:
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    at = server_date({"date": text})
    return (at - now).total_seconds() if at and now else None


def _limits(headers: Mapping[str, str]) -> Iterator[RateLimit]:
    for family in _FAMILIES:
        limit = _number(headers.get(f"{family}limit"))
        remaining = _number(headers.get(f"{family}remaining"))
        reset_at = _reset(headers.get(f"{family}reset"))
        if limit is not None and remaining is not None and reset_at is not None:
            yield RateLimit(limit, remaining, reset_at)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _reset(text: str | None) -> datetime | None:
    """A time as seconds since 1970 (Bluesky, X) or in ISO 8601 (Mastodon)."""
    seconds = _number(text)
    if seconds is None:
        return when(text)
    # A small number is a span by a convention no platform here documents.
    return in_utc(datetime.fromtimestamp(seconds, UTC)) if seconds > 1_000_000_000 else None
