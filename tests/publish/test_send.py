"""One delivery, part after part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

ALL = {"sky": "a@sky", "tusk": "a@tusk", "bird": "a@bird"}
THREAD = {"posts/a.md": "---\ntitle: A\n---\nOne\n\n---\n\nTwo\n\n---\n\nThree\n"}


@pytest.mark.parametrize("account", ALL)
@pytest.mark.parametrize("part", [1, 2, 3])
async def test_a_thread_goes_on_where_the_machine_died(
    account: str, part: int, stage: Callable[..., Stage]
) -> None:
    on = stage({"posts/a.md": THREAD["posts/a.md"].replace("title: A", f"accounts: [{account}]")})
    on.kill_at = ("published", part)
    with pytest.raises(Killed):
        await on.run()
    assert on.live(account) == ["One", "Two", "Three"][:part]
    on.after_the_lease()
    await on.run(disk_survived=False)
    assert on.live(account) == ["One", "Two", "Three"]
    platform = on.config.accounts[account].platform
    posts = on.world.timeline(platform, account)
    assert [post.in_reply_to for post in posts] == [None, posts[0].id, posts[1].id]


async def test_a_refusal_is_final_until_the_post_changes(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.fault("mastodon", "POST", "/api/v1/statuses", status=422)
    assert (await on.run())["a@tusk"].outcome == "failed"
    assert await on.run() == {}
    on.posts["posts/a.md"] = "---\naccounts: [tusk]\n---\nHello again\n"
    assert (await on.run())["a@tusk"].outcome == "published"
    assert on.live("tusk") == ["Hello again"]


async def test_a_rate_limit_is_waited_out_when_it_is_short(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.fault("mastodon", "POST", "/api/v1/statuses", effect="rate-limit", retry_after=20)
    assert (await on.run())["a@tusk"].outcome == "published"
    assert on.clock.waited >= 19


async def test_a_long_rate_limit_defers_and_the_next_run_goes_on(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    on.fault("mastodon", "POST", "/api/v1/statuses", effect="rate-limit", retry_after=3000)
    assert (await on.run())["a@tusk"].outcome == "deferred"
    assert await on.run() == {}
    on.clock.pause(3000)
    assert (await on.run())["a@tusk"].outcome == "published"


async def test_what_a_spam_filter_dropped_is_in_doubt_and_a_person_decides(
    stage: Callable[..., Stage],
) -> None:
    on = stage({f"posts/{n}.md": f"---\naccounts: [tusk]\n---\n{n} now\n" for n in ("buy", "look")})
    on.world.add_account("mastodon", "tusk", options={"silently_dropped": ["buy now"]})
    results = await on.run()
    assert {name: r.outcome for name, r in results.items()} == {
        "buy@tusk": "in-doubt",
        "look@tusk": "published",
    }
    assert on.phases() == {"buy@tusk": "in_doubt", "look@tusk": "published"}
    assert await on.run() == {}
    assert on.ledger is not None
    event = {"type": "resolved", "delivery": "buy@tusk", "account": "tusk", "part": 1}
    on.ledger.record(event | {"outcome": "not-published"})
    assert on.ledger.state.delivery("buy@tusk").phase == "released"
