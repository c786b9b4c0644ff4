"""The rules bent to what posts need, as the parser's own tokens show them."""

from __future__ import annotations

import time

import pytest

from postops.render.grammar import MAX_NESTING, parser


def kinds(text: str) -> list[str]:
    """The blocks of a text, without their closings."""
    return [t.type for t in parser().parse(text) if t.nesting >= 0]


def inline(text: str) -> list[str]:
    """What a paragraph's text comes to: kinds of its pieces, texts as they stand."""
    [token] = [t for t in parser().parse(text) if t.type == "inline"]
    children = token.children or []
    return [t.content if t.type == "text" else t.type for t in children if t.content or t.type != "text"]  # fmt: skip


def test_there_is_one_parser_and_it_is_made_once():
    assert parser() is parser()
    assert parser().options["maxNesting"] == MAX_NESTING


@pytest.mark.parametrize("text", ["a\n---", "a\n---\nb", "| a |\n---", "| a | b |\n---\n"])
def test_hyphens_are_a_rule_and_never_an_underline(text):
    assert "hr" in kinds(text)
    assert {"heading_open", "table_open"}.isdisjoint(kinds(text))


def test_a_table_with_its_own_line_is_a_table():
    assert "table_open" in kinds("| a | b |\n|---|---|\n| 1 | 2 |")
    assert "table_open" in kinds("a | b\n:-|-:\n1 | 2")
    assert "table_open" not in kinds("| a | b |")


@pytest.mark.parametrize(
    "word",
    ["https://e.org/a_b_c", "HTTP://e.org/*x*y", "@some_one_here", "@a_b@c.social", "#tag_one_two"],
)
def test_urls_handles_and_hashtags_are_taken_as_they_stand(word):
    assert "".join(inline(f"see {word} *now*")[:1]) == f"see {word} "
    assert "em_open" in inline(f"see {word} *now*")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("*https://e.org/a*", "https://e.org/a"),
        ("**https://e.org/a_b.**", "https://e.org/a_b."),
        ("_@who_", "@who"),
        ("*#tag*", "#tag"),
        ("_#tag_", "#tag"),
    ],
)
def test_what_stands_around_them_still_counts(text, kept):
    pieces = inline(text)
    assert pieces[0] in ("em_open", "strong_open")
    assert "".join(piece for piece in pieces[1:-1]) == kept


@pytest.mark.parametrize("text", ["a@b_c_ *x*", "a#b_c_ *x*", "ftp://a_b_ *x*", "xs://_a_ *x*"])
def test_they_begin_a_word_or_are_none(text):
    assert "".join(piece for piece in inline(text) if piece not in ("em_open", "em_close")) in (
        text.replace("*", ""),
        text.replace("*", "").replace("_a_", "a"),
    )


def test_an_entity_in_a_url_ends_up_as_what_it_stands_for():
    assert "".join(inline("https://e.org/?a=1&amp;b=2 *x*")).startswith("https://e.org/?a=1")
    assert inline("https://e.org/?a=1&b=2 *x*")[0] == "https://e.org/?a=1&b=2 "


@pytest.mark.parametrize("text", ["<!-- a -->", "<!-- a\n\nb -->", "a\n<!-- b -->\nc", "> <!-- a -->"])  # fmt: skip
def test_a_comment_that_fills_its_lines_is_gone(text):
    tokens = parser().parse(text)
    assert "<!--" not in "".join(token.content for token in tokens)


@pytest.mark.parametrize("text", ["<!-- a", "<!-- a --> b", "<!-- a\n\n--> b", "    <!-- a -->"])
def test_other_comments_stay_where_a_reader_can_see_them(text):
    assert "<!--" in "".join(token.content for token in parser().parse(text))


def test_html_never_swallows_the_markdown_around_it():
    assert kinds("<div>\n# Title\n</div>") == [
        "paragraph_open", "inline", "heading_open", "inline", "paragraph_open", "inline",
    ]  # fmt: skip


def test_destinations_are_kept_as_written():
    [token] = [t for t in parser().parse("[x](<https://e.org/ü a%20b?q=*>)") if t.children]
    assert token.children[0].attrs["href"] == "https://e.org/ü%20a%20b?q=*"


def test_a_paragraph_without_anything_to_parse_is_left_alone():
    [token] = [t for t in parser().parse("plain words, 1 < 2 not.") if t.type == "inline"]
    assert token.children
    [token] = [t for t in parser().parse("plain snake_case words.") if t.type == "inline"]
    assert not token.children


def test_openers_of_comments_without_an_end_are_looked_through_once():
    began = time.process_time()
    parser().parse("<!--\n\n" * 20_000)
    assert time.process_time() - began < 5
