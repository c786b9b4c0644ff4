"""Rules about handles: who is really meant, on each platform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from postops.diagnostics import Severity
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.model import Part
    from postops.policy.subjects import OnMessage

_HANDLE = re.compile(r"(?<![\w@＠/.=])[@＠]\w(?:[\w.-]*\w)?(?:@\w(?:[\w.-]*\w)?)?")


class Handle(NamedTuple):
    """A handle as written, and what the platform makes of it: nothing where `taken` is empty."""

    part: Part
    written: str
    taken: str


def _handles(given: OnMessage) -> Iterator[Handle]:
    for part in given.message.parts:
        if "@" not in part.text and "＠" not in part.text:
            continue
        data = part.text.encode("utf-8", "replace")
        taken: dict[int, str] = {}
        links: list[tuple[int, int]] = []
        at = 0
        chars = 0
        for facet in part.facets:
            chars += len(data[at : facet.start].decode("utf-8", "replace"))
            at = facet.start
            shown = data[facet.start : facet.end].decode("utf-8", "replace")
            if facet.type == "mention":
                taken[chars] = shown
            elif facet.type == "link":
                links.append((chars, chars + len(shown)))
        for match in _HANDLE.finditer(part.text):
            if not any(start <= match.start() < end for start, end in links):
                yield Handle(part, match[0], taken.get(match.start(), ""))


@rule(
    "PO113",
    "cut-mention",
    severity=Severity.WARNING,
    on="message",
    since="0.1",
    needs=["mention"],
)
def cut_mention(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds handles of which a platform takes only the beginning.

    ## Why
    Somebody else is called: to X, `@alice.example.org` is `@alice`, whoever that may be.

    ## Example
    ```markdown
    ---
    accounts: [x-main]
    ---
    Thanks to @alice.example.org!
    ```

    ## Fix
    Give each platform the handle people have there, in a text of its own under `platforms`, or
    write the name without `@`.
    """
    for part, written, taken in _handles(given):
        if taken and taken != written:
            message = f"{given.target.title} takes {show(written)} for {show(taken)}"
            help_ = f"give `{given.target.platform.name}` a text with the handle it knows"
            yield Problem(given.place(part, written), message, help_)


@rule(
    "PO114",
    "local-mention",
    severity=Severity.WARNING,
    on="message",
    since="0.1",
    needs=["mention"],
    only="mastodon",
)
def local_mention(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds handles without a server in texts for Mastodon.

    ## Why
    `@alice` is the Alice of the account's own server, who may be a stranger: every server has one.

    ## Example
    ```markdown
    ---
    accounts: [mastodon-main]
    ---
    Thanks to @alice!
    ```

    ## Fix
    Write the server: `@alice@social.example`.
    """
    for part, written, taken in _handles(given):
        if taken and taken.count("@") == 1 and taken == written:
            message = f"{show(written)} is somebody on this account's own server"
            yield Problem(given.place(part, written), message, f"write `{written}@` and the server")


@rule(
    "PO115",
    "unlinked-mention",
    severity=Severity.NOTICE,
    on="message",
    since="0.1",
    needs=["mention"],
)
def unlinked_mention(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds handles that a platform takes for plain text.

    ## Why
    Whoever is meant is not told.

    ## Example
    ```markdown
    ---
    accounts: [bluesky-main]
    ---
    Thanks to @alice!
    ```

    ## Fix
    Write the whole handle as that platform knows it (on Bluesky `@alice.bsky.social`), in a text of
    its own under `platforms` if others need another.
    """
    for part, written, taken in _handles(given):
        if not taken:
            message = f"{given.target.title} takes {show(written)} for plain text"
            yield Problem(given.place(part, written), message, "write the handle it knows there")
