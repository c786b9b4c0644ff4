"""When things are sent, on whole runs: never early, never faster than an account may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.config import Pace
from postops.plan import Plan, iso, make_plan
from postops.plan import Terms as PlanTerms
from postops.reading.hours import parse_hours
from tests.ledger.memory_remote import MemoryOutbox, MemoryRemote
from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.ledger.journal import Ledger
    from tests.publish.stage import Stage

FOUR = {
    f"posts/p{n}.md": f"---\naccounts: [tusk]\npublish_at: 2026-03-01T09:5{n}Z\n---\nPost {n}\n"
    for n in range(4)
}
HOUR = timedelta(hours=1)


def paced(on: Stage, pace: Pace, horizon: timedelta = timedelta(0)) -> None:
    """Let the stage plan with limits for the Mastodon account."""

    def plan(ledger: Ledger) -> Plan:
        kinds = {name: account.platform for name, account in on.config.accounts.items()}
        paces = {"tusk": pace}
        terms = PlanTerms(now=on.clock.at, platforms=kinds, paces=paces, horizon=horizon)
        return make_plan(on.wishes(), ledger.state, terms)

    on.plan = plan  # type: ignore[method-assign]


def times(on: Stage) -> list[object]:
    return [post.created_at for post in on.world.timeline("mastodon", "tusk")]


async def test_spacing_holds_over_any_number_of_runs(stage: Callable[..., Stage]) -> None:
    on = stage(FOUR)
    paced(on, Pace(spacing=HOUR))
    for _ in range(30):
        await on.run()
        on.clock.pause(600)
    assert on.live("tusk") == [f"Post {n}" for n in range(4)]
    first, *others = times(on)
    gaps = [later - former for former, later in zip([first, *others], others, strict=False)]  # type: ignore[operator]
    assert all(HOUR - timedelta(seconds=1) <= gap <= HOUR + timedelta(minutes=10) for gap in gaps)


async def test_a_daily_cap_counts_the_posts_of_every_run(stage: Callable[..., Stage]) -> None:
    on = stage(FOUR)
    paced(on, Pace(per_day=3))
    await on.run()
    await on.run()
    assert len(on.live("tusk")) == 3
    on.clock.pause(14 * 3600 - 60)  # it was 10:00
    await on.run()
    assert len(on.live("tusk")) == 3
    on.clock.pause(60)
    await on.run()
    assert len(on.live("tusk")) == 4


async def test_a_claim_of_another_run_takes_a_place(stage: Callable[..., Stage]) -> None:
    """What a dead run may have sent counts, until it is settled."""
    on = stage(dict(list(FOUR.items())[:2]))
    paced(on, Pace(per_day=1))
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert await on.run(disk_survived=False) == {}
    on.after_the_lease()
    await on.run(disk_survived=False)
    assert on.live("tusk") == ["Post 0"]


async def test_quiet_hours_hold_what_is_new_and_let_a_thread_be_finished(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nOne\n\n---\n\nTwo\n"})
    paced(on, Pace(quiet=(parse_hours("10:20-18:00"),)))
    limit = {"effect": "rate-limit", "retry_after": 3000, "nth": 2}
    on.fault("mastodon", "POST", "/api/v1/statuses", **limit)
    await on.run()
    assert on.live("tusk") == ["One"]
    on.posts["posts/b.md"] = "---\naccounts: [tusk]\n---\nNew\n"
    on.clock.pause(3600)
    await on.run()
    assert on.live("tusk") == ["One", "Two"]
    on.clock.pause(8 * 3600)
    await on.run()
    assert on.live("tusk") == ["One", "Two", "New"]


async def test_nothing_is_sent_before_its_second(stage: Callable[..., Stage]) -> None:
    soon = "2026-03-01T10:00:45Z"
    on = stage({"posts/a.md": f"---\npublish_at: {soon}\n---\nHello\n"})
    paced(on, Pace(), horizon=timedelta(seconds=90))
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert on.ledger is not None
    for done in on.ledger.state.deliveries.values():
        assert done.claim is None
        assert done.lateness is not None
        assert 0 <= done.lateness < 2
    for platform, account in (("bluesky", "sky"), ("mastodon", "tusk"), ("x", "bird")):
        [post] = on.world.timeline(platform, account)
        assert str(iso(post.created_at)) >= "2026-03-01T10:00:45"


async def test_a_ledger_from_the_future_holds_everything(stage: Callable[..., Stage]) -> None:
    from postops.ledger.journal import Ledger

    on = stage({"posts/a.md": "---\nlate: skip\npublish_at: 2026-02-01T09:00Z\n---\nHello\n"})
    now = on.clock.at
    on.clock.pause(3600)
    other = await Ledger.open(MemoryRemote(on.cloud), MemoryOutbox(), on.clock, "other")
    other.record({"type": "budget", "account": "tusk", "budget": {}})
    await other.push()
    on.clock.at = now
    assert await on.run() == {}
    assert on.ledger is not None
    plan = on.plan(on.ledger)
    assert {w.reason for w in plan.waiting} == {"clock"}
    assert {w.delivery for w in plan.waiting} == {"a@sky", "a@tusk", "a@bird"}
    on.clock.pause(3600)
    assert {r.outcome for r in (await on.run()).values()} == {"skipped"}
