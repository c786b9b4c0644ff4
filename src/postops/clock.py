"""The one seam for time, sleep, ids and randomness.

Everything that needs one of them takes a `Clock`; a lint rule bans the functions behind it
anywhere else. Tests and the simulator pass a clock of their own.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from typing import Protocol

# Crockford's base 32 sorts like the number it writes, so ids sort by time.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Clock(Protocol):
    """What the rooms may ask of the world."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for time-outs and lateness of our own doing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the other lanes."""
        ...

    def random(self) -> float:
        """A number in [0, 1), for jitter."""
        ...

    def new_id(self) -> str:
        """A 26-character id that sorts by the time it was made (ULID)."""
        ...


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the seam itself

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        import asyncio

        await asyncio.sleep(seconds)  # noqa: TID251 - the seam itself

    def random(self) -> float:
        return random.random()  # noqa: S311, TID251 - jitter, nothing secret

    def new_id(self) -> str:
        return ulid(self.now(), int.from_bytes(os.urandom(10), "big"))


def ulid(at: datetime, entropy: int) -> str:
    """The ULID of a time (to the millisecond) and 80 bits of entropy."""
    number = (int(at.timestamp() * 1000) << 80) | (entropy & ((1 << 80) - 1))
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
