"""One machine's clock: the world's time and its own error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from postops.clock import ulid

if TYPE_CHECKING:
    from random import Random

    from tests.simulation.loop import Loop
    from tests.simulation.machine import Machine

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def moment(at: float) -> datetime:
    """The world's time, as a platform would tell it."""
    return START + timedelta(seconds=at)


def seconds(text: str) -> float:
    """The world's time of what a ledger says."""
    return (datetime.fromisoformat(text) - START).total_seconds()


class SimClock:
    """Implements `postops.clock.Clock`. `skew` in seconds, ahead where positive."""

    def __init__(self, machine: Machine, loop: Loop, skew: float, rng: Random) -> None:
        self.machine = machine
        self.loop = loop
        self.skew = skew
        self._rng = rng

    def now(self) -> datetime:
        return START + timedelta(seconds=self.loop.at + self.skew)

    def monotonic(self) -> float:
        return self.loop.at

    async def sleep(self, seconds: float) -> None:
        await self.machine.until(self.loop.at + seconds)

    def pause(self, seconds: float) -> None:
        raise AssertionError(f"the publisher blocked its thread for {seconds} s")

    def random(self) -> float:
        return self._rng.random()

    def new_id(self) -> str:
        return ulid(self.now(), self._rng.getrandbits(80))
