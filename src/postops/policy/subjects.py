"""What rules are given to look at: a post, a message, or all posts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from postops.config import Account, Config
    from postops.content.source import ContentSource
    from postops.ledger.state import LedgerState
    from postops.model import Campaign, Capabilities, Media, Message, Part, Post, TextLimit
    from postops.platforms.base import Platform
    from postops.policy.card import Card


class Target(NamedTuple):
    """An account that can be rendered for.

    `settings` are its own, as the platform's shape read them (`None` where that failed); `limit` is
    what they make of the platform's.
    """

    account: Account
    platform: type[Platform]
    limit: TextLimit
    settings: Any = None

    @property
    def can(self) -> Capabilities:
        return self.platform.capabilities

    @property
    def title(self) -> str:
        """The platform's name as people write it."""
        return self.platform.__name__


class Context(NamedTuple):
    """What one file is examined in: nothing of it is a clock, the ledger or another post.

    In a `brief` one no message is made of a post where it is known without that there is nothing to
    find (see `quiet`).
    """

    config: Config
    source: ContentSource | None
    campaigns: Mapping[str, Campaign]
    targets: Mapping[str, Target]
    brief: bool = False


class OnPost(NamedTuple):
    """A post with all it becomes. `media` is every file it shows, each once; `texts` all it says."""

    post: Post
    context: Context
    accounts: tuple[str, ...]
    messages: Mapping[str, Message]
    media: tuple[Media, ...]
    texts: tuple[str, ...]


class OnMessage(NamedTuple):
    """A message to one account."""

    message: Message
    post: Post
    target: Target
    context: Context

    @property
    def can(self) -> Capabilities:
        return self.target.platform.capabilities

    def place(self, part: Part, shown: str) -> Span:
        """Where a piece of a part's text stands in the file; the part, where it cannot be found."""
        post = self.post
        if part.span.line < post.body_line:
            return part.span
        since = _line_start(post.body, part.span.line - post.body_line)
        at = post.body.find(shown, since)
        return body_stretch(post, at, at + len(shown)) if at >= 0 else part.span


class OnSet(NamedTuple):
    """All posts at once. `now` is aware.

    `ledger` is `None` where nobody knows what was done. `named` are the paths the check was asked
    about, `None` for all. `complete`: the cards are of all posts there are. `untracked` has the media
    git does not know, and whether it was told to ignore them.
    """

    cards: Sequence[Card]
    config: Config
    campaigns: Sequence[Campaign]
    targets: Mapping[str, Target]
    now: datetime
    ledger: LedgerState | None = None
    named: frozenset[str] | None = None
    complete: bool = True
    untracked: Mapping[str, bool] = {}


def body_stretch(post: Post, start: int, end: int) -> Span:
    """A stretch of the body, in code points, as a place in the file."""
    first, last = post.body_span(start), post.body_span(end)
    return Span(post.path, first.line, first.column, last.line, last.column)


def texts(post: Post) -> tuple[str, ...]:
    """Everything written in the file: the values of the front matter, then the body."""
    found: list[str] = []
    _collect(post.front, found)
    found.append(post.body)
    return tuple(found)


def _collect(node: Any, found: list[str]) -> None:
    values = node.values() if isinstance(node, dict) else node or ()
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, (dict, list)):
            _collect(value, found)


def scalars(node: Any, path: str) -> Iterator[tuple[str, Span, str]]:
    """Every text in marked values: its key, its place and itself."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node or ())
    for key, value in pairs:
        if isinstance(value, str):
            line, column = node.value_marks.get(key, (1, 1))
            end = node.value_ends.get(key, (None, None))
            yield str(key), Span(path, line, column, *end), value
        elif isinstance(value, (dict, list)):
            yield from scalars(value, path)


def markdown_texts(post: Post) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """The body, and every text that stands in for it with the place of its override."""
    yield post.body, None
    for key, blocks in (("platforms", post.overrides), ("variants", post.variants)):
        for name, override in blocks.items():
            if override.text is not None:
                yield override.text, (key, name)


def stretch(post: Post, place: tuple[str, str] | None, start: int, end: int) -> Span:
    """A stretch of one of the `markdown_texts`; inside the front matter only its key is known."""
    return body_stretch(post, start, end) if place is None else post.span(*place, "text")


def _line_start(text: str, number: int) -> int:
    """The offset of a line, counted from 0."""
    at = 0
    for _ in range(number):
        at = text.find("\n", at) + 1
    return at
