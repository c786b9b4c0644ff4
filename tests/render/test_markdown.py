"""What no case file shows: nesting, odd blocks, and texts made to hurt a parser."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postops.render.flow import LOSSES, Words, merged
from postops.render.markdown import read_markdown
from postops.render.parsed import read_text


def words(section) -> str:
    return "".join(run if isinstance(run, str) else run.words for run in section.runs)


def text(body: str) -> str:
    return "\n---\n".join(words(section) for section in read_text(body).sections)


def lost(body: str) -> list[str]:
    return [loss.what for loss in read_text(body).losses]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\n---\nb", "a\n---\nb"),
        ("a\n - - -\nb", "a\nb"),
        ("a\n --- \nb", "a\n---\nb"),
        ("Title\n------\nb", "Title\nb"),
        ("a\n\n------\nb", "a\n\nb"),
        ("> a\n> ---\n> b", "> a\n> b"),
        ("- a\n---\nb", "• a\n---\nb"),
        ("> a\n---\nb", "> a\n---\nb"),
        ("| a |\n---\nb", "| a |\n---\nb"),
        ("---\n\n---\n", ""),
        ("- a\n\n  ---\n\n  b", "• a\n\n  b"),
        ("Title\n===\ntext", "Title\ntext"),
        ("*Title*\n===", "Title"),
        ("# A #\n## B", "A\nB"),
        ("#", ""),
        ("-", ""),
        ("- a\n\n\n- b", "• a\n\n• b"),
        ("1. a\n   - b\n\n     c\n2. d", "1. a\n   • b\n\n     c\n2. d"),
        ("7) a\n7) b", "7) a\n8) b"),
        ("> a\n\n> b", "> a\n\n> b"),
        ("> > a\n> > b\n>\n> c", "> > a\n> > b\n>\n> c"),
        ("```\n\n a  \n\n\n\n\nb\n```", " a\n\n\nb"),
        ("text:\n```\ncode\n```\ntext", "text:\ncode\ntext"),
        ("| a | b |\n|--|--|\n|  | d |", "a | b\n | d"),
        ("a\n<!-- x -->\nb", "a\nb"),
        ("a\n\n<!-- x -->\n\nb", "a\n\nb"),
        ("<!-- open\nb", "<!-- open\nb"),
        ("<!-- a --> b", "b"),
        ("a\n\n<!-- x\n\n--> b", "a\n\n<!-- x\n\n--> b"),
        ("a <!-- x\ny --> b", "a b"),
        ("> <!-- open\n\n-->", "> <!-- open\n\n-->"),
        ("x `  code *a* ` y", "x  code *a* y"),
        ("[a\nb](https://example.org)", "a b"),
        ("[ ](https://example.org)", "https://example.org"),
        ("[a](tel:+491) <tel:+492>", "a (tel:+491) tel:+492"),
        ("[x](javascript:alert) y", "[x](javascript:alert) y"),
        ("a![x](y)b", "ab"),
        ("https://a.org/x\\_y_ and __a__", "https://a.org/x_y_ and a"),
        ("_@who_ said @who_", "@who said @who_"),
        ("a:// b http:// ftp://x_y_z", "a:// b http:// ftp://x_y_z"),
        ("me@example.org *x*", "me@example.org x"),
        ("a\\\nb  \nc *d*", "a\nb\nc d"),
        ("a *b*\u00a0 \nc", "a b\nc"),
        ("\0*a*", "\ufffda"),
    ],
)
def test_text(body, expected):
    assert text(body) == expected


def test_link_words_are_one_line_and_never_empty():
    pieces = [
        read_text(b).sections[0].runs for b in ("a[ b\nc ](https://x.org)d", "[](http://x.org)")
    ]
    assert pieces == [
        ("a ", Words("b c", "https://x.org"), " d"),
        (Words("http://x.org", "http://x.org"),),
    ]


def test_a_destination_with_spaces_is_encoded_and_nothing_else_is():
    flow = read_text("[x](<https://x.org/a b/ü_*>)")
    assert flow.sections[0].runs == (Words("x", "https://x.org/a%20b/ü_*"),)


@pytest.mark.parametrize("body", [">" * 60 + " deep", "- " * 60 + "deep"])
def test_what_is_nested_too_deep_is_said_to_be_lost(body):
    assert "nesting" in lost(body) or "deep" in text(body)
    assert lost("> " * 12 + "deep") == []


def test_a_used_reference_is_no_loss():
    assert lost("[a]\n\n[a]: https://example.org") == []
    assert lost("![a]\n\n[a]: a.png") == []
    assert lost("*x*\n\n[Note]: soon") == ["emphasis", "unused link reference"]


def test_what_a_line_of_hyphens_means():
    assert lost("a\n---\nb") == []
    assert lost("a\n----\nb") == ["heading"]
    assert [lost(body) for body in ("----\nb", "a\n\n----", "a\n- - -\nb", "> ---")] == [
        ["rule"]
    ] * 4


def test_lines_and_columns_of_what_stands_in_the_text():
    flow = read_text("a\n*b* ![x](y.png) *c*\n\n<u>d</u>")
    assert [(loss.what, loss.line, loss.column) for loss in flow.losses] == [
        ("emphasis", 1, 0), ("emphasis", 1, 16), ("html", 3, 0), ("html", 3, 4),
    ]  # fmt: skip
    assert [(i.path, i.alt, i.line, i.column) for i in flow.sections[0].images] == [
        ("y.png", "x", 1, 4)
    ]


def test_sections_can_be_one():
    one = merged(read_text("a\n\nb\n---\n![x](y)\n\nc").sections)
    assert (words(one), len(one.images)) == ("a\n\nb\n\nc", 1)


WORD = st.sampled_from(["alpha", "beta", "gamma", "delta2", "Ünï", "日本", "x"])
MARK = st.sampled_from(["*{}*", "**{}**", "_{}_", "`{}`", "[{}](https://e.org)", "{}", "\n- {}", "\n\n{}",
                        "\n> {}", "\n1. {}", "\n# {}\n", "\n\n    {}", "<b>{}</b>", "{}\\", "\n---\n{}"])  # fmt: skip


@given(st.lists(st.tuples(MARK, WORD), max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_word_is_ever_lost(marked):
    flow = read_markdown(" ".join(mark.format(word) for mark, word in marked))
    said = " ".join(words(section) for section in flow.sections)
    at = 0
    for _, word in marked:
        at = said.index(word, at) + len(word)


@given(st.text(alphabet="ab*_`[]()<>!#-=\n >|~&;:@/\\1.\t", max_size=60))
@settings(max_examples=500, deadline=None)
@example(">1\n\\\n1")
def test_any_text_can_be_read(body):
    flow = read_text(body)
    assert flow.sections
    assert all(loss.what in LOSSES for loss in flow.losses)
    for section in flow.sections:
        said = words(section)
        assert said == said.rstrip()
        assert not any(line != line.rstrip() for line in said.split("\n"))


HOSTILE = {
    "stars": "*", "stars apart": "*a **b ", "underscores": "_a ", "brackets": "[", "images": "![",
    "links": "[a](", "quotes": ">", "quotes apart": "> ", "ticks": "`a", "comments": "<!--\n",
    "comments inline": "a <!-- ", "tags": "<a b='", "lists": "- ", "list lines": "- a\n", "pipes": "|a\n",
    "tables": "|a|\n|-|\n", "references": "[a]: b\n", "entities": "&a", "handles": "@a_", "schemes": "http://",
    "addresses": "https://a.org/_ ", "backslashes": "\\", "setext": "a\n=\n", "numbers": "1. ", "hashes": "#a",
    "lists apart": "1. a\n\nx\n\n", "parts": "a\n---\n", "cells": "|a|b|c|d\n|-|-|-|-\n|e|f|g|h\n\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_take_linear_time(name):
    def seconds(size: int) -> float:
        body = HOSTILE[name] * (size // len(HOSTILE[name]))
        began = time.process_time()
        read_markdown(body)
        return time.process_time() - began

    # Four times the text: sixteen times the time would be quadratic. The best of some tries, since
    # the machine may be busy.
    short = min(seconds(4_000) for _ in range(3))
    assert any(seconds(16_000) < 9 * short + 0.03 for _ in range(4))


def test_runs_of_ticks_and_a_closed_comment_far_away():
    began = time.process_time()
    read_markdown(" ".join("`" * n for n in range(1, 440)))
    read_markdown("<!--\n" * 20_000 + "--> x")
    assert time.process_time() - began < 3
