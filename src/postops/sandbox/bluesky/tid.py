"""TIDs: a microsecond timestamp and a clock id in sortable base 32."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postops.sandbox.world import World

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


def is_tid(text: str) -> bool:
    """Say whether `text` is a TID."""
    return _TID.fullmatch(text) is not None


def next_tid(world: World) -> str:
    """Return a TID later than every one given out before."""
    shelf = world.shelf("bluesky")
    micros = max(int(world.now().timestamp() * 1_000_000), shelf.get("last_tid", 0) + 1)
    shelf["last_tid"] = micros
    return encode(micros << 10)


def encode(number: int) -> str:
    """Write a 63-bit number as thirteen digits."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))
