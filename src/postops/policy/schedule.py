"""Rules about when posts go out."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from postops.diagnostics import Severity
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.policy.card import Card
    from postops.policy.subjects import OnPost, OnSet

CLASH = timedelta(minutes=5)
"""Posts nearer than this to one another on one account are surely meant to be apart."""


@rule("PO301", "invalid-time", severity=Severity.ERROR, on="fault", since="0.1", firm=True)
def invalid_time() -> None:
    """## What it does
    Finds times and days that are none, times with seconds but without an offset, time zones that do
    not exist, and campaigns that end before they begin.

    ## Why
    A post whose time is not understood would go out at once, or never.

    ## Example
    ```markdown
    ---
    publish_at: 2026-02-30T10:30
    ---
    ```

    ## Fix
    Write `2026-03-01T10:30` in the file's time zone, or with an offset: `2026-03-01T10:30+01:00`.
    """


@rule("PO302", "nonexistent-time", severity=Severity.ERROR, on="post", since="0.1", needs=["time"])
def nonexistent_time(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds local times that are left out when the clocks go forward.

    ## Why
    Nobody can say when half past two is on a night in which it does not come.

    ## Example
    ```markdown
    ---
    publish_at: 2026-03-29T02:30
    timezone: Europe/Berlin
    ---
    ```

    ## Fix
    Choose another time, or write the offset.
    """
    for when in (given.post.publish_at, given.post.expires_at):
        if when is not None and when.trouble == "nonexistent":
            message = f"{show(when.text)} does not exist in {when.zone}: the clocks go forward"
            yield Problem(when.span, message, "choose another time, or write the offset")


@rule("PO303", "ambiguous-time", severity=Severity.WARNING, on="post", since="0.1", needs=["time"])
def ambiguous_time(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds local times that come twice when the clocks go back. The second is taken.

    ## Why
    The post may go out an hour before or after it was meant to.

    ## Example
    ```markdown
    ---
    publish_at: 2026-10-25T02:30
    timezone: Europe/Berlin
    ---
    ```

    ## Fix
    Write the offset: `+02:00` for the first, `+01:00` for the second.
    """
    for when in (given.post.publish_at, given.post.expires_at):
        if when is not None and when.trouble == "ambiguous":
            message = f"{show(when.text)} comes twice in {when.zone}: the clocks go back"
            yield Problem(when.span, message, "write the offset; the second one is taken")


@rule(
    "PO304",
    "expires-before-publish",
    severity=Severity.ERROR,
    on="post",
    since="0.1",
    needs=["time"],
)
def expires_before_publish(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds posts that expire before or when they are due.

    ## Why
    They are never published.

    ## Example
    ```markdown
    ---
    publish_at: 2026-03-02T10:30
    expires_at: 2026-03-01T10:30
    ---
    ```

    ## Fix
    Move one of the two times.
    """
    due, expires = given.post.publish_at, given.post.expires_at
    if due is not None and expires is not None and expires.at <= due.at:
        message = f"the post expires at {show(expires.text)}, before it is due"
        yield Problem(expires.span, message, "move one of the two times")


@rule(
    "PO305", "late-with-no-time", severity=Severity.WARNING, on="post", since="0.1", needs=["time"]
)
def late_with_no_time(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds posts that say what to do when they are late, but not when they are due.

    ## Why
    A post without a time goes out as soon as it is merged, and is never late. The time may have
    been forgotten.

    ## Example
    ```markdown
    ---
    late: skip
    ---
    ```

    ## Fix
    Add `publish_at`, or remove `late`.
    """
    if given.post.late is not None and "publish_at" not in given.post.front:
        message = "`late` without `publish_at` says nothing: the post goes out when it is merged"
        yield Problem(given.post.span("late"), message, "add `publish_at`, or remove `late`")


@rule("PO306", "time-in-past", severity=Severity.WARNING, on="set", since="0.1")
def time_in_past(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds posts that were due longer ago than `grace` allows and of which nothing was sent. Without
    a ledger only posts that were named on the command line are looked at.

    ## Why
    They go out at once, or never, as `late` says: mostly it is the wrong year.

    ## Example
    ```markdown
    ---
    publish_at: 2016-03-01T10:30
    ---
    ```

    ## Fix
    Write a time to come. Remove `publish_at` to publish as soon as the post is merged.
    """
    if given.ledger is None and given.named is None:
        return
    begun = {one.post for one in given.ledger.deliveries.values()} if given.ledger else set()
    limit = _text(given.now - given.config.defaults.grace)
    for card in given.cards:
        if card.publish_at is None or card.publish_at >= limit or card.draft or card.hold:
            continue
        if card.id not in begun:
            message = f"the post was due at {card.publish_at}"
            help_ = f"write a time to come; now it is for `late: {_late(card, given)}` to say"
            yield Problem(card.span("publish_at"), message, help_, post=card.id)


def _late(card: Card, given: OnSet) -> str:
    return card.late or given.config.defaults.late


@rule("PO307", "clash", severity=Severity.WARNING, on="set", since="0.1")
def clash(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds posts to come that go to the same account less than five minutes apart.

    ## Why
    They push one another out of sight. Mostly two people chose the same hour.

    ## Example
    `posts/a.md` at 10:30 and `posts/b.md` at 10:32, both to `x-main`.

    ## Fix
    Move one of them.
    """
    since = _text(given.now)
    coming: dict[str, list[tuple[datetime, str, Card]]] = {}
    for card in given.cards:
        if card.publish_at is None or card.publish_at < since or card.draft:
            continue
        at = datetime.fromisoformat(card.publish_at)
        for account in card.accounts:
            coming.setdefault(account, []).append((at, card.path, card))
    for account, posts in coming.items():
        posts.sort(key=lambda one: one[:2])
        for (at, path, _), (later, _, card) in pairwise(posts):
            if later - at < CLASH:
                minutes = int((later - at).total_seconds() // 60)
                when = f"{minutes} minutes after" if minutes else "at the same time as"
                message = f"goes to {account} {when} {show(path)}"
                span = card.span("publish_at")
                yield Problem(span, message, "move one of them", post=card.id, account=account)


@rule("PO308", "stale-draft", severity=Severity.NOTICE, on="set", since="0.1")
def stale_draft(given: OnSet) -> Iterator[Problem]:
    """## What it does
    Finds posts on `draft` or `hold` whose time has passed.

    ## Why
    Somebody may wait for them to be published.

    ## Example
    ```markdown
    ---
    draft: true
    publish_at: 2016-03-01T10:30
    ---
    ```

    ## Fix
    Finish the post and give it another time, or delete it.
    """
    now = _text(given.now)
    for card in given.cards:
        if (card.draft or card.hold) and card.publish_at is not None and card.publish_at < now:
            key = "draft" if card.draft else "hold"
            message = f"`{key}: true`, and the post was due at {card.publish_at}"
            help_ = f"remove `{key}`, or delete the post"
            yield Problem(card.span(key), message, help_, post=card.id)


@rule(
    "PO309",
    "native-schedule-idle",
    severity=Severity.NOTICE,
    on="post",
    since="0.1",
    needs=["time"],
)
def native_schedule_idle(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds posts that ask for `schedule: native` where it has no effect: the platform publishes
    nothing by itself, the message is a thread, or there is no `publish_at`.

    ## Why
    They go out by a run, which may come later than their time. Whoever wrote the key counts on the
    second.

    ## Example
    ```markdown
    ---
    publish_at: 2026-03-01T10:30
    schedule: native
    accounts: [bluesky]
    ---
    ```

    ## Fix
    Remove `schedule`, or start the publisher at the time, with `--wait`.
    """
    post = given.post
    if post.schedule != "native":
        return
    help_ = "remove it, or start the publisher at the time, with `--wait`"
    if "publish_at" not in post.front:
        message = "`schedule: native` without `publish_at` says nothing"
        yield Problem(post.span("schedule"), message, "add `publish_at`, or remove `schedule`")
        return
    targets = given.context.targets
    known = [name for name in given.accounts if name in targets]
    lack = sorted({targets[n].title for n in known if targets[n].can.native_schedule is None})
    if lack:
        message = f"`schedule: native` has no effect on {', '.join(lack)}"
        yield Problem(post.span("schedule"), message, help_)
    parted = [n for n in known if targets[n].can.native_schedule and _parts(given, n) > 1]
    if parted:
        message = f"`schedule: native` has no effect on a thread ({', '.join(parted)})"
        yield Problem(post.span("schedule"), message, help_)


def _parts(given: OnPost, account: str) -> int:
    """How many parts the message has; one that was not made for its plainness has one."""
    message = given.messages.get(account)
    return len(message.parts) if message is not None else 1


def _text(at: datetime) -> str:
    """A time as cards have it: such texts sort as their times do, to the second."""
    from datetime import UTC

    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
