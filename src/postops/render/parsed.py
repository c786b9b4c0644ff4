"""A post's Markdown, read once for all its accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postops.render.plain import is_plain, read_plain
from postops.render.wanted import overrides

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.model import Post
    from postops.render.flow import Flow
    from postops.render.wanted import Place


class Parsed(NamedTuple):
    """The body, and the texts of overrides by their place."""

    body: Flow
    overrides: Mapping[Place, Flow]


def parse(post: Post) -> Parsed:
    """Read all Markdown of a post."""
    texts = {place: o.text for place, o in overrides(post).items() if o.text is not None}
    return Parsed(read_text(post.body), {place: read_text(t) for place, t in texts.items()})


def read_text(text: str) -> Flow:
    """The flow of a text, without importing a parser where there is nothing to parse."""
    if is_plain(text):
        return read_plain(text)
    from postops.render.markdown import read_markdown

    return read_markdown(text)
