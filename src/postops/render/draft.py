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
    """The text of a section. `whole` are the stretches that links take: never to be cut.

    `offsets` are where the section's runs begin. All in code points.
    """

    section: Section
    text: str
    offsets: tuple[int, ...]
    anchors: tuple[Anchor, ...] = ()
    whole: tuple[tuple[int, int], ...] = ()

    def lines(self, cuts: Sequence[Cut]) -> list[int]:
        """The lines of the source (from 0) the cuts begin in."""
        if len(cuts) == 1:
            return [self.section.line]
        starts = [(self.offsets[run] + at, line) for run, at, line in self.section.marks]
        lines: list[int] = []
        for cut in cuts:
            at, line = starts[max(0, bisect_left(starts, (cut.start + 1, 0)) - 1)]
            lines.append(line + self.text.count("\n", at, cut.start))
        return lines

    def cut(self, start: int, end: int) -> list[Anchor]:
        """The anchors of a stretch, counted from its beginning."""
        first = bisect_left(self.anchors, (start,))
        beyond = bisect_left(self.anchors, (end,), first)
        return [Anchor(a.start - start, a.end - start, a.url) for a in self.anchors[first:beyond]]


def draft(section: Section, rich: bool, tagging: Tagging, own: str | None) -> Draft:
    """Set a section. `rich`: links may hide behind words; `own` is the post's `link`, untagged."""
    texts: list[str] = []
    offsets: list[int] = []
    anchors: list[Anchor] = []
    at = 0
    for run in section.runs:
        if isinstance(run, str):
            shown = run if rich else tag_bare(run, tagging, own)
        else:
            url = tagging.body(run.url, own)
            shown = run.words if rich else spelled(run, url)
            anchors.append(Anchor(at, at + len(shown), url))
        texts.append(shown)
        offsets.append(at)
        at += len(shown)
    whole = tuple([(anchor.start, anchor.end) for anchor in anchors])
    return Draft(section, "".join(texts), tuple(offsets), tuple(anchors) if rich else (), whole)


def spelled(link: Words, url: str) -> str:
    """A link where nothing can hide: "words (url)", or only the URL where they say the same."""
    return url if bare(link.words) == bare(link.url) else f"{link.words} ({url})"


def bare(url: str) -> str:
    """What people write of a URL: without scheme, `www.` and a last slash."""
    _, found, rest = url.strip().partition("://")
    return (rest if found else url.strip()).removeprefix("www.").rstrip("/")


def holds(sections: Sequence[Section], url: str) -> bool:
    """Whether the body shows this link already."""
    return any(
        _stands_in(url, run) if isinstance(run, str) else bare(run.url) == bare(url)
        for section in sections
        for run in section.runs
    )


def _stands_in(url: str, text: str) -> bool:
    at = text.find(url)
    while at >= 0:
        after = text[at + len(url) : at + len(url) + 2].rstrip(".,;:!?)/'\"")
        if not after or after[0].isspace() or not (after[0].isalnum() or after[0] in "/-_?#&=%.~"):
            return True
        at = text.find(url, at + 1)
    return False
