"""The checker notices every guard that is taken out."""

from __future__ import annotations

import pytest

from tests.simulation.mutants import MUTANTS, hunted

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if not m.redundant], ids=lambda m: m.guard)
def test_it_is_noticed(mutant) -> None:
    assert hunted(mutant)[1]


def test_there_are_enough_of_them() -> None:
    assert len(MUTANTS) >= 20
    assert sum(bool(mutant.redundant) for mutant in MUTANTS) <= 4
