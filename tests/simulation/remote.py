"""Git as the ledger sees it: a head that is compared and swapped, and answers that get lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.errors import LedgerConflict, LedgerError
from tests.ledger.memory_remote import MemoryHead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.ledger.remote import StateHead
    from tests.simulation.machine import Machine
    from tests.simulation.world import World

TIMEOUT = 30.0


class Cloud:
    """The hosted repository's state branch and its anchor."""

    def __init__(self) -> None:
        self.head = MemoryHead(None, None, {})
        self.commits = 0
        self.raced = 0


class SimRemote:
    """One machine's way there. Implements `ledger.remote.StateRemote`."""

    def __init__(self, world: World, machine: Machine) -> None:
        self.world = world
        self.machine = machine
        self.cloud = world.cloud

    async def fetch(self) -> MemoryHead:
        world, machine = self.world, self.machine
        fault = world.step(machine, "fetch", "fetch")
        reached = world.loop.at + world.latency()
        if fault == "unreachable":
            await machine.until(reached)
            raise LedgerError("the remote cannot be reached")
        head: MemoryHead = await machine.answer(reached, lambda: self.cloud.head)
        world.checker.endings.fetched(machine)
        if fault == "crash-after":
            machine.kill()
            machine.check()
        return head

    async def push(self, base: StateHead, changes: Mapping[str, bytes], message: str) -> MemoryHead:
        world, machine = self.world, self.machine
        fault = world.step(machine, "push", message.partition("\n")[0])
        reached = world.loop.at + world.latency()

        def land() -> MemoryHead:
            return self._land(base, changes)

        match fault:
            case "unreachable":
                await machine.until(reached)
                raise LedgerError("the remote cannot be reached")
            case "refused":
                await machine.until(reached)
                raise LedgerError("the remote refused the ledger: pre-receive hook declined")
            case "stuck":
                await machine.until(reached)
                raise LedgerConflict("cannot lock ref")
            case "lost-answer":
                await machine.answer(reached, self._quietly(land))
                raise LedgerError("the answer of the push was lost")
            case "late":
                world.loop.at_time(world.loop.at + world.late(TIMEOUT), self._quietly(land))
                await machine.until(reached)
                raise LedgerError("the connection broke")
            case "crash-after":

                def last() -> None:
                    self._quietly(land)()
                    machine.kill()

                await machine.answer(reached, last)
        head: MemoryHead = await machine.answer(reached, land)
        return head

    def _land(self, base: StateHead, changes: Mapping[str, bytes]) -> MemoryHead:
        cloud = self.cloud
        if (base.sha, base.anchor) != (cloud.head.sha, cloud.head.anchor):
            cloud.raced += 1
            raise LedgerConflict("[rejected] (fetch first)")
        cloud.commits += 1
        sha = f"{cloud.commits:040x}"
        parent = cloud.head if cloud.head.sha else None
        before, cloud.head = (
            cloud.head,
            MemoryHead(sha, sha, {**cloud.head.files, **changes}, parent),
        )
        self.world.checker.pushed(self.machine, before, changes)
        return cloud.head

    def _quietly(self, land):  # type: ignore[no-untyped-def]
        def happen() -> None:
            try:
                land()
            except LedgerConflict:
                return

        return happen
