"""How late posts come out when nothing goes wrong but the schedule that starts the runs.

The publisher runs unchanged; only what wakes it differs. `python -m tests.simulation.lateness`.

GitHub publishes no bound for the delay of a schedule, and a tick that is dropped leaves no trace.
What people measured in 2026 is below, thread by thread. They wrote on bad days: the figures are
theirs, how often each comes is ours. So this compares ways to wake a publisher with one another,
and foretells nobody's week.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.content import PostSpec
from tests.simulation.native import Native
from tests.simulation.queued import Queued
from tests.simulation.world import HOUR, Scenario, Start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINUTE = 60.0
DAY = 24 * HOUR
WEEK = 7 * DAY
EVERY = 15 * MINUTE
PING = 5 * MINUTE
POSTS = 42  # a week

# Minutes from a tick to its run, on a fair day: "+40 min normal" (open-multi-agent PR 557), 95 at
# the full hour (jdubois/boot-ui PR 323); the short ones are what no thread complains about.
DELAYS = (1, 2, 4, 7, 12, 20, 40, 95)
DROPPED = 0.2  # "others dropped" (boot-ui PR 323)
# Minutes without any run: 141 and 146 "and counting" (SauersML/gam 2437), 4 h 23 (community
# 210625), 4 to 6 h on a 5 to 15 minute schedule (community 212128), 6 h and whole nights (community
# 208924), 4 to 7 h (senar-ai/web 36), 10 h 50 and 12 h 01 (open-multi-agent PR 557), 12 h
# (node-red/flow-library PR 143).
OUTAGES = (141, 146, 240, 263, 360, 360, 420, 650, 720, 721)
BETWEEN = 2 * DAY  # from one of them to the next, on average
OFF = 30.0  # seconds that the clock of a run may be wrong by
STARTING = (15.0, 45.0)  # seconds from a run's start to the first line of the publisher


def schedule(rng: Random, until: float) -> Iterator[float]:
    """The runs of a schedule every fifteen minutes."""
    out_from = rng.expovariate(1 / BETWEEN)
    out_until = out_from + rng.choice(OUTAGES) * MINUTE
    at = 7 * MINUTE  # off the full hour, as the docs advise
    while at < until:
        if at > out_until:
            out_from = at + rng.expovariate(1 / BETWEEN)
            out_until = out_from + rng.choice(OUTAGES) * MINUTE
        begins = at + rng.choice(DELAYS) * MINUTE
        if rng.random() >= DROPPED and not out_from <= begins < out_until:
            yield begins
        at += EVERY


def pinged(rng: Random, until: float) -> Iterator[float]:
    """The same, and a call from outside every five minutes, whose runs start at once."""
    yield from schedule(rng, until)
    at = rng.uniform(0, PING)
    while at < until:
        yield at
        at += PING


class Way(NamedTuple):
    """A way to be on time. `wait` as in `publish --wait`; `kind` is the simulated platform.

    Where the platform takes posts ahead of their time they are handed over: lateness is read off
    the server, whoever kept the time.
    """

    name: str
    wakes: Callable[[Random, float], Iterator[float]]
    wait: float = 0.0
    kind: str = "search"


WAYS: tuple[Way, ...] = (
    Way("schedule every 15 minutes", schedule),
    Way("the same, with --wait 8m", schedule, wait=8 * MINUTE),
    Way("the same, and a ping from outside every 5 minutes", pinged),
    Way("the schedule alone, `schedule: native`", schedule, kind=Native.name),
)


@dataclass(frozen=True)
class Lateness:
    """Seconds from the time in the file to the time on the server. `missing` never came."""

    way: Way
    seconds: tuple[float, ...]
    runs: int
    early: int
    missing: int
    broken: int

    def at(self, share: float) -> float:
        """The lateness that this share of the posts kept to."""
        return self.seconds[int((len(self.seconds) - 1) * share)]


def measured(way: Way, weeks: int, *, seed: int = 0) -> Lateness:
    """Posts due at random moments, week by week. The same weeks for every way."""
    late: list[float] = []
    runs = missing = broken = 0
    for week in range(seed, seed + weeks):
        world = Queued(_week(way, week))
        verdict = world.run()
        due = {post.id: post.due or 0.0 for post in world.scenario.posts}
        sent = [(p.created, due[p.delivery.partition("@")[0]]) for p in world.servers["one"].posts]
        late += [created - wanted for created, wanted in sent]
        runs += verdict.runs
        missing += POSTS - len(sent)
        broken += len(verdict.violations)
    return Lateness(way, tuple(sorted(late)), runs, sum(s < 0 for s in late), missing, broken)


def _week(way: Way, seed: int) -> Scenario:
    native = way.kind == Native.name
    dues, chance = Random(f"due {seed}"), Random(f"wakes {seed}")
    posts = tuple(
        PostSpec(f"p{n}", ("one",), (f"Post {n}",), due=dues.uniform(0.0, WEEK), native=native)
        for n in range(POSTS)
    )
    # On into the next week: the last posts wait for their run as the others did.
    wakes = sorted(way.wakes(chance, WEEK + 2 * DAY))
    begins = [at + chance.uniform(*STARTING) for at in wakes]
    clocks = Random(f"clocks {seed}")
    starts = tuple(Start(at, skew=clocks.uniform(-OFF, OFF), wait=way.wait) for at in begins)
    return Scenario(seed, (("one", way.kind),), posts, starts)


def markdown(weeks: int) -> Iterator[str]:
    yield "| Woken by | p50 | p95 | Longest | Early | Never | Runs |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for way in WAYS:
        found = measured(way, weeks)
        times = " | ".join(_told(found.at(share)) for share in (0.5, 0.95, 1.0))
        yield f"| {way.name} | {times} | {found.early} | {found.missing} | {found.runs:,} |"


def _told(seconds: float) -> str:
    if seconds < 2 * MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.lateness")
    parser.add_argument("--weeks", type=int, default=4)
    asked = parser.parse_args()
    sys.stdout.write("\n".join(markdown(asked.weeks)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
