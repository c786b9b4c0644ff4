"""What Markdown comes down to before any platform is asked: sections of blocks of pieces.

A `Flow` is the same for every account, so a post is parsed once however many accounts it goes to.
Lines and columns count from 0 here, in the Markdown text itself; `message.py` turns them to spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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


class Mark(NamedTuple):
    """A block begins: `offset` code points into a run of its section, from a line of the source."""

    run: int
    offset: int
    line: int


class Section(NamedTuple):
    """What stands between two thread breaks: runs of text between links, as few as can be."""

    runs: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    images: tuple[Image, ...]
    line: int


class Flow(NamedTuple):
    """A Markdown text, read. There is always at least one section."""

    sections: tuple[Section, ...]
    losses: tuple[Lost, ...] = ()


def section(blocks: list[Block], images: Iterable[Image], line: int) -> Section:
    """Close a section: join its blocks, so that no platform has to."""
    runs: list[Piece] = []
    marks: list[Mark] = []
    texts: list[str] = []
    size = 0
    for block in blocks:
        texts.append(block.before)
        size += len(block.before)
        marks.append(Mark(len(runs), size, block.line))
        for piece in block.pieces:
            if isinstance(piece, str):
                texts.append(piece)
                size += len(piece)
                continue
            if size:
                runs.append("".join(texts))
            runs.append(piece)
            texts, size = [], 0
    if size:
        runs.append("".join(texts))
    return Section(tuple(runs), tuple(marks), tuple(images), line)


def merged(sections: Sequence[Section]) -> Section:
    """All sections as one, a blank line between them: for platforms without threads."""
    blocks: list[Block] = []
    for one in sections:
        if one.runs:
            blocks.append(Block("\n\n" if blocks else "", one.runs, one.line))
    return section(blocks, [i for one in sections for i in one.images], sections[0].line)
