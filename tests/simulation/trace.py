"""A world in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.world import Verdict, World


def lines(world: World, verdict: Verdict, *, ledger: bool = False) -> Iterator[str]:
    """What there was, what happened, and what was wrong with it."""
    scenario = world.scenario
    yield f"seed {scenario.seed}: lease {scenario.lease:.0f} s, skew {scenario.skew:.0f} s"
    for name, kind in scenario.accounts:
        yield f"  account {name}: {kind}"
    happens = (*scenario.starts, *scenario.edits, *scenario.storms, *scenario.upsets)
    for thing in (*scenario.posts, *scenario.paces, *happens):
        yield f"  {thing}"
    yield ""
    for at, machine, number, kind, what, fault in verdict.trace:
        yield f"{at:11.3f} {machine:>8} {number or '':>4} {kind:8} {what}{_marked(fault)}"
    if ledger:
        yield from _ledger(world)
    yield ""
    yield f"{verdict.runs} runs, {verdict.steps} steps, {verdict.digest[:16]}"
    yield from verdict.violations or ("nothing was wrong",)


def _marked(fault: str | None) -> str:
    return f"   <-- {fault}" if fault else ""


def _ledger(world: World) -> Iterator[str]:
    for path, data in sorted(world.cloud.head.files.items()):
        yield path
        for line in data.splitlines():
            event = orjson.loads(line)
            if "seq" not in event:
                yield f"  {event}"
                continue
            who = (event.get("delivery") or event.get("account"), event.get("part", ""))
            why = event.get("reason") or event.get("error") or ""
            yield f"  {event['seq']:4} {event['run']:>8} {event['type']:10} {who} {why}"
