"""Worlds from seeds; `python -m tests.simulation --seed N` shows one that failed, made small."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from postops.model import Finding
from tests.simulation.content import PostSpec
from tests.simulation.platforms import KeyIgnored
from tests.simulation.seeds import NATIVE, scenario
from tests.simulation.shrink import rules, shrunk
from tests.simulation.trace import lines
from tests.simulation.world import Scenario, Start, World

pytestmark = pytest.mark.simulation

# Worlds that once went wrong.
REGRESSIONS = (109, 117, 304, 557, 1047, 3472, 5743, 15826, 25918, 29823, 42_000, 48246, 53591)
LATER = (39940, 45310, 45453, 57331, 58202, 58219, 58353, 66065, 66737, 71310, 94197)
AHEAD = (
    NATIVE + 737,
    NATIVE + 27670,
    NATIVE + 928,
    NATIVE + 5661,
    NATIVE + 5869,
    NATIVE + 7805,
    NATIVE + 12502,
)

ROOT = Path(__file__).resolve().parents[2]
DIGESTS = """
import hashlib
from tests.simulation.seeds import NATIVE, scenario
from tests.simulation.trace import lines
from tests.simulation.wider import wider
from tests.simulation.world import World

some = (*map(scenario, (3, 421, 3472, 94197)), *map(scenario, range(NATIVE + 7, NATIVE + 11)))
for one in (*some, *map(wider, (9, 1632, 20856, 140614))):
    world = World(one)
    told = "\\n".join(lines(world, world.run(), ledger=True))
    print(hashlib.sha256(told.encode()).hexdigest())
"""


@pytest.mark.parametrize("start", range(0, 2000, 500))
def test_nothing_is_wrong_in_any_world(start: int) -> None:
    for seed in range(start, start + 500):
        assert World(scenario(seed)).run().violations == [], f"--seed {seed}"


@pytest.mark.parametrize("start", range(NATIVE, NATIVE + 1000, 500))
def test_nothing_is_wrong_where_platforms_publish_by_themselves(start: int) -> None:
    for seed in range(start, start + 500):
        assert World(scenario(seed)).run().violations == [], f"--seed {seed}"


def test_such_worlds_have_enough_of_it_to_tell() -> None:
    counts: Counter[str] = Counter()
    for seed in range(NATIVE, NATIVE + 100):
        counts.update(World(scenario(seed)).run().counts)
    assert counts["by itself"] > 50
    assert counts["told cancelled"] > 5
    assert counts["told scheduled"] > 50


@pytest.mark.parametrize("seed", REGRESSIONS + LATER + AHEAD)
def test_what_once_went_wrong_does_not_again(seed: int) -> None:
    assert World(scenario(seed)).run().violations == []


@pytest.mark.parametrize("seed", [3, 421, 3472, NATIVE + 9])
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    """I20: or no failure could be replayed."""
    first, second = World(scenario(seed)).run(), World(scenario(seed)).run()
    assert first.digest == second.digest
    assert first.trace == second.trace


def test_the_same_seed_gives_the_same_bytes_whatever_the_order_of_hashes() -> None:
    """I20: sets of text come in an order of their own in each of these two."""
    first, second = (_told_by_a_process(hash_seed) for hash_seed in ("0", "1"))
    assert first == second
    assert len(set(first)) == len(first) == 12


def _told_by_a_process(hash_seed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_another_seed_gives_another_world() -> None:
    assert len({World(scenario(seed)).run().digest for seed in range(50)}) == 50


def test_a_failing_world_is_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a guard taken out, the trace that shows it needs one run and hardly a fault."""
    monkeypatch.setattr(KeyIgnored, "look", lambda *_: Finding(()))
    posts = tuple(PostSpec(name, ("one",), (name,), due=60.0) for name in "abc")
    large = Scenario(1, (("one", "key-ignored"),), posts, (Start(100.0), Start(1800.0)), rate=0.4)
    worlds = (World(replace(large, seed=seed)) for seed in range(99))
    world, verdict = next((w, v) for w in worlds if "I1" in rules(v := w.run()))
    small = shrunk(world.scenario, verdict)
    assert len(small.starts) == 1
    assert len(small.plan or ()) <= 2
    told = "\n".join(lines(World(small), World(small).run()))
    assert "<--" in told
