"""Snowflakes: milliseconds since X's epoch in the high bits, so that ids sort by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .accounts import PLATFORM

if TYPE_CHECKING:
    from postops.sandbox.world import World

_EPOCH_MS = 1_288_834_974_657


def next_id(world: World) -> str:
    """Return an id greater than every one before."""
    shelf = world.shelf(PLATFORM)
    millis = int(world.now().timestamp() * 1000) - _EPOCH_MS
    number = max(millis << 22, shelf.get("last_id", 0) + 1)
    shelf["last_id"] = number
    return str(number)
