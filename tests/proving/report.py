"""What came of it, for people: figures, tables, and everything that was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.kills import campaign
from tests.proving.simulated import DRAWN
from tests.simulation import lateness, outside
from tests.simulation.exhaustive import steps, workloads
from tests.simulation.mutants import MUTANTS
from tests.simulation.peers import figures
from tests.simulation.platforms import KeyOnly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.kills.campaign import Tally
    from tests.kills.crowd import Crowded
    from tests.ledger.racing import Raced
    from tests.proving.simulated import Total

_NO_SERVER = "not run, there is no web server to be had here"


@dataclass
class Found:
    """All figures of a proof. `minutes` is how long it took."""

    singles: Total
    drawn: Total
    unnoticed: list[str]
    raced: Sequence[tuple[str, Raced | None]]
    crowded: Sequence[tuple[str, Crowded | None]]
    killed: Tally
    late: list[str]
    peers: list[figures.Row]
    broken: list[outside.Row]
    asked: list[outside.Row]
    minutes: float

    @property
    def wrong(self) -> list[str]:
        """What must not be; empty is a proof."""
        ours = [row for row in self.peers if row.algorithm == figures.OURS]
        return [
            *self.singles.wrong,
            *self.drawn.wrong,
            *(f"not noticed: {guard}" for guard in self.unnoticed),
            *(f"race over {way}: {raced}" for way, raced in self.raced if not _well(raced)),
            *(f"{way}: {text}" for way, one in self.crowded if one for text in one.faults),
            *self.killed.violations,
            *(f"{row}" for row in ours if row.duplicates or row.losses or row.broken),
            *(f"{row}" for row in self.broken if row.unflagged and row.kind != KeyOnly.name),
            *(f"{row}" for row in self.asked if row.duplicates or row.unflagged or row.lost),
        ]


def _well(raced: Raced | None) -> bool:
    return raced is None or raced.flawless


def lines(found: Found) -> Iterator[str]:
    """The report. What could not be had on this machine is said."""
    yield from _head("Simulated", _simulated(found))
    yield from _head("Real processes, killed with SIGKILL", campaign.lines(found.killed))
    yield from _head("Raced", (*_races(found.raced), *_crowds(found.crowded)))
    yield from _head("How late, woken in which way (simulated weeks)", found.late)
    yield from _head(
        "The same worlds under other tools' algorithms (ports of the algorithm, not the tool)",
        figures.markdown(found.peers),
    )
    yield from _head(
        "Outside of what is assumed: no promise covers this", outside.markdown(found.broken)
    )
    yield from _head(
        "The same with `on_unknown: ask`: nothing is there twice", outside.markdown(found.asked)
    )
    yield from _head("Wrong", found.wrong[:20] or ["nothing"])
    yield f"all of it took {found.minutes:.1f} minutes"


def _head(title: str, body: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield title
    yield "-" * len(title)
    yield from body
    yield ""


def _simulated(found: Found) -> Iterator[str]:
    known, one, many = workloads(), found.singles, found.drawn
    dead = len(MUTANTS) - len(found.unnoticed)
    beyond = sum(one.outside is not None for one in MUTANTS if one.guard not in found.unnoticed)
    both = one.counts + many.counts
    told = {
        "workloads": f"{len(known)}, {sum(len(steps(w)) for w in known.values()):,} steps",
        "single faults, every one": f"{one.worlds - len(known):,}, {one.runs:,} runs",
        **{kind: f"{many.counts[kind]:,} worlds" for kind in DRAWN},
        "all of these": f"{many.worlds:,} worlds, {many.runs:,} runs",
        "runs of the publisher": f"{one.runs + many.runs:,}",
        "steps": f"{one.steps + many.steps:,}",
        "posts": f"{both['posts']:,}",
        "duplicates": both["duplicates"],
        "losses": both["losses"],
        "sent again after a cut": f"{both['sent again: nobody knew']:,} (nobody could know)",
        "held for a person (in doubt)": f"{both['flagged in doubt']:,}",
        "violations of any invariant": len(one.wrong) + len(many.wrong),
        "mutants noticed": f"{dead} of {len(MUTANTS)}, {beyond} of them outside of what is assumed",
    }
    for name, figure in told.items():
        yield f"{name:32} {figure}"


def _races(raced: Sequence[tuple[str, Raced | None]]) -> Iterator[str]:
    for way, one in raced:
        yield f"{way}: " + (_NO_SERVER if one is None else _race(one))


def _race(one: Raced) -> str:
    return (
        f"{one.processes} x {one.appends}: {one.pushes:,} pushes, {one.refused:,} refused,"
        f" {one.events:,} events, {one.lost} lost, {one.double_claims} claimed twice,"
        f" {one.seconds:.0f} s"
    )


def _crowds(crowded: Sequence[tuple[str, Crowded | None]]) -> Iterator[str]:
    for way, one in crowded:
        yield f"{way}: publishers raced: " + (_NO_SERVER if one is None else _crowd(one))


def _crowd(one: Crowded) -> str:
    return (
        f"{one.publishers}, rounds {one.rounds}, posts {one.posts}, deliveries {one.deliveries},"
        f" duplicates {one.duplicates}, losses {one.losses}; {one.pushes:,} pushes,"
        f" {one.refused:,} refused, {one.yielded:,} claims too late, at most {one.most} of one"
        f" publisher in one round, {one.seconds:.0f} s"
    )


def late(weeks: int) -> list[str]:
    """The table of lateness."""
    return list(lateness.markdown(weeks))
