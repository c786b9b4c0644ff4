"""What Markdown comes down to before any platform is asked: sections of blocks of pieces.

A `Flow` is the same for every account, so a post is parsed once however many accounts it goes to.
Lines and columns count from 0 here, in the Markdown text itself; `message.py` turns them to spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Words(NamedTuple):
    """A link that stands behind words. `words` is `url` where the link shows itself."""

    words: str
    url: str


Piece = str | Words


class Image(NamedTuple):
    """An image that stood in the text."""

    path: str
    alt: str
    line: int
    column: int


class Lost(NamedTuple):
    """Something no plain text can carry. `what` is one of `LOSSES`."""

    what: str
    line: int
    column: int


LOSSES = (
    "emphasis",
    "heading",
    "code block",
    "table",
    "rule",
    "html",
    "link title",
    "relative link",
    "unused link reference",
    "nesting",
)
"""Everything `Lost.what` may be. `message.py` adds what only a platform can lose."""


class Block(NamedTuple):
    """A paragraph, list entry, heading, ...: what stands before it, and its pieces.

    `before` is empty for the first block of a section, else a line break or a blank line.
    """

    before: str
    pieces: tuple[Piece, ...]
    line: int


class Section(NamedTuple):
    """What stands between two thread breaks. `text` is all of it where no link hides behind words."""

    blocks: tuple[Block, ...]
    images: tuple[Image, ...]
    line: int
    text: str | None


class Flow(NamedTuple):
    """A Markdown text, read. There is always at least one section."""

    sections: tuple[Section, ...]
    losses: tuple[Lost, ...] = ()


def section(blocks: list[Block], images: list[Image], line: int) -> Section:
    """Close a section: note its whole text where that is the same for every platform."""
    texts: list[str] = []
    for block in blocks:
        texts.append(block.before)
        for piece in block.pieces:
            if not isinstance(piece, str):
                return Section(tuple(blocks), tuple(images), line, None)
            texts.append(piece)
    return Section(tuple(blocks), tuple(images), line, "".join(texts))


def merged(sections: Sequence[Section]) -> Section:
    """All sections as one, a blank line between them: for platforms without threads."""
    blocks: list[Block] = []
    images: list[Image] = []
    for one in sections:
        first = one.blocks[:1]
        blocks.extend(block._replace(before="\n\n" if blocks else "") for block in first)
        blocks.extend(one.blocks[1:])
        images.extend(one.images)
    return section(blocks, images, sections[0].line)
