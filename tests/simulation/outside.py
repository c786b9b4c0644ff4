"""What happens outside of what is assumed: `python -m tests.simulation.outside --worlds N`.

The classes of `platforms` keep what their documents say. Here they do not, in one way at a time.
No promise covers this; what can be asked is that nothing is there twice, and that whatever may be
is flagged: in doubt, for a person. Reported apart from the worlds in which everything is promised.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

from postops.model import Certainty
from tests.simulation import platforms, seeds
from tests.simulation.content import PostSpec
from tests.simulation.platforms import ALL, KeyOnly, SimPlatform
from tests.simulation.world import HOUR, Scenario, Start, Verdict, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

WEEK = 7 * 24 * HOUR
CLASSES: tuple[type[SimPlatform], ...] = (*ALL, KeyOnly)


class Broken(NamedTuple):
    """One assumption, and how it does not hold. `touches` says for which classes it is one."""

    name: str
    touches: Callable[[type[SimPlatform]], bool]
    patch: dict[str, float]
    overdue: float = 1.0


def _lists(kind: type[SimPlatform]) -> bool:
    return Certainty.SEARCH in kind.capabilities.certainty


def _keeps_keys(kind: type[SimPlatform]) -> bool:
    ways = kind.capabilities.certainty
    return Certainty.IDEMPOTENCY_KEY in ways and bool(getattr(kind, "window", 0.0))


BROKEN: tuple[Broken, ...] = (
    Broken("a list lags ten times as long as declared", _lists, {"lag": 600.0}),
    Broken("a list lags up to two hours", _lists, {"lag": 7200.0}),
    Broken("a key is forgotten after a minute, not an hour", _keeps_keys, {"window": 60.0}),
    Broken("a request lands up to ten time-outs late", lambda _: True, {}, overdue=10.0),
)


@dataclass
class Row:
    """One class outside of one assumption.

    `duplicates` are remote posts beyond the first of a part; `unflagged` are those of a delivery
    that nobody was told to look at. `lost`: set about, not there, and nobody was told.
    """

    broken: str
    kind: str
    worlds: int = 0
    runs: int = 0
    posts: int = 0
    doubtful: int = 0
    duplicates: int = 0
    unflagged: int = 0
    lost: int = 0
    first: int | None = None

    def add(self, seed: int, world: World) -> Verdict:
        """Carry a world out and count what came of it."""
        verdict = world.run()
        self.runs += verdict.runs
        self.worlds += 1
        flagged = world.checker.flagged
        self.doubtful += len(flagged)
        for server in world.servers.values():
            seen = Counter((post.delivery, post.part) for post in server.posts if post.live)
            self.posts += seen.total()
            twice = {name: count - 1 for (name, _), count in seen.items() if count > 1}
            self.duplicates += sum(twice.values())
            silent = sum(count for name, count in twice.items() if name not in flagged)
            self.unflagged += silent
            if silent and self.first is None:
                self.first = seed
            self.lost += sum(
                not all(seen[name, n + 1] for n in range(len(post.texts)))
                and name not in flagged
                and world.checker.was_claimed(name)
                and not world.checker.was_refused(name)
                for post in world.scenario.posts
                if (name := f"{post.id}@{server.account}")
            )
        return verdict


def scenario(seed: int, kind: str) -> Scenario:
    """The world of a seed, all of one class, made for doubt: no edits, and every post is wished."""
    base, rng = seeds.scenario(seed), Random(f"outside {seed}")
    names = tuple(name for name, _ in base.accounts)
    posts = tuple(
        PostSpec(
            post.id,
            names,
            tuple(f"{post.id} part {n + 1}" for n in range(len(post.texts))),
            due=rng.choice((None, 60.0, 600.0)),
            grace=WEEK,
        )
        for post in base.posts
    )
    return replace(
        base,
        accounts=tuple((name, kind) for name in names),
        posts=posts,
        edits=(),
        starts=tuple(_starts(base)),
        rate=rng.choice((0.08, 0.2, 0.4)),
    )


def _starts(base: Scenario) -> Iterator[Start]:
    """With clocks that are right enough, and on for some hours: the account has to be known."""
    for start in base.starts:
        yield replace(start, skew=max(-base.skew, min(base.skew, start.skew)))
    for hours in (1, 2, 4, 8):
        yield Start(base.starts[-1].at + hours * HOUR, slot=hours % 3)


def figures(worlds: int, *, start: int = 0, asks: bool = False) -> list[Row]:
    """Every class outside of every assumption that it rests on.

    `asks`: with `on_unknown: ask`, under which nothing is sent again but by a person.
    """
    rows = []
    for broken in BROKEN:
        for kind in filter(broken.touches, CLASSES):
            row = Row(broken.name, kind.name)
            with breaking(broken, kind):
                for seed in range(start, start + worlds):
                    row.add(seed, world(seed, kind, broken, asks=asks))
            rows.append(row)
    return rows


def breaking(broken: Broken, kind: type[SimPlatform]) -> AbstractContextManager[object]:
    """While this lasts, platforms of that kind do not keep to what they say."""
    odd = type(kind.__name__, (kind,), dict(broken.patch))
    return mock.patch.dict(platforms.BY_NAME, {kind.name: odd})


def world(seed: int, kind: type[SimPlatform], broken: Broken, *, asks: bool = False) -> World:
    return World(replace(scenario(seed, kind.name), overdue=broken.overdue, asks=asks))


def inside(worlds: int, *, start: int = 0) -> list[Row]:
    """The same worlds with every assumption kept: what there is comes of the assumptions."""
    rows = []
    for kind in CLASSES:
        row = Row("nothing: all as assumed", kind.name)
        for seed in range(start, start + worlds):
            row.add(seed, World(scenario(seed, kind.name)))
        rows.append(row)
    return rows


def markdown(rows: Sequence[Row]) -> Iterator[str]:
    yield (
        "| What does not hold | Platform | Runs | Posts | In doubt | Duplicates | Unflagged | Lost |"
        " First seed |"
    )
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        first = "" if row.first is None else row.first
        yield (
            f"| {row.broken} | {row.kind} | {row.runs:,} | {row.posts:,} | {row.doubtful:,} |"
            f" {row.duplicates:,} | {row.unflagged:,} | {row.lost:,} | {first} |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.outside")
    parser.add_argument("--worlds", type=int, default=100, help="of each row")
    asked = parser.parse_args()
    rows = [*inside(asked.worlds), *figures(asked.worlds)]
    sys.stdout.write("\n".join(markdown(rows)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
