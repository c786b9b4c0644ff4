"""The checker notices every guard that is taken out."""

from __future__ import annotations

import pytest

from tests.simulation.mutants import MUTANTS, hunted

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.guard)
def test_it_is_noticed(mutant) -> None:
    assert hunted(mutant)[1]


def test_there_are_enough_of_them() -> None:
    assert len({mutant.guard for mutant in MUTANTS}) == len(MUTANTS) >= 20
