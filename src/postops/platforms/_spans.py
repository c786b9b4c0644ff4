"""From positions in code points, as the text functions give them, to facets in UTF-8 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.model import Facet

if TYPE_CHECKING:
    from collections.abc import Sequence

    Span = tuple[int, int, str]


def byte_facets(
    text: str, links: Sequence[Span], mentions: Sequence[Span], tags: Sequence[Span]
) -> list[Facet]:
    """Facets in order of the text. Spans are start, end (code points) and value."""
    found = [Facet("link", *span) for span in links]
    found += [Facet("mention", *span) for span in mentions]
    found += [Facet("tag", *span) for span in tags]
    facets: list[Facet] = []
    at = size = 0
    for kind, start, end, value in sorted(found, key=lambda one: one.start):
        # Walks the text once: spans come in order and do not overlap.
        size += _bytes(text[at:start])
        after = size + _bytes(text[start:end])
        facets.append(Facet(kind, size, after, value))
        at, size = end, after
    return facets


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
