"""Snowflakes: milliseconds in the high bits, so that ids sort by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .accounts import PLATFORM

if TYPE_CHECKING:
    from postops.sandbox.world import World


def next_id(world: World) -> str:
    """Return an id greater than every one before."""
    shelf = world.shelf(PLATFORM)
    number = max(int(world.now().timestamp() * 1000) << 16, shelf.get("last_id", 0) + 1)
    shelf["last_id"] = number
    return str(number)
