"""One delivery, part after part."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops.diagnostics import Span
from postops.errors import (
    AuthExpired,
    LedgerError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)
from postops.model import Certainty, Finding, Media, MediaFile, Receipt
from postops.plan import Wish
from postops.platforms.base import Unreadable
from postops.publish.ports import Result, Terms
from postops.publish.send import confirmed, is_weak, publish
from tests.publish.desks import bench, passing
from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.desks import Bench
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


# ------------------------------------------------------------------------ at a desk


async def sent(on: Bench, part: int = 1, **changes: Any) -> Result:
    action = on.action("publish" if part == 1 else "resume", part)
    return await publish(on.desk, action, on.loaded, await on.claim(action, **changes))


async def test_every_part_hangs_on_the_one_before_and_on_the_first() -> None:
    on = await bench(parts=3)
    assert await sent(on) == Result("a@acme", "published", "https://p.test/id-1", "id-1")
    ties = [(o.part.number, o.root, o.parent) for o in on.platform.outgoing]
    ids = [(n, r and r.remote_id, p and p.remote_id) for n, r, p in ties]
    assert ids == [(1, None, None), (2, "id-1", "id-1"), (3, "id-1", "id-2")]
    assert len({o.key for o in on.platform.outgoing}) == 3


async def test_a_part_is_sent_only_when_the_one_before_is_written_down() -> None:
    on = await bench(parts=3)
    seen: list[int] = []

    def answer() -> Receipt:
        seen.append(len(on.said("published")))
        return on.platform.receipt(len(seen))

    on.platform.answers["publish"] = [answer] * 3
    await sent(on)
    assert seen == [0, 1, 2]


async def test_a_thread_stops_at_the_part_that_was_refused_and_is_resumed_there() -> None:
    on = await bench(parts=3)
    on.platform.answers["publish"] = [on.platform.receipt(1), Unreadable("not JSON")]
    assert (await sent(on)).outcome == "unsent"
    assert on.done.phase == "partial"
    assert (await sent(on, part=2)).remote_id == "id-1"
    assert on.platform.made("publish") == [1, 2, 2, 3]


@pytest.mark.parametrize("certainty", [Certainty.DUPLICATE_REJECTION, Certainty.NONE, None])
async def test_where_doubt_could_not_be_settled_each_part_is_pushed_at_once(
    certainty: Certainty | None,
) -> None:
    on = await bench(parts=2, certainty=(certainty,) if certainty else ())
    assert is_weak(on.platform, on.loaded)
    pushed: list[int] = []

    def answer() -> Receipt:
        pushed.append(b"".join(on.cloud.head.files.values()).count(b'"type":"published"'))
        return on.platform.receipt(len(pushed))

    on.platform.answers["publish"] = [answer] * 2
    await sent(on)
    assert pushed == [0, 1]


@pytest.mark.parametrize(
    "certainty", [Certainty.CLIENT_ID, Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH]
)
async def test_elsewhere_nothing_waits_for_the_push(certainty: Certainty) -> None:
    on = await bench(certainty=(certainty,))
    assert not is_weak(on.platform, on.loaded)
    await sent(on)
    assert on.ledger.pending == 1


async def test_a_handle_is_on_the_remote_before_the_call() -> None:
    on = await bench(certainty=(Certainty.HANDLE,))
    seen: list[bytes] = []

    def answer() -> Receipt:
        seen.append(b"".join(on.cloud.head.files.values()))
        return on.platform.receipt(1)

    on.platform.answers["publish"] = [answer]
    await sent(on)
    assert b'"prepared":{"container":1}' in seen[0]


async def test_a_lost_answer_is_looked_up_by_the_handle_of_its_claim() -> None:
    on = await bench(certainty=(Certainty.HANDLE,))
    on.platform.answers["publish"] = [OutcomeUnknown("reset")]
    on.platform.answers["find"] = [Finding((on.platform.receipt(1),))]
    assert (await sent(on)).outcome == "published"
    assert on.platform.outgoing[-1].handle == {"container": 1}


# ------------------------------------------------------------------------ time


async def test_nothing_is_sent_before_it_is_due_and_lateness_is_written_down() -> None:
    on = await bench(due_in=30)
    at: list[Any] = []

    def answer() -> Receipt:
        at.append(on.clock.at)
        return on.platform.receipt(1)

    on.platform.answers["publish"] = [answer]
    await sent(on)
    assert timedelta(0) <= at[0] - on.due_at < timedelta(seconds=1)
    assert 0 <= on.done.lateness < 1
    assert on.platform.made("prepare") == [1]


async def test_a_clock_that_is_ahead_waits_for_the_platforms_time() -> None:
    on = await bench(due_in=30)
    fast = timedelta(seconds=100)
    desk = replace(on.desk, fast=fast)
    claim = await on.claim()
    await publish(desk, on.action(), on.loaded, claim)
    assert on.clock.at - fast >= on.due_at


async def test_a_list_that_refuses_the_second_look_says_nothing_of_the_post() -> None:
    on = await bench(certainty=(Certainty.SEARCH,))
    await on.claim()
    on.ledger.record({"type": "released", "delivery": "a@acme", "account": "acme"})
    on.platform.answers["find"] = [Rejected("no such list")] * 9
    result = await publish(on.desk, on.action(), on.loaded, await on.claim())
    assert (result.outcome, on.done.phase, on.platform.made("publish")) == (
        "unsent",
        "released",
        [],
    )
    assert "it could not be looked for once more: no such list" in (result.error or "")


async def test_what_is_late_says_by_how_much_and_what_was_never_due_says_nothing() -> None:
    late, never = await bench(due_in=-90), await bench()
    await sent(late)
    await sent(never)
    assert 90 <= late.done.lateness < 91
    assert never.done.lateness is None


async def test_no_call_is_made_when_preparing_took_the_claims_time() -> None:
    on = await bench()
    seconds = on.desk.terms.window.total_seconds()
    prepare = on.platform.prepare

    async def slow(outgoing: Any) -> Any:
        on.clock.pause(seconds)
        return await prepare(outgoing)

    on.platform.prepare = slow  # type: ignore[method-assign]
    result = await sent(on)
    assert (result.outcome, result.again) == ("unsent", True)
    assert on.platform.made("publish") == []
    assert on.done.phase == "released"


async def test_a_claim_that_ran_out_is_made_anew_in_the_same_run(
    stage: Callable[..., Stage],
) -> None:
    on = stage({f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(2)})
    on.fault("mastodon", "POST", "/api/v1/statuses", effect="latency", seconds=100)
    on.terms = on.terms._replace(lease=timedelta(seconds=380))  # 80 seconds to send in
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert on.live("tusk") == ["Post 0", "Post 1"]
    assert on.ledger is not None
    assert [on.ledger.state.delivery(f"p{n}@tusk").attempt for n in range(2)] == [1, 2]


async def test_a_run_asked_to_stop_while_it_waits_sends_nothing_and_gives_the_claim_back() -> None:
    on = await bench(due_in=300)
    on.desk.stop.ask(15)
    result = await sent(on)
    assert (result.outcome, result.error) == ("unsent", "the run was stopped")
    assert not result.again
    assert on.platform.made("publish") == []
    assert on.done.phase == "released"


async def test_a_limit_that_would_end_after_the_deadline_is_not_waited_for() -> None:
    on = await bench(terms=Terms(lease=timedelta(seconds=330)))  # 30 seconds to send in
    on.platform.answers["publish"] = [RateLimited("slow down", retry_after=60)]
    result = await sent(on)
    assert (result.outcome != "published", on.clock.waited) == (True, 0)
    assert (on.platform.made("publish"), on.done.claim) == ([1], None)


async def test_neither_is_another_try_that_would_begin_after_it() -> None:
    on = await bench()
    slow = passing(on.clock, on.desk.terms.window.total_seconds() - 0.1, NotSent("no route"))
    on.platform.answers["publish"] = [slow]
    result = await sent(on)
    assert (result.outcome, result.again, on.platform.made("publish")) == ("unsent", True, [1])


async def test_a_signal_ends_the_wait_for_another_try() -> None:
    on = await bench()

    def answer() -> NotSent:
        on.desk.stop.ask(15)
        return NotSent("no route")

    on.platform.answers["publish"] = [answer]
    result = await sent(on)
    assert (result.outcome, result.again, on.platform.made("prepare")) == ("unsent", False, [1])


async def test_the_cards_image_goes_with_the_first_part() -> None:
    on = await bench(parts=2)
    image = MediaFile(Media("a.png", None, Span("posts/a.md")), lambda: b"png")
    claim = await on.claim()
    await publish(on.desk, on.action(), on.loaded._replace(card_image=image), claim)
    assert [outgoing.card_image for outgoing in on.platform.outgoing] == [image, None]


async def expiring(on: Bench, part: int, name: str = "publish") -> Result:
    """Send from a part on; the post expires in the second it is sent."""
    claim = await on.claim(on.action(name, part))
    wish = Wish(
        "a@acme", "a", "acme", "played", "posts/a.md", "b1", "c1", None, expires_at=on.clock.at
    )
    action = replace(on.action(name, part), wish=wish)
    return await publish(on.desk, action, on.loaded, claim)


async def test_what_expired_while_it_waited_is_not_begun() -> None:
    on = await bench(parts=2)
    result = await expiring(on, 1)
    assert (result.outcome, result.error) == ("unsent", "it expired before it could be sent")
    assert on.platform.made("publish") == []


async def test_but_a_thread_under_way_is_finished() -> None:
    on = await bench(parts=2)
    on.platform.answers["publish"] = [on.platform.receipt(1), Unreadable("not JSON")]
    await sent(on)
    assert (await expiring(on, 2, "resume")).outcome == "published"


async def test_also_where_its_first_part_is_what_is_missing() -> None:
    """A filter dropped it; the plan goes on with it, and so does the run."""
    on = await bench(parts=2)
    await sent(on)
    names = {"delivery": "a@acme", "account": "acme", "part": 1}
    on.ledger.record(names | {"type": "in_doubt"}, names | {"type": "resolved"})
    assert (await expiring(on, 1, "resume")).outcome == "published"


# ------------------------------------------------------------------------ what the platform says


async def test_what_never_arrived_is_tried_so_often_and_then_left_to_the_next_run() -> None:
    on = await bench()
    on.platform.answers["publish"] = [NotSent("no route")] * 3
    result = await sent(on)
    assert (result.outcome, result.again, on.done.phase) == ("unsent", False, "released")
    assert len(on.platform.made("publish")) == on.desk.terms.tries
    assert on.clock.waited >= 1.5


async def test_what_never_arrived_at_first_is_published_by_the_last_try() -> None:
    on = await bench()
    on.platform.answers["prepare"] = [NotSent("no route")]
    on.platform.answers["publish"] = [NotSent("no route")]
    assert (await sent(on)).outcome == "published"
    assert (len(on.platform.made("prepare")), len(on.platform.made("publish"))) == (3, 2)


async def test_an_unknown_outcome_is_never_answered_with_a_second_call() -> None:
    on = await bench()
    on.platform.answers["publish"] = [NotSent("no route"), OutcomeUnknown("reset")]
    await sent(on)
    assert len(on.platform.made("publish")) == 2


@pytest.mark.parametrize("retry_after", [None, 3000.0])
async def test_a_limit_that_outlasts_patience_or_tries_defers(retry_after: float | None) -> None:
    on = await bench()
    on.platform.answers["publish"] = [RateLimited("slow down", retry_after=retry_after)] * 3
    before = on.clock.at
    assert (await sent(on)).outcome == "deferred"
    assert len(on.platform.made("publish")) == (1 if retry_after else on.desk.terms.tries)
    until = datetime.fromisoformat(on.done.until)
    assert until - before >= timedelta(seconds=retry_after or 900)


@pytest.mark.parametrize(
    ("error", "outcome", "phase"),
    [
        (Rejected("too long", status=422), "failed", "failed"),
        (AuthExpired("expired", status=401), "held", "released"),
        (Unreadable("not JSON"), "unsent", "released"),
        (LedgerError("not of the platform"), "unsent", "released"),
    ],
)
async def test_only_a_real_no_is_final(error: Exception, outcome: str, phase: str) -> None:
    on = await bench()
    on.platform.answers["prepare"] = [error]
    result = await sent(on)
    assert (result.outcome, result.error, result.again) == (outcome, str(error), False)
    assert (on.done.phase, on.done.claim) == (phase, None)


async def test_a_no_is_of_the_payload_that_was_sent() -> None:
    on = await bench()
    on.platform.answers["publish"] = [Rejected("too long", status=422)]
    await sent(on)
    [event] = on.said("failed")
    assert (event["payload"], event["status"], event["claim"]) == (
        "sha256:payload",
        422,
        on.said("claimed")[0]["id"],
    )


async def test_a_duplicate_that_is_found_is_this_very_post_where_it_was_sent_before() -> None:
    on = await bench()
    first = await on.claim()
    on.ledger.record({"type": "released", "delivery": first["delivery"], "claim": first["id"]})
    on.clock.pause(5)
    on.platform.answers["publish"] = [Rejected("said before", duplicate=True)]
    on.platform.answers["find"] = [Finding((on.platform.receipt(1),))]
    assert (await sent(on)).outcome == "published"


async def test_a_duplicate_of_what_was_never_sent_before_is_for_a_person_to_look_at() -> None:
    """Another run may have sent the same words for another delivery, and not have told yet."""
    on = await bench()
    on.platform.answers["publish"] = [Rejected("said before", duplicate=True)]
    on.platform.answers["find"] = [Finding((on.platform.receipt(1),))]
    assert (await sent(on)).outcome == "in-doubt"
    assert on.done.candidates == ["https://p.test/id-1"]


async def test_a_duplicate_of_something_else_is_a_no() -> None:
    on = await bench()
    on.platform.answers["publish"] = [Rejected("said before", status=403, duplicate=True)]
    assert (await sent(on)).outcome == "failed"
    assert on.done.phase == "failed"


async def test_a_login_that_expires_in_mid_lane_holds_the_rest_of_the_lane(
    stage: Callable[..., Stage],
) -> None:
    on = stage({f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(3)})
    on.fault("mastodon", "POST", "/api/v1/statuses", nth=2, effect="expire-token")
    results = await on.run()
    assert [results[f"p{n}@tusk"].outcome for n in range(3)] == ["published", "held", "held"]
    assert sorted(on.phases().values()) == ["published", "released", "released"]
    assert (
        len([c for c in on.world.calls if (c.method, c.path) == ("POST", "/api/v1/statuses")]) == 2
    )


# ------------------------------------------------------------------------ the second look


async def confirm(on: Bench) -> tuple[Result, list[Result]]:
    result = await sent(on)
    return result, await confirmed(on.desk)


async def test_a_second_look_that_finds_every_part_changes_nothing() -> None:
    on = await bench(parts=2, confirm=True)
    result, dropped = await confirm(on)
    assert (result.outcome, dropped, on.done.phase) == ("published", [], "published")
    assert on.platform.made("confirm") == ["id-1 id-2"]
    assert on.desk.confirming == {}


async def test_a_part_that_was_dropped_is_in_doubt_whatever_was_said_before() -> None:
    on = await bench(parts=2, confirm=True)
    on.platform.answers["confirm"] = [frozenset({"id-1"})]
    _, [dropped] = await confirm(on)
    assert (dropped.outcome, on.done.phase, sorted(on.done.parts)) == ("in-doubt", "in_doubt", [1])


async def test_a_second_look_that_fails_is_not_held_against_the_post() -> None:
    on = await bench(confirm=True)
    on.platform.answers["confirm"] = [NotSent("no route")] * 9
    result, dropped = await confirm(on)
    assert (result.outcome, dropped, on.done.phase) == ("published", [], "published")
    assert len(on.platform.made("confirm")) == on.desk.terms.tries


async def test_a_second_look_is_taken_again_where_nobody_answered() -> None:
    on = await bench(confirm=True)
    on.platform.answers["confirm"] = [NotSent("no route"), frozenset()]
    assert [one.outcome for one in (await confirm(on))[1]] == ["in-doubt"]


async def test_a_stopped_run_does_not_wait_to_look_again() -> None:
    on = await bench(confirm=True)

    def answer() -> NotSent:
        on.desk.stop.ask(15)
        return NotSent("no route")

    on.platform.answers["confirm"] = [answer]
    result, dropped = await confirm(on)
    assert (result.outcome, dropped) == ("published", [])
    assert on.platform.made("confirm") == ["id-1"]


async def test_a_platform_that_keeps_what_it_takes_is_not_asked() -> None:
    on = await bench()
    assert (await confirm(on))[1] == []
    assert on.platform.made("confirm") == []
