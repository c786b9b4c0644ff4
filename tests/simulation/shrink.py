"""The smallest world that still goes wrong in the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulation.world import Scenario, Verdict, World

if TYPE_CHECKING:
    from collections.abc import Iterator


def rules(verdict: Verdict) -> set[str]:
    """The invariants that were broken."""
    return {text.partition(" ")[0] for text in verdict.violations}


def shrunk(scenario: Scenario, verdict: Verdict, tries: int = 2000) -> Scenario:
    """Leave out faults, runs, edits, storms, posts and accounts while a broken rule stays broken."""
    wanted = rules(verdict)
    best = replace(scenario, plan=dict(verdict.happened), rate=0.0, crash=0.0)
    if not _still(best, wanted):
        return scenario  # drawn faults do not repeat as a plan: show it whole
    again = True
    while again and tries > 0:
        again = False
        for smaller in _smaller(best):
            tries -= 1
            if _still(smaller, wanted):
                best, again = smaller, True
                break
            if tries <= 0:
                break
    return best


def _still(scenario: Scenario, wanted: set[str]) -> bool:
    return bool(wanted & rules(World(scenario).run()))


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    for name in ("storms", "edits", "upsets", "paces", "starts", "posts"):
        things: tuple[Any, ...] = getattr(scenario, name)
        for number in range(len(things)):
            left = things[:number] + things[number + 1 :]
            if left or name not in ("starts", "posts"):
                yield replace(scenario, **{name: left})
    plan = scenario.plan or {}
    for number in plan:
        for shift in range(4):  # without a fault there are fewer steps before the next one
            left = {k - shift * (k > number): v for k, v in plan.items() if k != number}
            yield replace(scenario, plan=left)
    if scenario.slow or scenario.near:
        yield replace(scenario, slow=0.0, near=0.0)
    for number, start in enumerate(scenario.starts):
        for simpler in (replace(start, skew=0.0), replace(start, wait=0.0)):
            if simpler != start:
                starts = (*scenario.starts[:number], simpler, *scenario.starts[number + 1 :])
                yield replace(scenario, starts=starts)
    for number, post in enumerate(scenario.posts):
        for account in post.accounts if len(post.accounts) > 1 else ():
            fewer = replace(post, accounts=tuple(a for a in post.accounts if a != account))
            posts = (*scenario.posts[:number], fewer, *scenario.posts[number + 1 :])
            yield replace(scenario, posts=posts)
