"""Every step of every small workload, with everything that can go wrong there."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from tests.simulation.exhaustive import pairs, singles, smallest, workloads
from tests.simulation.world import World

pytestmark = pytest.mark.simulation

WORKLOADS = workloads()


@pytest.mark.parametrize("name", WORKLOADS)
def test_any_one_fault(name: str) -> None:
    scenario = WORKLOADS[name]
    for plan in ({}, *singles(scenario)):
        assert World(replace(scenario, plan=plan)).run().violations == [], plan


@pytest.mark.parametrize("name", smallest())
def test_a_sample_of_any_two_faults(name: str) -> None:
    """All of them: ./scripts/prove."""
    scenario = smallest()[name]
    for plan in islice(pairs(scenario), 0, None, 17):
        assert World(replace(scenario, plan=plan)).run().violations == [], plan
