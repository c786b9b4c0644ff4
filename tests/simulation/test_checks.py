"""What the checker says of ends, of threads and of other accounts, it can say: a publisher that is
broken on purpose shows it. So does every mutant; here the rule is named as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from postops.errors import PostopsError
from postops.plan import decide
from postops.publish import run, sessions
from tests.simulation.exhaustive import workloads
from tests.simulation.mutants import MUTANTS
from tests.simulation.seeds import scenario
from tests.simulation.shrink import rules
from tests.simulation.world import Scenario, World

pytestmark = pytest.mark.simulation

WORKLOADS = workloads()


def broken(scenario: Scenario) -> set[str]:
    return rules(World(scenario).run())


@pytest.mark.parametrize(
    ("phase", "world"),
    [
        ("failed", scenario(109)),
        ("skipped", scenario(0)),
        ("withdrawn", scenario(116)),
        ("in_doubt", replace(WORKLOADS["tight blind"], plan={})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_end_that_is_left_is_noticed(
    phase: str, world: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_is = decide._decide

    def sent_again(wish: Any, done: Any, *rest: Any) -> Any:
        if done.phase == phase and done.claim is None:
            return decide._act(wish, "publish", part=decide._next_part(done))
        return as_it_is(wish, done, *rest)

    monkeypatch.setattr(decide, "_decide", sent_again)
    assert "I7" in broken(world)


@pytest.mark.parametrize(
    ("guard", "world", "rule"),
    [
        ("late endings end nothing", scenario(166), "I7"),
        ("a thread is deleted from its end", replace(WORKLOADS["change client"], plan={}), "I8"),
        ("what holds one account holds no other", scenario(83), "I15"),
    ],
    ids=["late", "thread", "account"],
)
def test_a_guard_that_is_missed_is_missed_by_its_own_rule(
    guard: str, world: Scenario, rule: str
) -> None:
    [mutant] = (mutant for mutant in MUTANTS if mutant.guard == guard)
    with mutant.applied():
        assert rule in broken(world)


def test_a_run_that_a_refused_login_ends_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ended(self: Any, name: str) -> Any:
        try:
            found = await sessions.connect(name, self.logins[name], self.clock, self.terms)
            self._fast[name] = found.fast
            return found.identity
        except sessions.Held as held:
            raise PostopsError(str(held)) from held

    monkeypatch.setattr(run.Run, "_log_in", ended)
    two = WORKLOADS["overlap search refusing"]
    [at] = (n for n, what in _reads(two) if what == "whoami one")
    assert broken(replace(two, plan={at: "auth"})) == {"I15"}


def _reads(one: Scenario) -> list[tuple[int, str]]:
    trace = World(replace(one, plan={})).run().trace
    return [(n, what) for _, name, n, kind, what, _ in trace if (name, kind) == ("r1", "read")]


def test_accounts_are_served_beside_others_that_fail() -> None:
    counts: Counter[str] = Counter()
    for seed in range(300):
        counts.update(World(scenario(seed)).run().counts)
    assert counts["served beside one in trouble"] > 10
