"""What other tools' algorithms come to in the worlds the publisher has to live in."""

from __future__ import annotations

import pytest

from tests.simulation.peers.figures import CLASSES, NAMES, OURS, figures, markdown, one
from tests.simulation.peers.ports import ALGORITHMS

pytestmark = pytest.mark.simulation

WORLDS = 25


@pytest.fixture(scope="module")
def rows():
    return figures(WORLDS)


def test_the_publisher_duplicates_and_loses_nothing(rows) -> None:
    ours = [row for row in rows if row.algorithm == OURS]
    assert {row.kind for row in ours} == set(CLASSES)
    assert sum(row.worlds for row in ours) == 2 * len(CLASSES) * WORLDS
    assert all(row.posts for row in ours)
    assert [(r.duplicates, r.losses, r.broken) for r in ours] == [(0, 0, 0)] * len(ours)


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("serial", [True, False])
def test_a_port_does_not_hold_under_faults(rows, name: str, serial: bool) -> None:
    mine = [row for row in rows if (row.algorithm, row.serial) == (name, serial)]
    assert sum(row.duplicates for row in mine) > 0
    assert sum(row.losses for row in mine) > 0


def test_platforms_that_refuse_duplicates_spare_the_ports_duplicates(rows) -> None:
    """And cost them the rest of a thread: its first part is refused for ever."""
    mine = [row for row in rows if row.kind == "blind" and row.algorithm in ALGORITHMS]
    assert sum(row.duplicates for row in mine) == 0
    assert sum(row.losses for row in mine) > 0


@pytest.mark.parametrize("name", NAMES)
def test_every_algorithm_works_where_nothing_goes_wrong(name: str) -> None:
    """Or the port would be broken, and not the algorithm."""
    for kind in CLASSES:
        for seed in range(12):
            row = one(name, kind, seed, serial=True, faults=False)
            assert (row.duplicates, row.losses, row.broken) == (0, 0, 0), (kind, seed)
            assert row.posts


def test_the_table_says_that_they_are_ports(rows) -> None:
    table = list(markdown(rows))
    for name in ALGORITHMS:
        assert sum(f"“{name}” (port)" in line for line in table) == 3
    assert sum(f"**{OURS}**" in line for line in table) == 3
