"""Outside of what is assumed nothing is promised; what happens there is counted all the same."""

from __future__ import annotations

import pytest

from tests.simulation import platforms
from tests.simulation.outside import (
    BROKEN,
    CLASSES,
    breaking,
    figures,
    inside,
    markdown,
    world,
)
from tests.simulation.platforms import KeyOnly, Searchable

HOURS = next(broken for broken in BROKEN if "two hours" in broken.name)

pytestmark = pytest.mark.simulation


@pytest.fixture(scope="module")
def outside():
    return figures(25)


def test_the_same_worlds_are_fine_where_everything_is_as_assumed() -> None:
    rows = [row for row in inside(25) if row.kind != KeyOnly.name]
    assert [(row.kind, row.duplicates, row.lost) for row in rows] == [
        (kind.name, 0, 0) for kind in CLASSES if kind is not KeyOnly
    ]
    assert all(row.posts for row in rows)


def test_every_assumption_is_broken_for_the_classes_that_rest_on_it(outside) -> None:
    assert {row.broken for row in outside} == {broken.name for broken in BROKEN}
    late = [row.kind for row in outside if row.broken == BROKEN[-1].name]
    assert late == [kind.name for kind in CLASSES]


def test_a_list_that_lags_more_than_it_says_is_noticed_by_the_figures(outside) -> None:
    """Or a figure of nought would say nothing."""
    lagging = [row for row in outside if "lags" in row.broken and row.kind == Searchable.name]
    assert sum(row.duplicates for row in lagging) > 0


def test_whatever_is_there_twice_is_flagged_where_the_platform_can_be_asked(outside) -> None:
    silent = {row.kind for row in outside if row.unflagged}
    assert silent == {KeyOnly.name}  # which shows nothing: its key is all there is to go by
    assert sum(row.duplicates for row in outside if row.kind != KeyOnly.name) > 0


def test_a_twin_that_was_listed_hours_late_is_for_a_person() -> None:
    """Of the one both runs told in the end; of the other only a look at the platform tells."""
    with breaking(HOURS, Searchable):
        late = world(12, Searchable, HOURS)
        late.run()
    assert late.checker.flagged == {"p0@a0", "p0@a1"}


def test_where_a_person_is_to_say_nothing_is_there_twice_whatever_does_not_hold() -> None:
    rows = figures(10, asks=True)
    told = [(row.duplicates, row.unflagged, row.lost) for row in rows]
    assert told == [(0, 0, 0)] * len(rows)
    assert sum(row.posts for row in rows) > 1000


def test_at_most_one_call_stays_at_most_one_whatever_does_not_hold(outside) -> None:
    weak = [row for row in outside if row.kind in ("none", "blind", "naming", "client")]
    assert [row.duplicates for row in weak] == [0] * len(weak)


def test_platforms_keep_their_word_again_afterwards(outside) -> None:
    assert [platforms.BY_NAME[kind.name] for kind in CLASSES] == list(CLASSES)
    assert len(list(markdown(outside))) == len(outside) + 2
