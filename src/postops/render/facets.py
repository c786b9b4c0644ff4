"""Facets of a part: links behind words first, then what the platform finds by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.model import Facet

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        explicit = [_facet(text, anchor) for anchor in anchors]
        found = [f for f in found if not any(f.start < e.end and e.start < f.end for e in explicit)]
        found.extend(explicit)
        found.sort()
        found.sort(key=lambda facet: facet.start)
    return tuple(found)


def _facet(text: str, anchor: Anchor) -> Facet:
    start = size(text[: anchor.start])
    return Facet("link", start, start + size(text[anchor.start : anchor.end]), anchor.url)


def size(text: str) -> int:
    """Length in UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def code_points(text: str, found: Sequence[Facet]) -> list[tuple[int, int]]:
    """The stretches of facets in code points: where a text must not be cut."""
    if text.isascii():
        return [(f.start, f.end) for f in found]
    data = text.encode("utf-8", "surrogatepass")
    stretches: list[tuple[int, int]] = []
    at = chars = 0
    for facet in sorted(found, key=lambda f: f.start):
        chars += len(data[at : facet.start].decode("utf-8", "surrogatepass"))
        length = len(data[facet.start : facet.end].decode("utf-8", "surrogatepass"))
        stretches.append((chars, chars + length))
        at, chars = facet.end, chars + length
    return stretches
