"""A machine that can die. Whatever it does passes through its ports; a dead one has none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import orjson

from postops.ledger.outbox import in_order
from postops.publish.stop import Stop

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Sequence

    from tests.simulation.loop import Loop


class Killed(BaseException):
    """The machine is gone: nothing after this line has an effect."""


class Machine:
    """One invocation's process. `disk` outlives it where the next one is given it."""

    def __init__(self, name: str, loop: Loop, disk: list[bytes]) -> None:
        self.name = name
        self.loop = loop
        self.disk = disk
        self.dead = False
        self.stop = Stop()
        self.recorded: set[tuple[str, int]] = set()
        self._waiting: dict[Future[Any], None] = {}

    def check(self) -> None:
        """Raise `Killed` where nothing of it is left to act."""
        if self.dead:
            raise Killed

    def kill(self) -> None:
        """From here on every port is shut; whoever waits at one is thrown out."""
        self.dead = True
        for future in list(self._waiting):
            if not future.done():
                future.set_exception(Killed())
        self._waiting.clear()

    async def until(self, when: float) -> None:
        """Wait for a time."""
        await self.answer(when, _nothing)

    async def answer(self, when: float, effect: Callable[[], Any]) -> Any:
        """What `effect` gives at that time. It happens whether or not this machine lives on."""
        self.check()
        future = self.loop.create_future()
        self._waiting[future] = None

        def land() -> None:
            try:
                value = effect()
            except Exception as error:
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(value)

        self.loop.at_time(when, land)
        try:
            return await future
        finally:
            self._waiting.pop(future, None)


def _nothing() -> None:
    return None


class Disk:
    """An `Outbox` on a machine's disk. `heard` is told of every event at once."""

    def __init__(
        self,
        machine: Machine,
        step: Callable[[str, str], Any],
        heard: Callable[[dict[str, Any]], None],
    ) -> None:
        self.machine = machine
        self._step = step
        self._heard = heard
        self._unsynced: list[bytes] = []

    def leftovers(self) -> list[dict[str, Any]]:
        self.machine.check()
        files: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)  # one for each run
        for line in self.machine.disk:
            event = orjson.loads(line)
            files[event["run"]].append(event)
        return in_order(files.values())

    def append(self, lines: Sequence[bytes], *, sync: bool = True) -> None:
        self.machine.check()
        if not sync:
            self._unsynced.extend(lines)  # lost with the machine
            for line in lines:
                self._heard(orjson.loads(line))
            return
        after = self._step("disk", "append")
        self.machine.disk.extend(lines)
        for line in lines:
            event = orjson.loads(line)
            if event["type"] in ("published", "adopted", "resolved"):
                self.machine.recorded.add((event["delivery"], event.get("part", 1)))
        after()

    async def sync(self) -> None:
        lines, self._unsynced = self._unsynced, []
        if lines:
            self.append(lines)

    def settle(self) -> None:
        self.machine.check()
        if self.machine.disk:
            after = self._step("disk", "settle")
            self.machine.disk.clear()
            after()

    def close(self) -> None:
        pass
