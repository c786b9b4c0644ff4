"""Worlds by the thousand: every single fault, pairs of faults, seeds, and a hunt for every mutant."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import as_completed
from dataclasses import dataclass, field, replace
from itertools import count, cycle, islice
from typing import TYPE_CHECKING

from tests.simulation.exhaustive import pairs, singles, smallest, workloads
from tests.simulation.mutants import MUTANTS, hunted
from tests.simulation.seeds import NATIVE, scenario
from tests.simulation.wider import wider
from tests.simulation.world import Verdict, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

    from tests.simulation.world import Scenario

SINGLES = "single faults"
DRAWN = ("pairs of faults", "seeds", "seeds, people and clocks besides", "seeds, handed over ahead")
"""What worlds are told apart by in the figures."""
CHUNK = 500
PAIRS = 24_000  # of each class at the most; there are fewer


@dataclass
class Total:
    """What many worlds came to. `wrong` has the first violation of each world that had one."""

    worlds: int = 0
    runs: int = 0
    steps: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, verdict: Verdict) -> None:
        self.worlds += 1
        self.runs += verdict.runs
        self.steps += verdict.steps
        self.counts.update(verdict.counts)
        self.wrong += [f"{name}: {text}" for text in verdict.violations[:1]]

    def join(self, other: Total) -> None:
        self.worlds += other.worlds
        self.runs += other.runs
        self.steps += other.steps
        self.counts.update(other.counts)
        self.wrong += other.wrong


def tried(named: Iterable[tuple[str, Scenario]], kind: str) -> Total:
    """Carry worlds of a kind out; how many of it there were is one of the counts."""
    total = Total()
    for name, one in named:
        total.add(name, World(one).run())
    total.counts[kind] = total.worlds
    return total


def every_single(name: str) -> Total:
    """A workload without a fault, and with every single one."""
    one = workloads()[name]
    plans = ({}, *singles(one))
    return tried(((f"{name} {plan}", replace(one, plan=plan)) for plan in plans), SINGLES)


def some_pairs(name: str, start: int) -> Total:
    """A stretch of all pairs of the smallest workload of a class."""
    one = smallest()[name]
    stretch = islice(pairs(one), start, start + 4 * CHUNK)
    return tried(((f"{name} {plan}", replace(one, plan=plan)) for plan in stretch), DRAWN[0])


def some_seeds(start: int) -> Total:
    kind = DRAWN[3] if start >= NATIVE else DRAWN[1]
    seeds = range(start, start + CHUNK)
    return tried(((f"--seed {seed}", scenario(seed)) for seed in seeds), kind)


def some_wider(start: int) -> Total:
    seeds = range(start, start + CHUNK)
    return tried(((f"--wider --seed {seed}", wider(seed)) for seed in seeds), DRAWN[2])


def noticed(number: int) -> bool:
    """Whether a mutant gives itself away."""
    return bool(hunted(MUTANTS[number])[1])


def all_singles(pool: Executor, say: Callable[[str], None]) -> Total:
    """Every single fault of every workload."""
    total = Total()
    for done in as_completed([pool.submit(every_single, name) for name in workloads()]):
        total.join(done.result())
    say(f"every single fault: {total.worlds:,} worlds, {len(total.wrong)} wrong")
    return total


def unnoticed(pool: Executor, say: Callable[[str], None]) -> list[str]:
    """The guards that were taken out and that nothing missed."""
    found = list(pool.map(noticed, range(len(MUTANTS))))
    say(f"mutants: {sum(found)} of {len(found)} noticed")
    return [mutant.guard for mutant, dead in zip(MUTANTS, found, strict=True) if not dead]


def until(moment: float, pool: Executor, say: Callable[[str], None]) -> Total:
    """Pairs while there are any, and worlds from seeds, until a time of `time.monotonic`."""
    total, told = Total(), time.monotonic()
    for done in _endless(pool, moment):
        total.join(done.result())
        for text in done.result().wrong:
            say(f"wrong: {text}")
        if time.monotonic() - told > 60:
            told = time.monotonic()
            say(f"worlds: {total.worlds:,}, runs: {total.runs:,}, {len(total.wrong)} wrong")
    return total


def _endless(pool: Executor, moment: float) -> Iterator[Future[Total]]:
    """Never more is asked for than the machine is busy with."""
    open_: set[Future[Total]] = set()
    work = _work()
    while time.monotonic() < moment:
        while len(open_) < 4:
            open_.add(pool.submit(*next(work)))
        done = next(as_completed(open_))
        open_.remove(done)
        yield done
    yield from as_completed(open_)


def _work() -> Iterator[tuple[Callable[..., Total], *tuple[object, ...]]]:
    """Pairs and seeds in turn; of the seeds, all kinds of worlds."""
    starts = count(0, CHUNK)
    kinds = cycle(((some_seeds, 0), (some_wider, 0), (some_seeds, 0), (some_seeds, NATIVE)))
    drawn = ((kind, base + next(starts)) for kind, base in kinds)
    for name in smallest():
        for start in range(0, PAIRS, 4 * CHUNK):
            yield some_pairs, name, start
            yield from islice(drawn, 3)
    yield from drawn
