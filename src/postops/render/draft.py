"""A section set for one platform: its text, and the links that hide behind words in it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from postops.render.utm import tag_bare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.render.flow import Section, Words
    from postops.render.utm import Tagging


class Anchor(NamedTuple):
    """A link behind words. Offsets in code points, end exclusive."""

    start: int
    end: int
    url: str


class Cut(NamedTuple):
    """One part: a stretch of a draft's text, in code points, and what is put behind it."""

    start: int
    end: int
    suffix: str


class Draft(NamedTuple):
    """The text of a section. `starts` are `(offset, line)` of its blocks.

    `whole` are the stretches, in code points, that links take: never to be cut.
    """

    text: str
    anchors: tuple[Anchor, ...]
    whole: tuple[tuple[int, int], ...]
    starts: tuple[tuple[int, int], ...]

    def line(self, offset: int) -> int:
        """The line of the source (from 0) an offset of the text came from."""
        at, line = self.starts[max(0, bisect_left(self.starts, (offset + 1, 0)) - 1)]
        return line + self.text.count("\n", at, offset)

    def cut(self, start: int, end: int) -> list[Anchor]:
        """The anchors of a stretch, counted from its beginning."""
        first = bisect_left(self.anchors, (start,))
        beyond = bisect_left(self.anchors, (end,), first)
        return [Anchor(a.start - start, a.end - start, a.url) for a in self.anchors[first:beyond]]


def draft(section: Section, rich: bool, tagging: Tagging, own: str | None) -> Draft:
    """Set a section. `rich`: links may hide behind words; `own` is the post's `link`, untagged."""
    if section.text is not None and (rich or not tagging.pairs):
        return Draft(section.text, (), (), _starts(section))
    texts: list[str] = []
    anchors: list[Anchor] = []
    whole: list[tuple[int, int]] = []
    starts: list[tuple[int, int]] = []
    at = 0
    for block in section.blocks:
        starts.append((at + len(block.before), block.line))
        for piece in (block.before, *block.pieces):
            if isinstance(piece, str):
                shown = piece if rich else tag_bare(piece, tagging, own)
            else:
                url = tagging.body(piece.url, own)
                shown = piece.words if rich else spelled(piece, url)
                whole.append((at, at + len(shown)))
                anchors.append(Anchor(at, at + len(shown), url))
            texts.append(shown)
            at += len(shown)
    starts = starts or [(0, section.line)]
    return Draft("".join(texts), tuple(anchors) if rich else (), tuple(whole), tuple(starts))


def _starts(section: Section) -> tuple[tuple[int, int], ...]:
    at = 0
    starts: list[tuple[int, int]] = []
    for block in section.blocks:
        starts.append((at + len(block.before), block.line))
        at += len(block.before) + sum(len(piece) for piece in block.pieces)
    return tuple(starts) or ((0, section.line),)


def spelled(link: Words, url: str) -> str:
    """A link where nothing can hide: "words (url)", or only the URL where they say the same."""
    return url if bare(link.words) == bare(link.url) else f"{link.words} ({url})"


def bare(url: str) -> str:
    """What people write of a URL: without scheme, `www.` and a last slash."""
    _, found, rest = url.strip().partition("://")
    return (rest if found else url.strip()).removeprefix("www.").rstrip("/")


def holds(flow_sections: Sequence[Section], url: str) -> bool:
    """Whether the body shows this link already."""
    for section in flow_sections:
        for block in section.blocks:
            for piece in block.pieces:
                if isinstance(piece, str):
                    if _stands_in(url, piece):
                        return True
                elif bare(piece.url) == bare(url):
                    return True
    return False


def _stands_in(url: str, text: str) -> bool:
    at = text.find(url)
    while at >= 0:
        after = text[at + len(url) : at + len(url) + 2].rstrip(".,;:!?)/'\"")
        if not after or after[0].isspace() or not (after[0].isalnum() or after[0] in "/-_?#&=%.~"):
            return True
        at = text.find(url, at + 1)
    return False
