"""Rules about polls a platform does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity
from postops.platforms import _graphemes
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.model import Poll, PollLimit
    from postops.policy.subjects import OnMessage


def _poll(given: OnMessage) -> Iterator[tuple[Poll, PollLimit]]:
    """The poll and its limit, where there are both."""
    poll, limit = given.message.poll, given.can.poll
    if poll is not None and limit is not None:
        yield poll, limit


@rule(
    "PO220",
    "poll-option-count",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["poll"],
)
def poll_option_count(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds polls with fewer or more options than a platform takes.

    ## Why
    The platform refuses the post.

    ## Example
    ```markdown
    ---
    poll: {options: [One, Two, Three, Four, Five], duration: 1d}
    ---
    ```

    ## Fix
    Join options, or ask twice.
    """
    for poll, limit in _poll(given):
        number = len(poll.options)
        if not limit.min_options <= number <= limit.max_options:
            taken = f"{limit.min_options} to {limit.max_options}"
            message = f"the poll has {number} options; {given.target.title} takes {taken}"
            yield Problem(poll.span, message, "join options, or ask twice")


@rule(
    "PO221",
    "poll-option-too-long",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["poll"],
)
def poll_option_too_long(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds options of polls that are longer than a platform takes.

    ## Why
    The platform refuses the post.

    ## Example
    ```markdown
    ---
    poll: {options: [Yes, "Only if there is an interval with cake"], duration: 1d}
    ---
    ```

    ## Fix
    Shorten the option and explain it in the text.
    """
    for poll, limit in _poll(given):
        for option in poll.options:
            whole = limit.unit == "graphemes"
            length = _graphemes.count(option) if whole else len(option)
            if length > limit.option:
                words = f"{length} characters; {given.target.title} takes {limit.option}"
                message = f"the option {show(option)} has {words}"
                yield Problem(poll.span, message, "shorten it, and explain it in the text")


@rule(
    "PO222",
    "poll-option-repeated",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["poll"],
)
def poll_option_repeated(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds polls in which an option stands twice.

    ## Why
    Platforms refuse the post, and nobody could tell the votes apart.

    ## Example
    ```markdown
    ---
    poll: {options: [Tea, Tea], duration: 1d}
    ---
    ```

    ## Fix
    Change or remove one of the two.
    """
    for poll, _ in _poll(given):
        seen: set[str] = set()
        for option in poll.options:
            if option.strip() in seen:
                yield Problem(poll.span, f"the option {show(option)} stands twice", "change one")
            seen.add(option.strip())


@rule(
    "PO223",
    "poll-duration",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["poll"],
)
def poll_duration(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds polls open for less or more time than a platform takes.

    ## Why
    The platform refuses the post.

    ## Example
    ```markdown
    ---
    poll: {options: [Yes, No], duration: 1m}
    ---
    ```

    ## Fix
    Choose another `duration`; a day or a week is taken everywhere.
    """
    for poll, limit in _poll(given):
        if not limit.min_seconds <= poll.seconds <= limit.max_seconds:
            taken = f"{limit.min_seconds:,} to {limit.max_seconds:,}"
            message = (
                f"the poll is open for {poll.seconds:,} seconds; {given.target.title} takes {taken}"
            )
            yield Problem(poll.span, message, "choose another `duration`")


@rule(
    "PO224",
    "poll-with-media",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["poll", "media"],
)
def poll_with_media(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds polls in posts that show media, on platforms that do not take both. In a thread the first
    part asks the question.

    ## Why
    X and most Mastodon servers refuse the post.

    ## Example
    ```markdown
    ---
    poll: {options: [Left, Right], duration: 1d}
    media:
      - {path: two-logos.png, alt: Two logos}
    ---
    ```

    ## Fix
    Put the picture into a later part of a thread, or into a post of its own, or give that platform
    `media: []`.
    """
    for poll, limit in _poll(given):
        if not limit.with_media and given.message.parts[0].media:
            message = f"{given.target.title} takes no poll beside media"
            help_ = f"give `{given.target.platform.name}` no media, or no poll"
            yield Problem(poll.span, message, help_)
