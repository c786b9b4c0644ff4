"""Rules about the text that will be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity
from postops.policy.characters import HIDDEN
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.model import Part
    from postops.policy.subjects import OnMessage

MANY_HASHTAGS = 8
"""Where a platform says nothing: more than these are read as spam, whatever is allowed."""


@rule("PO101", "text-too-long", severity=Severity.ERROR, on="message", since="0.1")
def text_too_long(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds posts, and parts of threads, whose text is longer than an account may send. Each platform
    counts in its own way; what is counted is what will be sent, with hashtags, links and their
    campaign parameters.

    ## Why
    The platform refuses the post, at a time when nobody is looking.

    ## Example
    A post of 320 characters for X, which takes 280.

    ## Fix
    Shorten it, give the platform a text of its own (`platforms: {x: {text: …}}`), let it become a
    thread (`thread: auto`), or split it by hand with `---` on a line of its own.
    """
    limit, parts = given.target.limit, given.message.parts
    for part in parts:
        count, size = part.measure.count, part.measure.bytes
        if count > limit.limit:
            words = f"{count} {limit.unit}; {given.target.title} takes {limit.limit}"
        elif limit.max_bytes is not None and size > limit.max_bytes:
            words = f"{size} bytes; {given.target.title} takes {limit.max_bytes}"
        else:
            continue
        who = "the text" if len(parts) == 1 else f"part {part.number}"
        yield Problem(part.span, f"{who} has {words}", _shorter(given))


def _shorter(given: OnMessage) -> str:
    warning = given.message.content_warning
    most = given.message.parts[0].measure.limit
    if warning and given.target.platform.count("", content_warning=warning) > most:
        return "shorten the content warning: it counts, and is on every part"
    if given.can.thread and given.post.thread == "none" and len(given.message.parts) == 1:
        name = given.target.platform.name
        return f"shorten it, set `thread: auto`, or give `{name}` a text under `platforms`"
    return "shorten it"


@rule("PO102", "empty-post", severity=Severity.ERROR, on="message", since="0.1")
def empty_post(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds posts, and parts of threads, in which nothing is left to send, or nothing that can be seen.

    ## Why
    Platforms refuse an empty post; some take one without words as long as it shows media.

    ## Example
    ```markdown
    ---
    accounts: [bluesky-main]
    ---
    ```

    ## Fix
    Write something below the second `---`, or set `draft: true`.
    """
    for part in given.message.parts:
        if not HIDDEN.sub("", part.text).strip() and not _shows(part, given):
            who = "the post" if len(given.message.parts) == 1 else f"part {part.number}"
            message = f"{who} is empty on {given.target.title}"
            yield Problem(part.span, message, "write something below the second `---`")


def _shows(part: Part, given: OnMessage) -> bool:
    """Whether a part without words is one."""
    if part.media:
        return given.target.limit.empty_with_media
    return part.number == 1 and given.message.card is not None


@rule(
    "PO104",
    "too-many-hashtags",
    severity=Severity.NOTICE,
    on="message",
    since="0.1",
    needs=["hashtag"],
)
def too_many_hashtags(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds messages with more hashtags than a platform asks for; with more than eight, where it says
    nothing.

    ## Why
    Readers and ranking take them for spam, and screen readers read every one.

    ## Example
    Nine hashtags at the end of a post.

    ## Fix
    Keep the two or three that people follow.
    """
    most = given.can.max_hashtags or MANY_HASHTAGS
    number = sum(facet.type == "tag" for part in given.message.parts for facet in part.facets)
    if number > most:
        span = given.post.span("hashtags")
        yield Problem(span, f"{number} hashtags are many; {most} are enough", "keep the best")


@rule(
    "PO106",
    "unlinked-hashtag",
    severity=Severity.WARNING,
    on="message",
    since="0.1",
    needs=["hashtag"],
)
def unlinked_hashtag(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds hashtags of `hashtags:` that a platform will not link, or not as a whole.

    ## Why
    Nobody finds the post by them: hashtags are letters, digits and `_`, with at least one letter.

    ## Example
    ```markdown
    ---
    hashtags: [open-science, "2026"]
    ---
    ```

    ## Fix
    Write it as one word: `OpenScience`.
    """
    last = given.message.parts[-1]
    shown = set(last.text.split())
    linked = {facet.value.casefold() for facet in last.facets if facet.type == "tag"}
    campaign = given.context.campaigns.get(given.post.campaign or "")
    tags = (*given.post.hashtags, *(campaign.hashtags if campaign else ()))
    for index, tag in enumerate(tags):
        if f"#{tag}" in shown and tag.casefold() not in linked:
            span = given.post.span("hashtags", index)
            message = f"{given.target.title} does not link the hashtag {show(tag)} as a whole"
            yield Problem(span, message, "use letters, digits and `_`, and at least one letter")


_FORMATTING = frozenset(("emphasis", "heading", "code block", "table", "rule"))


@rule("PO107", "lost-markdown", severity=Severity.NOTICE, on="message", since="0.1", needs=["loss"])
def lost_markdown(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds Markdown that cannot be shown: emphasis, headings, code, tables, rules. The words stay,
    their form goes. The first of each kind is reported.

    ## Why
    A table is hard to read as plain lines, and a text may lean on a word that is no longer bold.

    ## Example
    ```markdown
    This is **important**.
    ```

    ## Fix
    Read what will be sent with `postops render`, and write for plain text.
    """
    seen: set[str] = set()
    for what, span in given.message.losses:
        if what in _FORMATTING and what not in seen:
            seen.add(what)
            yield Problem(span, f"the form of this {what} is lost: posts are plain text")


@rule("PO108", "lost-content", severity=Severity.WARNING, on="message", since="0.1", needs=["loss"])
def lost_content(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds parts of a post that will not reach one of its accounts: a poll or a content warning where
    the platform has none, HTML, links that lead to a file of the repository, a thread that becomes
    one post. The first of each kind is reported.

    ## Why
    Readers there get another post than the one that was approved.

    ## Example
    ```markdown
    ---
    accounts: [bluesky-main]
    poll: {options: [Yes, No], duration: 1d}
    ---
    Tea?
    ```

    ## Fix
    Give that platform a text of its own under `platforms`, or leave it out of `accounts`.
    """
    seen: set[str] = set()
    for what, span in given.message.losses:
        if what not in _FORMATTING and what not in seen:
            seen.add(what)
            name = given.target.platform.name
            help_ = f"give `{name}` a text of its own, or leave it out of `accounts`"
            yield Problem(span, f"{_article(what)} does not reach {given.target.title}", help_)


def _article(what: str) -> str:
    return f"the {what}" if what != "html" else "HTML"


@rule("PO116", "lone-content-warning", severity=Severity.WARNING, on="message", since="0.1")
def lone_content_warning(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds content warnings of posts, or of parts of threads, that have no text for them to hide.

    ## Why
    Mastodon then shows the warning itself as the text of the post, to everybody.

    ## Example
    ```markdown
    ---
    accounts: [mastodon-main]
    content_warning: Spoilers for the finale
    media:
      - {path: last-scene.png, alt: The last scene}
    ---
    ```

    ## Fix
    Write a text, or say `sensitive: true` under `platforms` to hide the media alone.
    """
    if not given.message.content_warning or not given.can.content_warning:
        return
    bare = [part for part in given.message.parts if not part.text.strip()]
    if bare:
        message = f"{given.target.title} shows the content warning as the text where there is none"
        yield Problem(bare[0].span, message, "write a text, or use `sensitive: true` instead")


_LONG_THREAD = 25


@rule("PO117", "long-thread", severity=Severity.WARNING, on="message", since="0.1")
def long_thread(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds threads of more than 25 posts.

    ## Why
    `thread: auto` cuts whatever it is given, be it a whole article that was pasted in: what one file
    sends is not what anybody follows, and uses up the account's rate limit.

    ## Example
    A body of 20,000 characters with `thread: auto`, for Bluesky: more than 60 posts.

    ## Fix
    Publish the text on a page, and link that.
    """
    number = len(given.message.parts)
    if number > _LONG_THREAD:
        message = f"this becomes {number} posts on {given.target.title}"
        yield Problem(given.message.parts[0].span, message, "publish a page, and link it")
