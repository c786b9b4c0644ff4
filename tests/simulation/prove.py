"""Everything at once, for as long as asked: `./scripts/prove --minutes 60`.

First every single fault of every small workload and a hunt for every mutant, then pairs of faults
and worlds from seeds until the time is up. Exits 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import TYPE_CHECKING

from tests.simulation.exhaustive import pairs, singles, smallest, steps, workloads
from tests.simulation.mutants import MUTANTS, hunted
from tests.simulation.seeds import NATIVE, scenario
from tests.simulation.world import Verdict, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from tests.simulation.world import Scenario

CHUNK = 500


@dataclass
class Total:
    """What many worlds came to."""

    worlds: int = 0
    runs: int = 0
    steps: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    lateness: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, verdict: Verdict) -> None:
        self.worlds += 1
        self.runs += verdict.runs
        self.steps += verdict.steps
        self.counts.update(verdict.counts)
        self.lateness += verdict.lateness
        self.wrong += [f"{name}: {text}" for text in verdict.violations[:1]]

    def join(self, other: Total) -> None:
        self.worlds += other.worlds
        self.runs += other.runs
        self.steps += other.steps
        self.counts.update(other.counts)
        self.lateness += other.lateness
        self.wrong += other.wrong


def tried(named: Iterable[tuple[str, Scenario]]) -> Total:
    """Carry worlds out."""
    total = Total()
    for name, one in named:
        total.add(name, World(one).run())
    return total


def every_single(name: str) -> Total:
    one = workloads()[name]
    return tried((f"{name} {plan}", replace(one, plan=plan)) for plan in ({}, *singles(one)))


def some_pairs(name: str, start: int) -> Total:
    """A stretch of all pairs of the smallest workload of a class."""
    one = smallest()[name]
    stretch = islice(pairs(one), start, start + 4 * CHUNK)
    return tried((f"{name} {plan}", replace(one, plan=plan)) for plan in stretch)


def some_seeds(start: int) -> Total:
    return tried((f"--seed {seed}", scenario(seed)) for seed in range(start, start + CHUNK))


def killed(number: int) -> bool:
    """Whether a mutant is noticed."""
    return bool(hunted(MUTANTS[number])[1])


def _endless(pool: ProcessPoolExecutor, until: float) -> Iterator[Future[Total]]:
    """Pairs while there are any, then seeds, never more than the machine is busy with."""
    open_: set[Future[Total]] = set()
    work = _work()
    while time.monotonic() < until:
        while len(open_) < 4:
            open_.add(pool.submit(*next(work)))
        done = next(as_completed(open_))
        open_.remove(done)
        yield done
    yield from as_completed(open_)


def _work() -> Iterator[tuple[object, ...]]:
    stretches = [(name, start) for name in smallest() for start in range(0, 24_000, 4 * CHUNK)]
    seeds, ahead = count(0, CHUNK), count(0, CHUNK)
    for name, start in stretches:
        yield some_pairs, name, start
        for _ in range(3):
            yield some_seeds, next(seeds)
        yield some_seeds, NATIVE + next(ahead)
    for start in seeds:
        yield some_seeds, start
        yield some_seeds, NATIVE + next(ahead)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/prove", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    asked = parser.parse_args()
    until = time.monotonic() + asked.minutes * 60
    total = Total()
    with ProcessPoolExecutor() as pool:
        for done in as_completed(pool.submit(every_single, name) for name in workloads()):
            total.join(done.result())
        plans = total.worlds
        noticed = list(pool.map(killed, range(len(MUTANTS))))
        for done in _endless(pool, until):
            total.join(done.result())
    alive = [m for m, dead in zip(MUTANTS, noticed, strict=True) if not dead]
    say(total, plans, noticed)
    for text in (*total.wrong[:20], *(f"not noticed: {m.guard}" for m in alive)):
        sys.stdout.write(f"{text}\n")
    return 1 if total.wrong or alive else 0


def say(total: Total, plans: int, noticed: list[bool]) -> None:
    late = sorted(total.lateness) or [0.0]
    at = {name: late[int((len(late) - 1) * share)] for name, share in _SHARES.items()}
    known = workloads()
    figures = {
        "workloads": len(known),
        "steps without a fault": sum(len(steps(one)) for one in known.values()),
        "single faults, every one": plans - len(known),
        "worlds": total.worlds,
        "runs of the publisher": total.runs,
        "steps": total.steps,
        "posts": total.counts["posts"],
        "duplicates": total.counts["duplicates"],
        "losses": total.counts["losses"],
        "held for a person (in doubt)": total.counts["flagged in doubt"],
        "violations of any invariant": len(total.wrong),
        "mutants noticed": f"{sum(noticed)} of {len(noticed)}",
        "lateness": ", ".join(f"{name} {seconds:.0f} s" for name, seconds in at.items()),
    }
    for name, figure in figures.items():
        sys.stdout.write(f"{name:32} {figure}\n")


_SHARES = {"p50": 0.5, "p95": 0.95, "max": 1.0}

if __name__ == "__main__":
    sys.exit(main())
