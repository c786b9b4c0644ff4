"""A clock of the test's own: it moves when it is waited for, and ids count up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from postops.clock import ulid

_ENTROPY = count(1)


class Ticking:
    """Every look at it is a millisecond later, so that events have an order."""

    def __init__(self, start: str = "2026-03-01T10:00:00+00:00", seed: int = 0) -> None:
        self.at = datetime.fromisoformat(start).astimezone(UTC)
        self.waited = 0.0
        self._random = Random(seed)

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.pause(seconds)

    def pause(self, seconds: float) -> None:
        self.waited += seconds
        self.at += timedelta(seconds=seconds)

    def random(self) -> float:
        return self._random.random()

    def new_id(self) -> str:
        return ulid(self.now(), next(_ENTROPY))
