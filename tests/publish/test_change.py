"""Update and withdraw: what the world sees, and what may safely be done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from postops.errors import AuthExpired, NotSent, OutcomeUnknown, RateLimited, Rejected
from postops.platforms.base import Unreadable
from postops.publish import change
from postops.publish.ports import Result, Terms
from tests.publish.desks import Bench, bench, passing
from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.model import Receipt
    from tests.publish.stage import Stage

THREAD = "---\naccounts: [{}]\non_edit: update\non_remove: withdraw\n---\nOne\n\n---\n\nTwo\n\n---\n\nThree\n"
HOW = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.deleteRecord"),
    "tusk": ("mastodon", "DELETE", "/api/v1/statuses/*"),
    "bird": ("x", "DELETE", "/2/tweets/*"),
}


async def published(stage: Callable[..., Stage], account: str, text: str = THREAD) -> Stage:
    """A stage on which it is all published already."""
    on = stage({"posts/a.md": text.format(account)})
    assert (await on.run())[f"a@{account}"].outcome == "published"
    return on


# ------------------------------------------------------------------------ withdraw, on the stage


@pytest.mark.parametrize("account", HOW)
async def test_a_removed_thread_is_withdrawn_the_last_part_first(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, account)
    assert on.ledger is not None
    url = on.ledger.state.delivery(f"a@{account}").parts[1].url
    on.posts.clear()
    on.fault(*HOW[account], nth=3, status=422)
    [result] = (await on.run()).values()
    assert (result.outcome, on.live(account)) == ("failed", ["One"])
    assert on.phases() == {f"a@{account}": "published"}
    [result] = (await on.run()).values()
    assert (result.outcome, result.url) == ("withdrawn", url)
    assert on.live(account) == []
    assert on.phases() == {f"a@{account}": "withdrawn"}
    assert await on.run() == {}


@pytest.mark.parametrize("account", ["tusk", "bird"])
async def test_what_a_person_deleted_there_counts_as_withdrawn(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, account, "---\naccounts: [{}]\non_remove: withdraw\n---\nHello\n")
    on.posts.clear()
    on.fault(*HOW[account], status=404)
    [result] = (await on.run()).values()
    assert result.outcome == "withdrawn"
    assert on.phases() == {f"a@{account}": "withdrawn"}


@pytest.mark.parametrize("account", HOW)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_delete_whose_answer_was_lost_is_done_again(
    account: str, when: str, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, account)
    on.posts.clear()
    on.fault(*HOW[account], nth=2, when=when, effect="drop")
    [result] = (await on.run()).values()
    assert (result.outcome, on.live(account)) == ("withdrawn", [])


@pytest.mark.parametrize("account", HOW)
@pytest.mark.parametrize("part", [1, 2, 3])
async def test_a_machine_that_dies_while_withdrawing_is_followed_by_one_that_goes_on(
    account: str, part: int, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, account)
    on.posts.clear()
    on.kill_at = ("withdrawn", part)
    with pytest.raises(Killed):
        await on.run()
    assert on.live(account) == ["One", "Two", "Three"][: 3 - part]
    assert await on.run(disk_survived=False) == {}  # its lease still runs
    on.after_the_lease()
    [result] = (await on.run()).values()
    assert (result.outcome, on.live(account)) == ("withdrawn", [])


async def test_a_removed_post_stays_unless_it_said_otherwise(stage: Callable[..., Stage]) -> None:
    on = await published(stage, "tusk", "---\naccounts: [{}]\n---\nHello\n")
    on.posts.clear()
    assert await on.run() == {}
    assert on.live("tusk") == ["Hello"]


async def test_a_withdrawn_post_does_not_come_back_with_its_file(
    stage: Callable[..., Stage],
) -> None:
    on = await published(stage, "tusk")
    was = dict(on.posts)
    on.posts.clear()
    await on.run()
    on.posts.update(was)
    assert await on.run() == {}
    assert on.live("tusk") == []


# ------------------------------------------------------------------------ update, on the stage


async def test_an_edited_thread_is_changed_in_place(stage: Callable[..., Stage]) -> None:
    on = await published(stage, "tusk")
    before = on.world.timeline("mastodon", "tusk")
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("Two", "Deux")
    [result] = (await on.run()).values()
    after = on.world.timeline("mastodon", "tusk")
    assert (result.outcome, result.url) == ("updated", before[0].url)
    assert [post.text for post in after] == ["One", "Deux", "Three"]
    assert [post.id for post in after] == [post.id for post in before]
    assert [post.in_reply_to for post in after] == [post.in_reply_to for post in before]
    assert await on.run() == {}


@pytest.mark.parametrize("part", [1, 2, 3])
async def test_an_update_that_a_run_died_at_follows_what_the_file_says_now(
    part: int, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, "tusk")
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("T", "D")
    on.kill_at = ("updated", part)
    with pytest.raises(Killed):
        await on.run()
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("T", "Z")
    on.after_the_lease()
    seen: list[list[str]] = []
    on.on_result = lambda _: seen.append(on.live("tusk"))
    [result] = (await on.run(disk_survived=False)).values()
    assert (result.outcome, seen) == ("updated", [["One", "Zwo", "Zhree"]])
    assert await on.run() == {}


@pytest.mark.parametrize("part", [1, 2, 3])
async def test_an_edit_that_was_taken_back_is_undone_where_a_run_died_at_it(
    part: int, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, "tusk")
    before = on.posts["posts/a.md"]
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("T", "D")
    on.kill_at = ("updated", part)
    with pytest.raises(Killed):
        await on.run()
    on.posts["posts/a.md"] = before
    on.after_the_lease()
    [result] = (await on.run(disk_survived=False)).values()
    assert (result.outcome, on.live("tusk")) == ("updated", ["One", "Two", "Three"])
    assert await on.run() == {}


async def test_an_edit_is_left_alone_unless_the_file_asks_for_more(
    stage: Callable[..., Stage],
) -> None:
    on = await published(stage, "tusk", "---\naccounts: [{}]\n---\nHello\n")
    on.posts["posts/a.md"] = on.posts["posts/a.md"].replace("Hello", "Bye")
    assert await on.run() == {}
    assert on.live("tusk") == ["Hello"]


async def test_a_refused_update_is_not_tried_again_before_the_next_edit(
    stage: Callable[..., Stage],
) -> None:
    on = await published(stage, "tusk")
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("Two", "Deux")
    on.fault("mastodon", "PUT", "/api/v1/statuses/*", status=422)
    assert (await on.run())["a@tusk"].outcome == "failed"
    assert await on.run() == {}
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("Two", "Zwei")
    assert (await on.run())["a@tusk"].outcome == "updated"
    assert on.live("tusk") == ["One", "Zwei", "Three"]


async def test_an_update_that_met_an_expired_login_waits_for_the_next_one(
    stage: Callable[..., Stage],
) -> None:
    on = await published(stage, "tusk")
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("Two", "Deux")
    on.fault("mastodon", "PUT", "/api/v1/statuses/*", effect="expire-token")
    assert (await on.run())["a@tusk"].outcome == "held"
    on.world.add_account("mastodon", "tusk")
    assert (await on.run())["a@tusk"].outcome == "updated"
    assert on.live("tusk") == ["One", "Deux", "Three"]


async def test_a_post_that_was_adopted_can_be_updated(stage: Callable[..., Stage]) -> None:
    on = await published(stage, "tusk", "---\naccounts: [{}]\non_edit: update\n---\nHello\n")
    [there] = on.world.timeline("mastodon", "tusk")
    on.cloud.head = type(on.cloud.head)(None, None, {})  # another ledger, which knows nothing
    on.posts = {"posts/b.md": "---\naccounts: [tusk]\n---\nSecond\n"}
    await on.run()
    assert on.ledger is not None
    names = {"delivery": "a@tusk", "account": "tusk", "part": 1, "parts": 1}
    remote = {"remote_id": there.id, "url": there.url, "source": "sha256:old"}
    on.ledger.record({"type": "adopted", "on_edit": "update"} | names | remote)
    await on.ledger.push()
    on.posts["posts/a.md"] = "---\naccounts: [tusk]\non_edit: update\n---\nBye\n"
    assert (await on.run())["a@tusk"].outcome == "updated"
    assert sorted(on.live("tusk")) == ["Bye", "Second"]


# ------------------------------------------------------------------------ at a desk


async def there(parts: int = 2, **capabilities: bool) -> Bench:
    """A thread that is published."""
    on = await bench(parts=parts, **capabilities)
    claim = await on.claim()
    for number in range(1, parts + 1):
        receipt = on.platform.receipt(number)
        event = {"type": "published", "delivery": claim["delivery"], "account": "acme"}
        told = {"part": number, "parts": parts, "remote_id": receipt.remote_id, "url": receipt.url}
        on.desk.pusher.record(event | told)
    return on


async def withdrawn(on: Bench) -> Result:
    action = on.action("withdraw")
    return await change.withdraw(on.desk, action, await on.claim(action))


async def updated(on: Bench) -> Result:
    action = on.action("update")
    return await change.update(on.desk, action, on.loaded, await on.claim(action))


CHANGES = {"delete": withdrawn, "update": updated}


@pytest.mark.parametrize("call", CHANGES)
async def test_a_change_is_tried_so_often_and_then_given_back(call: str) -> None:
    on = await there(parts=1)
    on.platform.answers[call] = [NotSent("no route")] * 3
    result = await CHANGES[call](on)
    assert (result.outcome, result.error) == ("unsent", "no route")
    assert len(on.platform.made(call)) == on.desk.terms.tries
    assert (on.done.phase, on.done.claim) == ("published", None)
    assert on.clock.waited > 1


@pytest.mark.parametrize("call", CHANGES)
async def test_a_change_works_at_the_last_try(call: str) -> None:
    on = await there(parts=1)
    on.platform.answers[call] = [NotSent("no route")] * 2
    assert (await CHANGES[call](on)).outcome in ("withdrawn", "updated")


@pytest.mark.parametrize("call", CHANGES)
async def test_a_short_rate_limit_is_waited_out(call: str) -> None:
    on = await there(parts=1)
    on.platform.answers[call] = [RateLimited("slow down", retry_after=30)]
    assert (await CHANGES[call](on)).outcome in ("withdrawn", "updated")
    assert on.clock.waited == 30


@pytest.mark.parametrize("call", CHANGES)
async def test_a_long_rate_limit_is_not(call: str) -> None:
    on = await there(parts=1)
    on.platform.answers[call] = [RateLimited("slow down", retry_after=3000)]
    result = await CHANGES[call](on)
    assert (result.outcome, on.clock.waited) == ("deferred", 0)
    assert on.platform.made(call) in ([1], ["id-1"])
    assert on.done.phase == "published"


@pytest.mark.parametrize("call", CHANGES)
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Rejected("no", status=422), "failed"),
        (AuthExpired("expired", status=401), "held"),
        (Unreadable("not JSON"), "unsent"),
    ],
)
async def test_a_refusal_of_the_change_and_one_of_the_login_are_told_apart(
    call: str, error: Rejected, outcome: str
) -> None:
    on = await there()
    on.platform.answers[call] = [error]
    result = await CHANGES[call](on)
    assert (result.outcome, result.error) == (outcome, str(error))
    assert len(on.platform.made(call)) == 1
    assert (on.done.phase, on.done.claim) == ("published", None)
    kind = "failed" if outcome == "failed" else "released"
    [event] = on.said(kind)
    assert event["claim"] == on.said("claimed")[-1]["id"]


@pytest.mark.parametrize("call", CHANGES)
async def test_a_change_of_unknown_outcome_keeps_its_claim_to_be_done_again(call: str) -> None:
    on = await there()
    on.platform.answers[call] = [OutcomeUnknown("reset")]
    result = await CHANGES[call](on)
    assert (result.outcome, on.done.phase) == ("unknown", "claimed")
    assert on.done.claim["id"] == on.said("claimed")[-1]["id"]


def lost() -> NotSent:
    error = NotSent("the connection broke before an answer")
    error.certain = False
    return error


@pytest.mark.parametrize("call", CHANGES)
async def test_a_change_of_which_a_try_may_have_arrived_keeps_its_claim_as_well(call: str) -> None:
    on = await there(parts=1)
    on.platform.answers[call] = [lost(), NotSent("no route"), NotSent("no route")]
    result = await CHANGES[call](on)
    assert (result.outcome, on.done.phase, on.said("released")) == ("unknown", "claimed", [])
    sure = await there(parts=1)
    sure.platform.answers[call] = [NotSent("no route")] * 3
    assert (await CHANGES[call](sure)).outcome == "unsent"
    assert sure.said("released")[-1]["unsent"]


async def test_an_update_is_over_only_when_its_lost_try_is() -> None:
    """It could land after a newer edit, and undo it."""
    on = await there(parts=1)
    on.platform.answers["update"] = [lost()]
    began = on.clock.at
    assert (await updated(on)).outcome == "updated"
    assert (on.clock.at - began).total_seconds() >= on.desk.terms.timeout
    at_once = await there(parts=1)
    at_once.platform.answers["update"] = [NotSent("no route")]
    assert (await updated(at_once)).outcome == "updated"
    assert at_once.clock.waited < 5


async def test_an_update_that_cannot_wait_for_that_keeps_its_claim() -> None:
    on = await there(parts=1)
    late = on.desk.terms.window.total_seconds() - 30
    on.platform.answers["update"] = [passing(on.clock, late, lost())]
    assert ((await updated(on)).outcome, on.done.phase) == ("unknown", "claimed")


@pytest.mark.parametrize("account", ["tusk"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_edit_that_was_taken_back_after_its_answer_was_lost_is_undone(
    account: str, when: str, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, account, "---\naccounts: [{}]\non_edit: update\n---\nHello\n")
    before = on.posts["posts/a.md"]
    on.posts["posts/a.md"] = before.replace("Hello", "A legal mistake")
    for nth in (1, 2, 3):
        on.fault("mastodon", "PUT", "/api/v1/statuses/*", nth=nth, when=when, effect="drop")
    [result] = (await on.run()).values()
    assert result.outcome == "unknown"
    on.posts["posts/a.md"] = before
    on.after_the_lease()
    await on.run()
    assert on.live(account) == ["Hello"]
    assert await on.run() == {}


async def test_an_edit_that_was_put_on_hold_is_not_finished(stage: Callable[..., Stage]) -> None:
    on = await published(stage, "tusk", "---\naccounts: [{}]\non_edit: update\n---\nHello\n")
    on.posts["posts/a.md"] = on.posts["posts/a.md"].replace("Hello", "Bye")
    for nth in (1, 2, 3):
        on.fault("mastodon", "PUT", "/api/v1/statuses/*", nth=nth, when="before", effect="drop")
    [result] = (await on.run()).values()
    assert result.outcome == "unknown"
    on.posts["posts/a.md"] = on.posts["posts/a.md"].replace("on_edit", "hold: true\non_edit")
    on.after_the_lease()
    await on.run(disk_survived=False)
    assert on.live("tusk") == ["Hello"]
    on.posts["posts/a.md"] = on.posts["posts/a.md"].replace("hold: true\n", "")
    await on.run()
    assert on.live("tusk") == ["Bye"]


@pytest.mark.parametrize("deleted", [1, 2])
async def test_a_file_that_came_back_after_a_run_died_deleting_is_asked_about(
    deleted: int, stage: Callable[..., Stage]
) -> None:
    on = await published(stage, "tusk")
    was, before = dict(on.posts), on.live("tusk")
    on.posts.clear()
    on.kill_at = ("withdrawn", deleted)
    with pytest.raises(Killed):
        await on.run()
    left = on.live("tusk")
    assert left == before[: 3 - deleted]
    on.posts.update(was)
    on.after_the_lease()
    [result] = (await on.run(disk_survived=False)).values()
    assert (result.outcome, on.live("tusk")) == ("in-doubt", left)
    assert "its file is there again" in (result.error or "")


async def test_a_withdrawal_goes_on_below_what_is_gone_already() -> None:
    on = await there(parts=3)
    names = {"type": "withdrawn", "delivery": "a@acme", "account": "acme", "part": 3}
    on.desk.pusher.record(names)
    assert (await withdrawn(on)) == Result("a@acme", "withdrawn", "https://p.test/id-1")
    assert on.platform.made("delete") == ["id-2", "id-1"]


async def test_only_the_parts_that_are_there_are_updated() -> None:
    on = await there(parts=2)
    on.parts = 3
    await updated(on)
    assert on.platform.made("update") == [1, 2]


async def test_an_update_keeps_the_time_of_the_post_and_learns_what_the_platform_says() -> None:
    on = await there(parts=1)
    before = on.done.parts[1].published_at
    on.clock.pause(3600)
    result = await updated(on)
    [event] = on.said("updated")
    assert result == Result("a@acme", "updated", "https://p.test/id-1")
    assert (on.done.parts[1].extra, event["extra"]) == ({"edit": "1"}, {"edit": "1"})
    assert event["published_at"][:19] == before[:19]
    assert (event["source"], event["payload"]) == ("sha256:source", "sha256:payload")


# ------------------------------------------------------------------------ no longer than the claim


def given_back(on: Bench, result: Result) -> None:
    """Nothing is under way any more, and this very run may claim it anew."""
    assert (result.outcome, result.again) == ("unsent", True)
    assert (on.done.phase, on.done.claim) == ("published", None)
    assert on.said("released")[-1]["claim"] == on.said("claimed")[-1]["id"]


@pytest.mark.parametrize("call", CHANGES)
async def test_no_call_is_made_under_a_claim_that_could_end_meanwhile(call: str) -> None:
    on = await there()
    action = on.action("withdraw" if call == "delete" else "update")
    claim = await on.claim(action)
    on.clock.pause(on.desk.terms.window.total_seconds())
    if call == "delete":
        result = await change.withdraw(on.desk, action, claim)
    else:
        result = await change.update(on.desk, action, on.loaded, claim)
    given_back(on, result)
    assert result.error == "the claim ran out of time"
    assert on.platform.calls == []


@pytest.mark.parametrize("call", CHANGES)
async def test_the_last_moment_is_not_too_late(call: str) -> None:
    on = await there(parts=1)
    seconds = on.desk.terms.window.total_seconds() - 1
    on.platform.answers[call] = [passing(on.clock, seconds, NotSent("no route"))]
    on.clock.random = lambda: 0.0  # type: ignore[method-assign]  # half a second to wait
    assert (await CHANGES[call](on)).outcome in ("withdrawn", "updated")


@pytest.mark.parametrize("call", CHANGES)
async def test_what_takes_too_long_is_left_in_the_middle_and_done_again(call: str) -> None:
    on = await there(parts=3)

    def slow() -> Receipt | None:
        on.clock.pause(on.desk.terms.window.total_seconds())
        return None if call == "delete" else on.platform.receipt(1)

    on.platform.answers[call] = [slow]
    given_back(on, await CHANGES[call](on))
    assert on.platform.made(call) == ([1] if call == "update" else ["id-3"])
    assert (await CHANGES[call](on)).outcome in ("withdrawn", "updated")
    rest = [1, 2, 3] if call == "update" else ["id-2", "id-1"]
    assert on.platform.made(call)[1:] == rest


async def test_an_update_whose_uploads_took_too_long_is_not_made() -> None:
    on = await there(parts=1)

    def slow() -> dict[str, int]:
        on.clock.pause(on.desk.terms.window.total_seconds())
        return {}

    on.platform.answers["prepare"] = [slow]
    given_back(on, await updated(on))
    assert on.platform.made("update") == []


@pytest.mark.parametrize("call", CHANGES)
async def test_no_wait_goes_beyond_the_claim(call: str) -> None:
    seconds = Terms().window.total_seconds() - 20
    on = await there(parts=1)
    asked = RateLimited("slow down", retry_after=30)
    on.platform.answers[call] = [passing(on.clock, seconds, asked)]
    result = await CHANGES[call](on)
    assert (result.outcome, on.clock.waited) == ("deferred", seconds)
    assert (on.done.phase, on.done.claim) == ("published", None)
    on = await there(parts=1)
    on.platform.answers[call] = [passing(on.clock, seconds + 19.8, NotSent("no route"))]
    given_back(on, await CHANGES[call](on))
    assert (len(on.platform.made(call)), on.clock.waited) == (1, seconds + 19.8)


@pytest.mark.parametrize("call", CHANGES)
async def test_a_signal_ends_a_change_between_two_calls(call: str) -> None:
    on = await there(parts=2)

    def interrupted() -> Receipt | None:
        on.desk.stop.ask(15)
        return None if call == "delete" else on.platform.receipt(1)

    on.platform.answers[call] = [interrupted]
    result = await CHANGES[call](on)
    assert (result.outcome, result.again, len(on.platform.made(call))) == ("unsent", False, 1)
    assert (on.done.phase, on.done.claim) == ("published", None)


@pytest.mark.parametrize("call", CHANGES)
async def test_a_signal_ends_the_waiting_before_the_next_try(call: str) -> None:
    on = await there(parts=1)

    def interrupted() -> NotSent:
        on.desk.stop.ask(15)
        return NotSent("no route")

    on.platform.answers[call] = [interrupted]
    result = await CHANGES[call](on)
    assert (result.outcome, len(on.platform.made(call))) == ("unsent", 1)


@pytest.mark.parametrize("kind", ["withdraw", "update"])
async def test_what_a_dead_run_was_changing_is_changed_under_a_claim_of_ones_own(
    kind: str, stage: Callable[..., Stage]
) -> None:
    """Its lease is over: two runs could be at it, and the slower one would have the last word."""
    on = await published(stage, "tusk")
    if kind == "withdraw":
        on.posts.clear()
    else:
        on.posts["posts/a.md"] = THREAD.format("tusk").replace("Two", "Deux")
    on.kill_at = ("withdrawn" if kind == "withdraw" else "updated", 2)
    with pytest.raises(Killed):
        await on.run()
    on.after_the_lease()
    [result] = (await on.run(disk_survived=False)).values()
    assert result.outcome in ("withdrawn", "updated")
    claims = [e for e in _events(on) if e["type"] == "claimed" and e["action"] == kind]
    assert [(event["run"], event["attempt"]) for event in claims] == [("run-2", 2), ("run-3", 3)]


async def test_a_change_that_ran_out_of_time_is_finished_in_the_same_run(
    stage: Callable[..., Stage],
) -> None:
    on = await published(stage, "tusk")
    on.posts.clear()
    late = on.terms.window.total_seconds()
    on.fault("mastodon", "DELETE", "/api/v1/statuses/*", nth=2, effect="latency", seconds=late)
    [result] = (await on.run()).values()
    assert (result.outcome, on.live("tusk")) == ("withdrawn", [])


def _events(on: Stage) -> list[dict[str, Any]]:
    files = on.cloud.head.files
    days = [files[path] for path in sorted(files) if path.startswith("state/ledger/")]
    return [orjson.loads(line) for day in days for line in day.splitlines()]


async def test_a_deletion_that_is_not_wished_any_more_is_asked_about_with_the_reason() -> None:
    on = await there(parts=2)
    claim = await on.claim(on.action("withdraw"))
    result = change.wished_again(on.desk, claim, "posts/b.md looks like it")
    assert (result.outcome, on.done.phase) == ("in-doubt", "in_doubt")
    assert "died deleting it, and posts/b.md looks like it: is it gone?" in (result.error or "")
    assert (on.done.asked_about, len(on.done.candidates)) == (2, 2)


async def test_an_edit_of_half_a_thread_that_was_taken_back_is_undone(
    stage: Callable[..., Stage],
) -> None:
    on = await published(stage, "tusk")
    before = on.posts["posts/a.md"]
    on.posts["posts/a.md"] = THREAD.format("tusk").replace("T", "D").replace("One", "Won")
    on.fault("mastodon", "PUT", "/api/v1/statuses/*", nth=2, status=429)
    await on.run()
    assert on.live("tusk") == ["Won", "Two", "Three"]
    on.posts["posts/a.md"] = before
    on.clock.pause(3600)
    await on.run()
    assert on.live("tusk") == ["One", "Two", "Three"]


async def test_what_a_cut_has_made_everybody_forget_is_asked_about_as_well() -> None:
    on = await bench()
    claim = await on.claim(on.action("withdraw"))
    result = change.wished_again(on.desk, claim, None)
    assert (result.outcome, on.done.asked_about) == ("in-doubt", 1)
