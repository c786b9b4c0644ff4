"""Whole runs against the emulated platforms: what the world sees, whatever goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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


async def test_late_posts_that_say_skip_are_skipped_for_good(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\nlate: skip\npublish_at: 2026-02-28T10:00Z\n---\nHello\n"})
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"skipped"}
    assert await on.run() == {}
    assert [on.live(account) for account in ALL] == [[], [], []]
