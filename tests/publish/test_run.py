"""Whole runs against the emulated platforms: what the world sees, whatever goes wrong."""

from __future__ import annotations

from dataclasses import replace
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


LATE = "---\naccounts: [tusk]\nlate: skip\npublish_at: 2026-02-28T10:00Z\n---\nHello\n"


async def test_a_machine_with_a_wrong_clock_gives_nothing_up(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": LATE})
    on.world.offset -= 3600
    results = await on.run()
    assert results["a@tusk"].outcome == "held"
    assert "clock" in (results["a@tusk"].error or "")
    assert on.cloud.head.sha is None  # nothing was written
    on.world.offset += 3600
    assert (await on.run())["a@tusk"].outcome == "skipped"


async def test_without_a_login_nothing_is_given_up(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": LATE})
    key = on.config.accounts["tusk"].credentials["access_token"]
    token = on.environ.pop(key)
    assert await on.run() == {}
    assert on.cloud.head.sha is None
    on.environ[key] = token
    assert (await on.run())["a@tusk"].outcome == "skipped"


def renamed(on: Stage, posts: dict[str, str]) -> None:
    """`tusk` is called `ivory` from now on."""
    accounts = dict(on.config.accounts)
    ivory = accounts.pop("tusk")._replace(name="ivory", was="tusk")
    on.config = replace(on.config, accounts={**accounts, "ivory": ivory})
    on.posts = {path: text.replace("tusk", "ivory") for path, text in posts.items()}


async def test_a_renaming_is_written_down_before_anything_is_given_up(
    stage: Callable[..., Stage],
) -> None:
    """What was published in time is not late because its account has another name."""
    on = stage({"posts/a.md": "---\naccounts: [tusk]\nlate: skip\n---\nHello\n"})
    await on.run()
    renamed(on, on.posts)
    on.clock.pause(8 * 3600)
    assert await on.run() == {}
    assert on.phases() == {"a@tusk": "published"}  # nobody had to log in for that
    on.posts["posts/b.md"] = LATE.replace("tusk", "ivory")
    assert {name: r.outcome for name, r in (await on.run()).items()} == {"b@ivory": "skipped"}
    assert on.phases() == {"a@ivory": "published", "b@ivory": "skipped"}


async def test_a_run_from_before_a_renaming_begins_nothing_more(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello\n"})
    await on.run()
    on.posts["posts/b.md"] = "---\naccounts: [tusk]\n---\nSecond\n"
    load, moved = on.load, list[bool]()

    def meanwhile(delivery: str, commit: str | None = None) -> Loaded:
        if not moved:
            moved.append(True)
            at_once(somebody_renames(on))
        return load(delivery, commit)

    on.load = meanwhile  # type: ignore[method-assign]
    results = await on.run()
    assert results["b@tusk"].outcome == "held"
    assert "it is called ivory by now" in (results["b@tusk"].error or "")
    assert [p.text for p in on.world.timeline("mastodon", "tusk")] == ["Hello"]


async def somebody_renames(on: Stage) -> None:
    ledger = await Ledger.open(MemoryRemote(on.cloud), MemoryOutbox(), on.clock, "rival")
    known = ledger.state.bound["tusk"]
    identity = {"id": known.id, "handle": known.handle, "url": known.url}
    ledger.record(
        {"type": "bound", "account": "ivory", "was": "tusk", "platform": known.platform}
        | {"identity": identity}
    )
    await ledger.push()
