"""Snowflakes: milliseconds in the high bits, so that ids sort by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .accounts import PLATFORM

if TYPE_CHECKING:
    from datetime import datetime

    from postops.sandbox.world import World


def next_id(world: World, at: datetime | None = None) -> str:
    """Return an id of that time, now without one, and greater than every one before."""
    shelf = world.shelf(PLATFORM)
    moment = at or world.now()
    number = max(int(moment.timestamp() * 1000) << 16, shelf.get("last_id", 0) + 1)
    shelf["last_id"] = number
    return str(number)
