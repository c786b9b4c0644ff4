"""The worlds of `seeds`, and what else may happen in them.

Drawn from a stream of its own: what is added here leaves every world of `seeds` as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from postops.config import Pace
from tests.simulation import seeds
from tests.simulation.platforms import KeyOnly
from tests.simulation.upsets import Ahead, Cut, Gone, Renaming, Rewound
from tests.simulation.world import HOUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.upsets import Upset
    from tests.simulation.world import Scenario, Start

RENAMING = "renaming"
KINDS = ("cut", "gone", "pace", "clock", "near", "ahead", RENAMING)
ZONES = ("UTC", "Europe/Berlin", "America/New_York")


def wider(seed: int, kinds: tuple[str, ...] = KINDS) -> Scenario:
    """The world of a seed with one to three of the `kinds`, and now and then a key-only account.

    In every third one an account is renamed as well.
    """
    rng, base = Random(f"wider {seed}"), seeds.scenario(seed)
    first = [kind for kind in kinds if kind != RENAMING]
    some = rng.sample(first, min(len(first), rng.choice((1, 1, 2, 3))))
    # A thread there cannot be told of once a person has said that its first part is there.
    whole = all(len(post.texts) == 1 for post in base.posts)
    accounts = tuple(
        (name, KeyOnly.name if rng.random() < 0.15 and whole else kind)
        for name, kind in base.accounts
    )
    end = base.starts[-1].at + HOUR
    names = [name for name, _ in accounts]
    upsets = [*_upsets(rng, some, names, end), *_rewound(seed, end)]
    if RENAMING in kinds:
        upsets += _renaming(Random(f"renaming {seed}"), names, base.starts, end, always=not first)
    starts = base.starts
    if "clock" in some:
        starts = tuple(_wrong(rng, start, base.skew) for start in starts)
    return replace(
        base,
        accounts=accounts,
        starts=starts,
        upsets=tuple(sorted(upsets, key=lambda upset: upset.at)),
        paces=tuple((name, _pace(rng)) for name, _ in accounts) if "pace" in some else (),
        near=rng.choice((0.1, 0.5)) if "near" in some else 0.0,
        later=Random(f"later {seed}").random() < 0.5,
    )


def _upsets(rng: Random, some: list[str], accounts: list[str], end: float) -> Iterator[Upset]:
    if "cut" in some:
        back = rng.choice((1, 1, 2, 3, 5, None))
        yield Cut(rng.uniform(0.0, end), back, rng.choice((600.0, HOUR, 6 * HOUR)))
    if "gone" in some:
        for _ in range(rng.randint(1, 3)):
            yield Gone(rng.uniform(0.0, end), rng.choice(accounts), rng.randrange(3))
    if "ahead" in some:
        yield Ahead(rng.uniform(0.0, end), rng.choice((60.0, HOUR, 6 * HOUR)))


def _rewound(seed: int, end: float) -> Iterator[Upset]:
    """In one world of five the branch is forced back. Drawn apart: the others stay as they were."""
    rng = Random(f"rewound {seed}")
    for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 2))):
        lasts = rng.choice((HOUR, 6 * HOUR, None))
        yield Rewound(rng.uniform(0.0, end), rng.choice((1, 1, 2, 3)), lasts)


def _renaming(
    rng: Random, accounts: list[str], starts: tuple[Start, ...], end: float, *, always: bool
) -> Iterator[Renaming]:
    """Of one account, often while a run is at it. From a stream of its own: it was added later."""
    if always or rng.random() < 1 / 3:
        name, begins = rng.choice(accounts), rng.choice(starts).at
        at = rng.choice((rng.uniform(0.0, end), begins + rng.uniform(0.0, 2.0)))
        yield Renaming(at, name, f"{name}-new")


def _wrong(rng: Random, start: Start, skew: float) -> Start:
    """A clock beyond what is allowed, by little or by much."""
    if rng.random() < 0.5:
        return start
    off = skew + rng.choice((2.0, 30.0, HOUR, 24 * HOUR)) * rng.uniform(1.0, 1.5)
    return replace(start, skew=round(rng.choice((-1, 1)) * off, 3))


def _pace(rng: Random) -> Pace:
    return Pace(
        per_day=rng.choice((None, 1, 2)),
        spacing=timedelta(seconds=rng.choice((0.0, 600.0, 3 * HOUR))),
        quiet=rng.choice(((), ((22 * 60, 7 * 60),), ((12 * 60, 13 * 60), (20 * 60, 6 * 60)))),
        zone=rng.choice(ZONES),
    )
