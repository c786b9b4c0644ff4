"""Facets of a part: links behind words first, then what the platform finds by itself."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from postops.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from postops.platforms.base import Platform
    from postops.render.draft import Anchor
    from postops.render.utm import Tagging


def facets(
    text: str,
    anchors: Sequence[Anchor],
    platform: type[Platform],
    tagging: Tagging,
    own: str | None,
) -> tuple[Facet, ...]:
    """Sorted, in UTF-8 bytes, never overlapping: what a person linked wins.

    Where links may hide behind words, the URL somebody sees stays clean and only the target of the
    facet is tagged; elsewhere `draft` has put the parameters into the text.
    """
    found = platform.facets(text)
    if platform.capabilities.rich_links and tagging.pairs:
        found = [
            f._replace(value=tagging.body(f.value, own)) if f.type == "link" else f for f in found
        ]
    if anchors:
        bounds = byte_offsets(text, [(anchor.start, anchor.end) for anchor in anchors])
        explicit = [
            Facet("link", start, end, anchor.url)
            for (start, end), anchor in zip(bounds, anchors, strict=True)
        ]
        found = sorted([*explicit, *_apart(found, bounds)], key=_start)
    return tuple(found)


def _start(facet: Facet) -> int:
    return facet.start


def _apart(found: Iterable[Facet], bounds: Sequence[tuple[int, int]]) -> list[Facet]:
    """The found facets that touch none of these stretches."""
    apart: list[Facet] = []
    for facet in found:
        index = bisect_left(bounds, (facet.end, 0)) - 1
        if index < 0 or bounds[index][1] <= facet.start:
            apart.append(facet)
    return apart


def byte_offsets(text: str, bounds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in code points, sorted and apart, as stretches in UTF-8 bytes."""
    if text.isascii():
        return list(bounds)
    offsets: list[tuple[int, int]] = []
    at = size = 0
    for start, end in bounds:
        first = size + len(text[at:start].encode("utf-8", "surrogatepass"))
        size = first + len(text[start:end].encode("utf-8", "surrogatepass"))
        offsets.append((first, size))
        at = end
    return offsets


def stretches(
    text: str, found: Iterable[Facet], whole: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """All stretches that must not be cut, in code points, sorted and apart."""
    bounds = sorted([*whole, *_code_points(text, sorted(found, key=_start))])
    joined: list[tuple[int, int]] = []
    for start, end in bounds:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _code_points(text: str, found: Sequence[Facet]) -> list[tuple[int, int]]:
    if text.isascii():
        return [(facet.start, facet.end) for facet in found]
    data = text.encode("utf-8", "surrogatepass")
    points: list[tuple[int, int]] = []
    at = chars = 0
    for facet in found:
        chars += len(data[at : facet.start].decode("utf-8", "surrogatepass"))
        length = len(data[facet.start : facet.end].decode("utf-8", "surrogatepass"))
        points.append((chars, chars + length))
        at, chars = facet.end, chars + length
    return points
