"""Rate-limit windows, counted per key and kept in the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World


@dataclass(frozen=True, slots=True)
class Limit:
    """So many points in so many seconds."""

    points: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one window stands after a request."""

    limit: Limit
    remaining: int
    reset: datetime
    exceeded: bool


def spend(world: World, key: str, limit: Limit, points: int = 1) -> Standing:
    """Take `points` from the window of `key`; a refused request takes nothing."""
    now = world.now().timestamp()
    start, used = world.windows.get(key, (now, 0))
    if now >= start + limit.seconds:
        start, used = now, 0
    exceeded = used + points > limit.points
    if not exceeded:
        used += points
    world.windows[key] = (start, used)
    reset = datetime.fromtimestamp(start + limit.seconds, UTC)
    return Standing(limit, max(0, limit.points - used), reset, exceeded)


def tightest(standings: list[Standing]) -> Standing:
    """Pick the window to tell the client about: a broken one, else the one nearest its end."""
    return min(standings, key=lambda s: (not s.exceeded, s.remaining))
