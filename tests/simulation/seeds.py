"""Worlds drawn from a seed: everything at once, as it comes in real life."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.content import PostSpec
from tests.simulation.faults import KINDS, RATES
from tests.simulation.platforms import ALL
from tests.simulation.world import HOUR, Edit, Scenario, Start, Storm

if TYPE_CHECKING:
    from collections.abc import Iterator

# Gaps between two wake-ups as observed of a five-minute cron on hosted runners, in seconds.
GAPS = (0, 0, 1, 5, 30, 240, 300, 300, 420, 900, 1300, 1800, 3600, 5400, 11_000, 20_000, 43_200)
DAY = 24 * HOUR


def scenario(seed: int) -> Scenario:
    """The world of a seed."""
    rng = Random(seed)
    lease, skew = rng.choice(((1200.0, 120.0), (1200.0, 120.0), (300.0, 20.0), (400.0, 2.0)))
    kinds = [kind.name for kind in ALL]
    accounts = tuple((f"a{n}", rng.choice(kinds)) for n in range(rng.choice((1, 1, 2, 2, 3))))
    posts = tuple(_post(rng, n, [name for name, _ in accounts]) for n in range(_few(rng)))
    starts = tuple(_starts(rng, skew))
    end = starts[-1].at + HOUR
    return Scenario(
        seed,
        accounts,
        posts,
        starts,
        edits=tuple(sorted(_edits(rng, posts, end), key=lambda edit: edit.at)),
        storms=tuple(_storms(rng, accounts, end)),
        rate=rng.choice(RATES),
        crash=rng.choice((0.0, 0.005, 0.02, 0.06)),
        lease=lease,
        skew=skew,
        slow=rng.choice((0.0, 0.0, 0.05, 0.3)),
        resolves=rng.random() < 0.7,
    )


def _few(rng: Random) -> int:
    return rng.choice((1, 1, 2, 2, 3, 4))


def _post(rng: Random, number: int, accounts: list[str]) -> PostSpec:
    name = f"p{number}"
    parts = rng.choice((1, 1, 1, 2, 3))
    some = tuple(sorted(rng.sample(accounts, rng.randint(1, len(accounts)))))
    due = rng.choice((None, 60.0, rng.uniform(0, 3 * HOUR), rng.uniform(0, DAY)))
    spam = rng.randrange(1, parts + 1) if rng.random() < 0.1 else 0
    return PostSpec(
        name,
        some,
        tuple(f"{name} {'spam' if n == spam else 'part'} {n}" for n in range(1, parts + 1)),
        due=due,
        late=rng.choice(("post", "post", "skip", "ask")),
        grace=rng.choice((600.0, 6 * HOUR)),
        expires=None if rng.random() < 0.8 else (due or 0.0) + rng.choice((60.0, 2 * HOUR, DAY)),
        on_edit=rng.choice(("ignore", "update")),
        on_remove=rng.choice(("keep", "withdraw")),
        draft=rng.random() < 0.05,
        hold=rng.random() < 0.05,
    )


def _starts(rng: Random, skew: float) -> Iterator[Start]:
    at = 1.0
    for _ in range(rng.randint(2, 7)):
        wait = rng.choice((0.0, 0.0, 0.0, 120.0, 900.0))
        # Within what is allowed; now and then beyond it: then the account has to be held.
        off = rng.uniform(-skew, skew) if rng.random() < 0.9 else rng.uniform(-HOUR, HOUR)
        yield Start(at, rng.randrange(3), wait, round(off, 3), keeps=rng.random() < 0.5)
        at += rng.choice(GAPS) * rng.uniform(0.8, 1.2) + rng.random()


def _edits(rng: Random, posts: tuple[PostSpec, ...], end: float) -> Iterator[Edit]:
    """Edits, holds, drafts, removals, renames, and their reverts."""
    for post in posts:
        now = post
        at = 0.0
        while rng.random() < 0.4:
            at += rng.uniform(0.0, end / 2)
            match rng.randrange(6):
                case 0:
                    texts = tuple(f"{text} edited {at:.0f}" for text in now.texts)
                    now = replace(now, texts=texts)
                case 1:
                    now = replace(now, hold=not now.hold)
                case 2:
                    now = replace(now, draft=not now.draft)
                case 3:
                    yield Edit(at, post.id, None)
                    continue
                case 4:
                    yield Edit(at, post.id, replace(now, id=f"{post.id}-moved"))
                    continue
                case 5:
                    now = post
            yield Edit(at, post.id, now)


def _storms(rng: Random, accounts: tuple[tuple[str, str], ...], end: float) -> Iterator[Storm]:
    """A platform that has a bad hour."""
    while rng.random() < 0.15:
        begins = rng.uniform(0, end)
        kind = rng.choice(("publish", "publish", "read", "change", "prepare"))
        fault = rng.choice([name for name in KINDS[kind] if name != "reject"])
        account = rng.choice(accounts)[0]
        yield Storm(account, begins, begins + rng.choice((60.0, 1200.0, 5 * HOUR)), kind, fault)
