"""Markers go, words stay: what one line of Markdown comes to."""

from __future__ import annotations

import pytest

from postops.render.flow import Image, Lost, Words
from postops.render.grammar import parser
from postops.render.inline import Line


def line(text: str) -> Line:
    """A line, read. `pieces` are set on it."""
    [token] = [t for t in parser().parse(text) if t.type == "inline"]
    one = Line(0, text.split("\n"), [], [], set())
    one.pieces = one.read(token.children or [])  # type: ignore[attr-defined]
    return one


def pieces(text: str) -> list[object]:
    return line(text).pieces  # type: ignore[attr-defined]


def shown(text: str) -> str:
    return "".join(p if isinstance(p, str) else f"{{{p.words}|{p.url}}}" for p in pieces(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* **c** `d*`", "a b c d*"),
        ("\\*not\\* *x*", "*not* x"),
        ("a &amp; b &copy; *c*", "a & b © c"),
        ("one\ntwo *x*", "one\ntwo x"),
        ("one  \ntwo *x*", "one\ntwo x"),
        ("one<br>two", "one\ntwo"),
        ("one <BR/> two", "one\n two"),
        ("Vec<String> and *x*", "Vec<String> and x"),
        ("<your name> *x*", "<your name> x"),
        ("<u>under</u>", "under"),
        ("a <!-- gone --> b", "a b"),
        ("<!-- gone --> b *x*", "b x"),
        ("a ![x](y.png) b", "a b"),
        ("![x](y.png) b", "b"),
        ("![x](y.png)\nb", "b"),
        ("a\n![x](y.png)\nb", "a\nb"),
    ],
)
def test_words_stay_and_markers_go(text, expected):
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a [b](https://e.org) c", "a {b|https://e.org} c"),
        ("<https://e.org>", "{https://e.org|https://e.org}"),
        ("[ b ](https://e.org)c", " {b|https://e.org} c"),
        ("a[*b* `c`](https://e.org)", "a{b c|https://e.org}"),
        ("[a\nb](https://e.org)", "{a b|https://e.org}"),
        ("[](https://e.org)", "{https://e.org|https://e.org}"),
        ("[mail](mailto:a@e.org)", "mail (a@e.org)"),
        ("<mailto:a@e.org>", "a@e.org"),
        ("[a@e.org](mailto:a@e.org)", "a@e.org"),
        ("[call](tel:+491)", "call (tel:+491)"),
        ("[](tel:+491)", "tel:+491"),
        ("[there](../other.md)", "there"),
        ("[there](#part)", "there"),
    ],
)
def test_only_links_to_the_web_can_hide_behind_words(text, expected):
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "losses"),
    [
        ("a *b* **c**", [Lost("emphasis", 0, 2), Lost("emphasis", 0, 6)]),
        ("*a* b\n*c*", [Lost("emphasis", 0, 0), Lost("emphasis", 1, 0)]),
        ("a <u>b</u>", [Lost("html", 0, 2), Lost("html", 0, 6)]),
        ("a<br>b", []),
        ("[a](https://e.org 'T')", [Lost("link title", 0, 19)]),
        ("x [a](b.md)", [Lost("relative link", 0, 6)]),
        ("[a](tel:+491)", []),
        ("a <!-- b --> *c*", [Lost("emphasis", 0, 13)]),
        ("a <!-- b\nc --> *d*", [Lost("emphasis", 1, 6)]),
    ],
)
def test_what_is_lost_is_told_where_it_stands(text, losses):
    assert line(text).losses == losses


def test_what_stands_nowhere_in_the_source_is_told_at_the_line_itself():
    one = Line(3, ["only one line"], [], [], set())
    assert one.column("x") == 0
    one.line = 0
    assert (one.column("line"), one.seen, one.column("one"), one.seen) == (9, 13, 0, 13)


def test_images_step_out_with_their_words_and_places():
    one = line("a ![The *alt*\ntext](x.png 'T') b ![](<y z.png>)")
    assert one.images[0] == Image("x.png", "The alt text", 0, 2)
    assert [image.path for image in one.images] == ["x.png", "y%20z.png"]


def test_every_destination_is_noted():
    assert line("[a](https://e.org) ![b](c.png) [d](e.md)").urls == {
        "https://e.org",
        "c.png",
        "e.md",
    }


def test_a_line_of_nothing_but_images_and_comments_is_empty():
    assert pieces("![a](b.png) <!-- c -->") == []


def test_a_link_is_a_piece_of_its_own():
    assert pieces("a [b](https://e.org)[c](https://f.org)") == [
        "a ",
        Words("b", "https://e.org"),
        Words("c", "https://f.org"),
    ]
