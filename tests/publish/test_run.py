"""Whole runs against the emulated platforms: what the world sees, whatever goes wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops.ledger.journal import Ledger
from postops.publish.ports import Terms
from tests.ledger.memory_remote import MemoryOutbox, MemoryRemote

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from postops.publish.ports import Loaded
    from tests.publish.stage import Stage

ALL = ("sky", "tusk", "bird")


async def test_everything_due_is_published_once_and_only_once(stage: Callable[..., Stage]) -> None:
    on = stage()
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert all(r.url and r.remote_id for r in results.values())
    assert [on.live(account) for account in ALL] == [["Hello there"]] * 3
    assert await on.run() == {}
    assert [on.live(account) for account in ALL] == [["Hello there"]] * 3


async def test_one_failing_platform_blocks_no_other(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.fault("bluesky", "*", "*", times=999)
    on.fault("x", "POST", "/2/tweets", status=403)
    results = await on.run()
    assert results["a@sky"].outcome == "held"
    assert results["a@tusk"].outcome == "published"
    assert results["a@bird"].outcome == "failed"


async def test_a_claim_lost_to_another_runner_is_planned_anew(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.cloud.faults = ["stuck-lock"] * 2
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert [len(on.live(account)) for account in ALL] == [1, 1, 1]


async def test_races_are_counted_in_a_row(stage: Callable[..., Stage]) -> None:
    """Beside other shards a run loses one now and then, and goes on for as long as it has work."""
    on = stage({f"posts/{n}.md": f"---\naccounts: [tusk]\n---\nNumber {n}\n" for n in range(5)})
    # A lease that has room for one delivery: every post is claimed in a round of its own.
    on.terms = Terms(lease=timedelta(seconds=308), races=1)
    load, seen = on.load, set[int]()

    def raced(delivery: str, commit: str | None = None) -> Loaded:
        done = len(on.live("tusk"))
        if done not in seen:
            seen.add(done)
            at_once(somebody_else_pushes(on))
        return load(delivery, commit)

    on.load = raced  # type: ignore[method-assign]
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert (len(on.live("tusk")), seen) == (5, set(range(5)))


async def somebody_else_pushes(on: Stage) -> None:
    ledger = await Ledger.open(MemoryRemote(on.cloud), MemoryOutbox(), on.clock, "rival")
    ledger.record({"type": "budget", "account": "other", "budget": {"remaining": 1}})
    await ledger.push()


def at_once(doing: Coroutine[Any, Any, None]) -> None:
    """In memory nothing is waited for: no loop is needed."""
    with pytest.raises(StopIteration):
        doing.send(None)


async def test_late_posts_that_say_skip_are_skipped_for_good(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\nlate: skip\npublish_at: 2026-02-28T10:00Z\n---\nHello\n"})
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"skipped"}
    assert await on.run() == {}
    assert [on.live(account) for account in ALL] == [[], [], []]
