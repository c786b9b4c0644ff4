"""Whole runs against the emulated platforms: what the world sees, whatever goes wrong."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerError
from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

ALL = {"sky": "a@sky", "tusk": "a@tusk", "bird": "a@bird"}
CALL = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.putRecord"),
    "tusk": ("mastodon", "POST", "/api/v1/statuses"),
    "bird": ("x", "POST", "/2/tweets"),
}
THREAD = {"posts/a.md": "---\ntitle: A\n---\nOne\n\n---\n\nTwo\n\n---\n\nThree\n"}


async def test_everything_due_is_published_once_and_only_once(stage: Callable[..., Stage]) -> None:
    on = stage()
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert all(r.url and r.remote_id for r in results.values())
    assert [on.live(account) for account in ALL] == [["Hello there"]] * 3
    assert await on.run() == {}
    assert [on.live(account) for account in ALL] == [["Hello there"]] * 3


async def test_the_claim_is_in_the_ledger_before_the_call(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert b'"type":"claimed"' in b"".join(on.cloud.head.files.values())


@pytest.mark.parametrize("account", ALL)
async def test_a_lost_answer_is_looked_up_and_never_sent_again(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = stage()
    on.fault(*CALL[account], when="after", effect="drop")
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]


@pytest.mark.parametrize("account", ALL)
async def test_a_call_that_never_arrived_is_proven_absent_and_sent(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = stage()
    on.fault(*CALL[account], when="before", effect="drop")
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]
    assert on.ledger is not None
    assert on.ledger.state.delivery(ALL[account]).attempt == 2


@pytest.mark.parametrize("account", ALL)
@pytest.mark.parametrize("disk_survived", [True, False])
async def test_a_machine_that_dies_after_the_call_leaves_one_post(
    account: str, disk_survived: bool, stage: Callable[..., Stage]
) -> None:
    on = stage({"posts/a.md": f"---\naccounts: [{account}]\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert on.live(account) == ["Hello there"]
    blocked = await on.run(disk_survived=disk_survived)
    assert blocked == {}  # the lease protects a run that may still be alive
    on.after_the_lease()
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]
    assert on.phases() == {ALL[account]: "published"}


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


async def test_one_failing_platform_blocks_no_other(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.fault("bluesky", "*", "*", times=999)
    on.fault("x", "POST", "/2/tweets", status=403)
    results = await on.run()
    assert results["a@sky"].outcome == "held"
    assert results["a@tusk"].outcome == "published"
    assert results["a@bird"].outcome == "failed"


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


async def test_a_claim_lost_to_another_runner_is_planned_anew(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.cloud.faults = ["stuck-lock"] * 2
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert [len(on.live(account)) for account in ALL] == [1, 1, 1]


async def test_a_push_whose_answer_was_lost_still_counts(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.cloud.faults = ["lost-answer", "lost-answer"]
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert [len(on.live(account)) for account in ALL] == [1, 1, 1]


async def test_nothing_is_sent_when_the_claim_cannot_be_pushed(
    stage: Callable[..., Stage],
) -> None:
    on = stage()
    on.cloud.faults = ["refused"] * 9
    with pytest.raises(LedgerError, match="hook declined"):
        await on.run()
    assert [on.live(account) for account in ALL] == [[], [], []]


async def test_what_was_sent_before_the_remote_vanished_is_kept_in_the_outbox(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})

    def vanish(_: object) -> None:
        on.cloud.unreachable = True

    on.on_result = vanish
    with pytest.raises(LedgerError, match="cannot be reached"):
        await on.run()
    assert on.outbox.lines != []
    on.cloud.unreachable = False
    assert await on.run() == {}
    assert on.phases() == {"a@tusk": "published"}
    assert on.live("tusk") == ["Hello there"]


async def test_a_signal_gives_back_what_was_not_sent(stage: Callable[..., Stage]) -> None:
    on = stage({f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(5)})
    seen: list[object] = []

    def stop_after_two(result: object) -> None:
        seen.append(result)
        if len(seen) == 2:
            on.stop.ask(signal.SIGTERM)

    on.on_result = stop_after_two
    results = await on.run()
    assert sorted(r.outcome for r in results.values()) == ["published"] * 2 + ["unsent"] * 3
    assert len(on.live("tusk")) == 2
    assert sorted(on.phases().values()) == ["published"] * 2 + ["released"] * 3
    assert on.outbox.lines == []


async def test_the_wrong_login_is_never_used(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    other = on.world.add_account("mastodon", "somebody-else")
    key = on.config.accounts["tusk"].credentials["access_token"]
    on.environ[key] = other.credentials["access_token"]
    on.posts["posts/b.md"] = "---\naccounts: [tusk]\n---\nSecond\n"
    results = await on.run()
    assert results["b@tusk"].outcome == "held"
    assert "belong to" in (results["b@tusk"].error or "")
    assert on.world.timeline("mastodon", "somebody-else") == []


async def test_two_names_for_one_login_are_refused(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    accounts = dict(on.config.accounts)
    ivory = replace(accounts.pop("tusk"), name="ivory")
    on.config = replace(on.config, accounts={**accounts, "ivory": ivory})
    on.posts = {"posts/b.md": "---\naccounts: [ivory]\n---\nSecond\n"}
    results = await on.run()
    assert results["b@ivory"].outcome == "held"
    assert "already known as tusk" in (results["b@ivory"].error or "")


async def test_a_renamed_account_keeps_its_history(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})
    await on.run()
    accounts = dict(on.config.accounts)
    ivory = replace(accounts.pop("tusk"), name="ivory", was="tusk")
    on.config = replace(on.config, accounts={**accounts, "ivory": ivory})
    on.posts = {
        "posts/a.md": "---\naccounts: [ivory]\n---\nHello there\n",
        "posts/b.md": "---\naccounts: [ivory]\n---\nSecond\n",
    }
    await on.run()
    assert [p.text for p in on.world.timeline("mastodon", "tusk")] == ["Hello there", "Second"]


async def test_a_clock_an_hour_wrong_holds_the_account(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.world.advance(3600)
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"held"}
    assert all("clock" in (r.error or "") for r in results.values())
    assert [on.live(account) for account in ALL] == [[], [], []]


async def test_late_posts_that_say_skip_are_skipped_for_good(stage: Callable[..., Stage]) -> None:
    on = stage({"posts/a.md": "---\nlate: skip\npublish_at: 2026-02-28T10:00Z\n---\nHello\n"})
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"skipped"}
    assert await on.run() == {}
    assert [on.live(account) for account in ALL] == [[], [], []]


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
