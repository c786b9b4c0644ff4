"""A world whose runs wait for one another, as a concurrency group makes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.clock import SimClock
    from tests.simulation.machine import Machine
    from tests.simulation.world import Scenario, Start


class Queued(World):
    """First come, first served. With `serial` false, runs overlap as they are started."""

    def __init__(self, scenario: Scenario, *, serial: bool = True) -> None:
        super().__init__(scenario)
        self._turn = asyncio.Lock() if serial else None

    async def _one(self, machine: Machine, clock: SimClock, start: Start) -> Any:
        if self._turn is None:
            return await self._carried_out(machine, clock, start)
        async with self._turn:
            return await self._carried_out(machine, clock, start)

    async def _carried_out(self, machine: Machine, clock: SimClock, start: Start) -> Any:
        """One run in its turn. `None` where it ended badly."""
        return await super()._one(machine, clock, start)
