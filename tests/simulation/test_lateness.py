"""On time as far as the runs come, and never early."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from tests.simulation.lateness import DAY, MINUTE, POSTS, WAYS, WEEK, measured, schedule

pytestmark = pytest.mark.simulation


@pytest.fixture(scope="module")
def found():
    return [measured(way, 1) for way in WAYS]


def test_every_post_comes_once_and_none_early(found) -> None:
    for one in found:
        assert len(one.seconds) == POSTS, one.way.name
        assert (one.early, one.missing, one.broken) == (0, 0, 0), one.way.name


def test_each_way_beats_the_schedule_alone(found) -> None:
    alone, waiting, pinged, native = found
    assert waiting.at(0.5) < alone.at(0.5)
    assert pinged.at(0.5) < alone.at(0.5)
    assert pinged.at(1.0) < 10 * MINUTE < alone.at(1.0)
    assert native.at(0.95) < MINUTE  # the platform keeps the time, whenever a run came by


def test_the_schedule_is_as_late_as_what_was_observed() -> None:
    runs = sorted(schedule(Random(1), 8 * WEEK))
    gaps = [after - before for before, after in itertools.pairwise(runs)]
    assert 2 * 60 * MINUTE < max(gaps) < DAY
    assert sorted(gaps)[len(gaps) // 2] < 20 * MINUTE
