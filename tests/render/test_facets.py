"""Offsets: code points here, UTF-8 bytes there, and nothing that overlaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from postops.model import Facet
from postops.render.draft import Anchor
from postops.render.facets import byte_offsets, facets, stretches
from postops.render.utm import UNTAGGED
from tests.render.fakes import RICH

TEXTS = st.text(alphabet="aé今🎉 \n", min_size=1, max_size=30)


def facet(text: str, start: int, end: int) -> Facet:
    return Facet("link", len(text[:start].encode()), len(text[:end].encode()), "v")


@given(TEXTS, st.lists(st.integers(0, 30), min_size=2, max_size=8, unique=True).map(sorted))
def test_bytes_and_back(text, points):
    points = [point for point in points if point <= len(text)]
    bounds = list(zip(points[::2], points[1::2], strict=False))
    data = text.encode()
    in_bytes = byte_offsets(text, bounds)
    assert [data[a:b].decode() for a, b in in_bytes] == [text[a:b] for a, b in bounds]
    assert stretches(text, [facet(text, a, b) for a, b in bounds], ()) == bounds


def test_stretches_that_overlap_are_one():
    text = "é see https://example.org now"
    assert stretches(text, [facet(text, 6, 25)], [(2, 10), (26, 29)]) == [(2, 25), (26, 29)]


def test_found_facets_give_way_only_where_they_touch_an_explicit_one():
    text = "#é1 #b2 #c3"
    found = facets(text, [Anchor(4, 7, "https://e.org")], RICH, UNTAGGED, None)
    assert found == (
        Facet("tag", 0, 4, "é1"),
        Facet("link", 5, 8, "https://e.org"),
        Facet("tag", 9, 12, "c3"),
    )
