"""The table: every algorithm, every class of platform, one runner at a time and two at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.peers.ports import ALGORITHMS
from tests.simulation.peers.truth import truth
from tests.simulation.peers.world import PeerWorld, Shared, shared
from tests.simulation.platforms import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OURS = "postops"
NAMES = (*ALGORITHMS, OURS)
CLASSES = tuple(kind.name for kind in ALL)


@dataclass
class Row:
    """Many worlds of one algorithm. `asked`: how often a person had to look something up."""

    algorithm: str
    kind: str
    serial: bool
    worlds: int = 0
    runs: int = 0
    posts: int = 0
    duplicates: int = 0
    losses: int = 0
    with_duplicates: int = 0
    with_losses: int = 0
    asked: int = 0
    broken: int = 0

    def add(self, other: Row) -> None:
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_COUNTS = tuple(name for name, type_ in Row.__annotations__.items() if type_ == "int")


def one(algorithm: str, kind: str, seed: int, *, serial: bool, faults: bool = True) -> Row:
    """One world. `broken` counts invariants of the publisher that did not hold in it."""
    scenario = shared(seed, kind, serial=serial, faults=faults)
    if algorithm == OURS:
        world = Shared(scenario, serial=serial)
    else:
        world = PeerWorld(scenario, algorithm, serial=serial)
    verdict, row = world.run(), Row(algorithm, kind, serial)
    found = truth(world)
    row.worlds, row.runs, row.posts = 1, verdict.runs, found.posts
    row.duplicates, row.losses = found.duplicates, found.losses
    row.with_duplicates, row.with_losses = int(found.duplicates > 0), int(found.losses > 0)
    row.asked = verdict.counts.get("flagged in doubt", 0)
    row.broken = len(verdict.violations)
    return row


def figures(
    worlds: int, *, start: int = 0, kinds: Sequence[str] = CLASSES, faults: bool = True
) -> list[Row]:
    """Every algorithm over the same worlds, `worlds` of them for each class and way to run."""
    rows = []
    for serial in (True, False):
        for algorithm in NAMES:
            for kind in kinds:
                row = Row(algorithm, kind, serial)
                for seed in range(start, start + worlds):
                    row.add(one(algorithm, kind, seed, serial=serial, faults=faults))
                rows.append(row)
    return rows


def markdown(rows: Sequence[Row]) -> Iterator[str]:
    """Two tables: over all classes, and duplicates and losses class by class."""
    told = "Worlds with duplicates | Duplicates | Losses | Asked a person"
    yield f"| Algorithm | Runners | Worlds | Runs | {told} |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    for serial in (True, False):
        for name in NAMES:
            row = _sum(r for r in rows if (r.algorithm, r.serial) == (name, serial))
            yield (
                f"| {_title(name)} | {_runners(serial)} | {row.worlds:,} | {row.runs:,} |"
                f" {row.with_duplicates:,} | {row.duplicates:,} | {row.losses:,} | {row.asked:,} |"
            )
    yield ""
    yield "Duplicates / losses by what the platform offers, both ways to run together:"
    yield ""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    yield f"| Platform | {' | '.join(map(_title, NAMES))} |"
    yield f"|---|{'---:|' * len(NAMES)}"
    for kind in kinds:
        cells = [_sum(r for r in rows if (r.algorithm, r.kind) == (n, kind)) for n in NAMES]
        yield f"| {kind} | {' | '.join(f'{c.duplicates:,} / {c.losses:,}' for c in cells)} |"


def _sum(rows: Iterable[Row]) -> Row:
    total = Row("", "", serial=True)
    for row in rows:
        total.add(row)
    return total


def _title(name: str) -> str:
    return f"**{name}**" if name == OURS else f"“{name}” (port)"


def _runners(serial: bool) -> str:
    return "one at a time" if serial else "two at once"
