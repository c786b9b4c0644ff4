"""Positions in code points become positions in bytes."""

from __future__ import annotations

from postops.platforms._spans import byte_facets


def test_facets_are_in_bytes_and_in_order() -> None:
    text = "🚀 @ünï #tàg https://example.org"
    facets = byte_facets(
        text,
        links=[(12, 31, "https://example.org")],
        mentions=[(2, 6, "ünï")],
        tags=[(7, 11, "tàg")],
    )
    assert [facet.type for facet in facets] == ["mention", "tag", "link"]
    shown = [text.encode()[facet.start : facet.end].decode() for facet in facets]
    assert shown == ["@ünï", "#tàg", "https://example.org"]


def test_plain_text_has_none() -> None:
    assert byte_facets("nothing", [], [], []) == []
