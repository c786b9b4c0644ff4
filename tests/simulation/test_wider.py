"""Worlds in which people do more than edit posts; `python -m tests.simulation --wider --seed N`."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.seeds import scenario
from tests.simulation.wider import wider
from tests.simulation.world import World

pytestmark = pytest.mark.simulation


@pytest.fixture(scope="module")
def seen():
    return Counter()


@pytest.mark.parametrize("start", range(0, 1000, 500))
def test_nothing_is_wrong_in_any_wider_world(start: int, seen: Counter[str]) -> None:
    for seed in range(start, start + 500):
        verdict = World(wider(seed)).run()
        assert verdict.violations == [], f"--wider --seed {seed}"
        seen.update(verdict.counts)


def test_what_they_are_made_for_did_happen(seen: Counter[str]) -> None:
    for what in (
        "cuts",
        "deleted by people",
        "told held",
        "withdrawn",
        "sent again: nobody knew",
        "rewound",
    ):
        assert seen[what] > 0, what


def test_the_worlds_of_the_seeds_stay_as_they_were() -> None:
    """Everything that is added is drawn from a stream of its own."""
    for seed in range(50):
        one = wider(seed)
        assert (one.posts, one.edits, one.storms) == _drawn(seed)


def _drawn(seed: int):
    base = scenario(seed)
    return base.posts, base.edits, base.storms
