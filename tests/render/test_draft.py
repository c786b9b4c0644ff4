"""A section as a platform shows it."""

from __future__ import annotations

import pytest

from postops.render.draft import Anchor, Cut, bare, draft, spelled
from postops.render.flow import Words
from postops.render.parsed import read_text
from postops.render.utm import UNTAGGED, Tagging

BODY = "One [link](https://e.org/a) and\n\n[https://e.org/b](https://e.org/b/)\n\nlast"


def test_links_hide_behind_words_where_they_may():
    (section,) = read_text(BODY).sections
    rich = draft(section, True, UNTAGGED, None)
    assert rich.text == "One link and\n\nhttps://e.org/b\n\nlast"
    assert rich.anchors == (Anchor(4, 8, "https://e.org/a"), Anchor(14, 29, "https://e.org/b/"))
    assert rich.whole == ((4, 8), (14, 29))


def test_elsewhere_they_follow_the_words_and_stay_whole():
    (section,) = read_text(BODY).sections
    plain = draft(section, False, UNTAGGED, None)
    assert plain.text == "One link (https://e.org/a) and\n\nhttps://e.org/b/\n\nlast"
    assert plain.anchors == ()
    assert [plain.text[a:b] for a, b in plain.whole] == [
        "link (https://e.org/a)",
        "https://e.org/b/",
    ]


def test_lines_are_known_however_long_the_links_became():
    (section,) = read_text("\n" + BODY).sections
    one = draft(section, False, Tagging((("utm_source", "s"),), frozenset({"e.org"})), None)
    starts = [0, one.text.index("and"), one.text.index("https://e.org/b"), one.text.index("last")]
    assert one.lines([Cut(at, at, "") for at in starts]) == [1, 1, 3, 5]


def test_a_cut_counts_its_anchors_anew():
    (section,) = read_text(BODY).sections
    one = draft(section, True, UNTAGGED, None)
    assert one.cut(14, 29) == [Anchor(0, 15, "https://e.org/b/")]
    assert one.cut(8, 14) == []


@pytest.mark.parametrize(
    ("words", "url", "expected"),
    [
        ("example.org", "https://www.example.org/", "https://www.example.org/"),
        ("https://example.org", "https://example.org/", "https://example.org/"),
        ("docs", "https://example.org", "docs (https://example.org)"),
        ("example.com", "https://example.org", "example.com (https://example.org)"),
    ],
)
def test_a_url_is_not_said_twice(words, url, expected):
    assert spelled(Words(words, url), url) == expected


def test_what_people_write_of_a_url():
    assert bare(" HTTPS://www.example.org/a/ ".lower()) == "example.org/a"
