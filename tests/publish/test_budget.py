"""A lane stops ahead of the limit, waits where that is short, and tells the runs to come."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops import platforms
from postops.model import RateLimit
from postops.plan import iso
from postops.publish.budget import Budget
from tests.publish.desks import bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

FIVE = {f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(5)}
THREAD = "---\naccounts: [tusk]\n---\nOne\n\n---\n\nTwo\n\n---\n\nThree\n"


def limited(
    on: Stage, patch: pytest.MonkeyPatch, *, remaining: int, limit: int = 10, resets_in: int = 3600
) -> list[str]:
    """Let every post on Mastodon be answered with one call less. The texts that were sent."""
    kind = platforms.load("mastodon")
    real, sent = kind.publish, list[str]()
    reset_at = on.clock.at + timedelta(seconds=resets_in)

    async def publish(self: Any, outgoing: Any, prepared: Any) -> Any:
        receipt = await real(self, outgoing, prepared)
        sent.append(outgoing.part.text)
        left = remaining - len(sent)
        if on.clock.at < reset_at:
            assert left >= 0, "over the limit"
            self.rate = RateLimit(limit, left, reset_at)
        else:
            self.rate = RateLimit(limit, limit, reset_at + timedelta(hours=1))
        return receipt

    patch.setattr(kind, "publish", publish)
    return sent


async def test_a_lane_stops_before_the_limit_and_the_next_run_goes_on(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage(FIVE)
    sent = limited(on, monkeypatch, remaining=2)
    results = await on.run()
    assert sorted(r.outcome for r in results.values()) == ["deferred"] * 3 + ["published"] * 2
    assert len(sent) == 2
    assert await on.run() == {}  # nobody even logs in
    on.clock.pause(3600)
    assert {r.outcome for r in (await on.run()).values()} == {"published"}
    assert sorted(on.live("tusk")) == [f"Post {n}" for n in range(5)]


async def test_a_short_wait_is_waited_out(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage(FIVE)
    limited(on, monkeypatch, remaining=2, resets_in=60)
    assert {r.outcome for r in (await on.run()).values()} == {"published"}
    assert on.clock.waited >= 55


async def test_a_thread_is_not_begun_that_could_not_be_finished(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage({"posts/a.md": FIVE["posts/p0.md"], "posts/b.md": THREAD})
    sent = limited(on, monkeypatch, remaining=3)
    results = await on.run()
    assert {name: r.outcome for name, r in results.items()} == {
        "a@tusk": "published",
        "b@tusk": "deferred",
    }
    assert sent == ["Post 0"]


async def test_what_is_low_is_written_down_once(
    stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage(FIVE)
    limited(on, monkeypatch, remaining=7)
    reset_at = iso(on.clock.at + timedelta(hours=1))
    assert {r.outcome for r in (await on.run()).values()} == {"published"}
    assert on.ledger is not None
    assert on.ledger.state.budgets == {"tusk": {"limit": 10, "remaining": 2, "reset_at": reset_at}}
    lines = b"".join(on.cloud.head.files.values())
    assert lines.count(b'"type":"budget"') == 1


async def test_logging_in_says_nothing_of_posting() -> None:
    on = await bench()
    on.platform.rate = RateLimit(10, 0, on.clock.at + timedelta(hours=1))
    budget = Budget(on.desk)
    budget.look()
    assert await budget.allows(1)
    assert budget.event("acme", None) is None
    assert budget.until is None


@pytest.mark.parametrize(
    ("remaining", "resets_in", "known", "recorded"),
    [
        pytest.param(2, 3600, False, True, id="low"),
        pytest.param(3, 3600, False, False, id="plenty"),
        pytest.param(2, -1, False, False, id="over"),
        pytest.param(2, 3600, True, False, id="known"),
    ],
)
async def test_only_news_of_a_low_budget_is_recorded(
    remaining: int, resets_in: int, known: bool, recorded: bool
) -> None:
    on = await bench()
    budget = Budget(on.desk)
    rate = RateLimit(10, remaining, on.clock.at + timedelta(seconds=resets_in))
    on.platform.rate = rate
    budget.look()
    said = {"limit": 10, "remaining": remaining, "reset_at": iso(rate.reset_at)}
    event = budget.event("acme", said if known else None)
    assert event == ({"type": "budget", "account": "acme", "budget": said} if recorded else None)


async def test_a_budget_that_is_over_holds_nothing() -> None:
    on = await bench()
    budget = Budget(on.desk)
    on.platform.rate = RateLimit(10, 0, on.clock.at - timedelta(seconds=1))
    budget.look()
    assert await budget.allows(5)
    assert on.clock.waited == 0
