"""The worlds that the ports and the publisher share.

Posts come in by merges, are due at once, and every merge starts a run, as other wake-ups do. People
look at runs that ended badly and start them again, at most twice; what is in doubt they look up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from postops.errors import PostopsError
from tests.simulation import seeds
from tests.simulation.checker import Checker
from tests.simulation.content import PostSpec
from tests.simulation.machine import Killed
from tests.simulation.peers.ports import ALGORITHMS, Ending, Seat, renamed
from tests.simulation.queued import Queued
from tests.simulation.world import PATIENCE, Edit, Scenario, Start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.clock import SimClock
    from tests.simulation.machine import Machine

WEEK = 7 * 24 * 3600.0
PEOPLE = 900.0  # seconds until somebody looks
RERUNS = 2


@dataclass(frozen=True)
class Wake(Start):
    """A start that knows the push it was made for. `attempt`: how often it was started again."""

    added: tuple[str, ...] = ()
    attempt: int = 0


def shared(seed: int, kind: str, *, serial: bool, faults: bool = True) -> Scenario:
    """The world of a seed, with what every algorithm has a word for."""
    base, rng = seeds.scenario(seed), Random(f"peers {seed}")
    accounts = tuple((f"a{n}", kind) for n in range(rng.choice((1, 1, 2))))
    names = tuple(name for name, _ in accounts)
    end = base.starts[-1].at + 1.0
    merges = tuple(
        Edit(rng.uniform(0.0, end), post.id, _plain(post.id, len(post.texts), names))
        for post in base.posts
    )
    starts = tuple(Wake(s.at, s.slot, 0.0, s.skew, s.keeps) for s in base.starts)
    starts += tuple(_pushes(rng, merges, 0.03 if faults else 0.0))
    if not serial:
        starts += tuple(_twin(rng, start) for start in starts)
    return replace(
        base,
        accounts=accounts,
        posts=(),
        edits=tuple(sorted(merges, key=lambda edit: edit.at)),
        starts=tuple(sorted(starts, key=lambda start: start.at)),
        storms=tuple(s for s in base.storms if s.account in names) if faults else (),
        rate=base.rate if faults else 0.0,
        crash=base.crash if faults else 0.0,
        slow=base.slow if faults else 0.0,
        resolves=True,
    )


def _plain(name: str, parts: int, accounts: tuple[str, ...]) -> PostSpec:
    texts = tuple(f"{name} part {n}" for n in range(1, parts + 1))
    return PostSpec(name, accounts, texts, grace=WEEK)


def _pushes(rng: Random, merges: tuple[Edit, ...], dropped: float) -> Iterator[Wake]:
    """The run of every merge, but for those that never start."""
    for merge in merges:
        at = merge.at + rng.uniform(1.0, 40.0)
        if rng.random() >= dropped:
            yield Wake(at, rng.randrange(3), added=(merge.post,))


def _twin(rng: Random, start: Wake) -> Wake:
    """Another runner, a moment later, that nobody asked for."""
    return Wake(start.at + rng.uniform(0.0, 8.0), start.slot + 3, skew=start.skew)


class Shared(Queued):
    """The publisher in such a world."""

    async def _carried_out(self, machine: Machine, clock: SimClock, start: Start) -> Any:
        ended = await self._run(machine, clock, start)
        if ended is None and isinstance(start, Wake) and start.attempt < RERUNS:
            again = replace(start, at=self.loop.at + PEOPLE, attempt=start.attempt + 1)
            self.loop.at_time(again.at, lambda: self._begin(again))
        return ended

    async def _run(self, machine: Machine, clock: SimClock, start: Start) -> Any:
        return await super()._carried_out(machine, clock, start)


class Witness(Checker):
    """Hears of everything and asks for nothing: the ports have no ledger to be judged by."""

    def say(self, rule: str, what: str) -> None:
        pass

    def calling(self, *_: Any) -> None:
        pass

    def pushed(self, *_: Any) -> None:
        pass


class PeerWorld(Shared):
    """A port in such a world."""

    def __init__(self, scenario: Scenario, algorithm: str, *, serial: bool) -> None:
        super().__init__(scenario, serial=serial)
        self.algorithm = ALGORITHMS[algorithm]
        self.checker = Witness(self)

    async def _run(self, machine: Machine, clock: SimClock, start: Start) -> Any:
        seat = Seat(self, machine, getattr(start, "added", ()))
        try:
            ending = await self.algorithm(seat)
        except (Killed, PostopsError):
            return None
        for post, accounts in ending.again:
            self._comes_again(post, accounts)
        return None if ending.red and not ending.again else ending

    def _comes_again(self, post: str, accounts: tuple[str, ...]) -> None:
        """Somebody merges the retry file of a post."""
        now = self.content.tip.posts.get(post)
        again = renamed(now, accounts) if now is not None else None
        if again is None:
            return

        def merged() -> None:
            self.content.edit(self.loop.at, post, again)
            self._begin(Wake(self.loop.at + 1.0, added=(post,)))

        self.loop.at_time(self.loop.at + PEOPLE, merged)

    def _quiet(self) -> None:
        """Runs without faults, until one has nothing to do."""
        for _ in range(PATIENCE):
            before = self._effects()
            self.loop.at += 3600.0
            ended: Ending | None = self.loop.complete(self._tick_task())
            self.loop.run()
            if ended is not None and self._effects() == before:
                return

    async def _tick_task(self) -> Any:
        return await self._begin(Start(self.loop.at))

    def _effects(self) -> tuple[int, int]:
        return self.cloud.commits, sum(server.calls for server in self.servers.values())
