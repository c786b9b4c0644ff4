"""The short way for simple front matter gives what the parser gives, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postops.reading import yaml
from postops.reading.simple import read_simple

PIECES = (
    *["word", "Über", "é", "don't", "it's", "e.g.", "(x)", "a, b", "a-b", "a_b", " ", "  ", " - "],
    *["12:30", "10:30:00", "2026-01-01T10:30", "1.5", "017", "0x1f", "1e3", "true", "~", "null"],
    *["https://a.org/b?c=1&d", "a: b", "a:b", "a :b", "::", "/:", ":", " #c", "#", "'q'", '"q"'],
    *[
        "-",
        "?",
        "? a",
        "!x",
        "&a",
        "*a",
        "%",
        "@a",
        "`",
        "|",
        ">",
        "{a: b}",
        "=",
        "+1",
        "---",
        "\t",
    ],
    *["[", "]", ",", ", ", "[]", "<<: ", "\n", "漢", "\u2028", "\u0130"],
)
words = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
lists = st.lists(words, min_size=1, max_size=3).map(lambda items: f"[{', '.join(items)}]")
keys = st.sampled_from(
    ["title", "accounts", "on", "y", "true", "null", "a_b", "A", "x-y", "'k'", ""]
)
lines = st.tuples(keys, st.sampled_from([": ", ":", ":  "]), words | lists).map("".join)
texts = st.lists(lines, max_size=4).map("\n".join)


def parsed(text: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "read_simple", lambda *_: None)
        return yaml.parse(text, "posts/a.md", first_line=3)


def everything(value: Any) -> Any:
    """A value with its type and its marks."""
    if isinstance(value, dict):
        inner = [(key, everything(one)) for key, one in value.items()]
        return inner, value.marks, value.ends, value.value_marks, value.value_ends
    if isinstance(value, list):
        return [everything(one) for one in value], value.marks, value.value_ends
    return type(value), value


@pytest.mark.uncounted
@settings(max_examples=600, deadline=None)
@given(texts, st.sampled_from(["", "\n", "\n\n"]), st.sampled_from(["", "\n"]))
@example("title: a\ntitle: b", "\n", "\n")
def test_what_is_read_the_short_way_is_what_the_parser_reads(
    text: str, before: str, after: str
) -> None:
    whole = before + text + after
    slow = parsed(whole)
    quick = yaml.parse(whole, "posts/a.md", first_line=3)
    assert everything(quick.value) == everything(slow.value)
    assert quick.faults == slow.faults


def test_what_most_front_matter_is_needs_no_parser() -> None:
    text = "\ntitle: Über uns, it's 2.5\nlink: https://a.org/?x=1\npublish_at: 2026-03-01T10:30\n"
    found = read_simple(f"{text}tags: [one, 2, a b]\ndraft: true\nid: 017\n", 1)
    assert found == {
        "title": "Über uns, it's 2.5",
        "link": "https://a.org/?x=1",
        "publish_at": "2026-03-01T10:30",
        "tags": ["one", 2, "a b"],
        "draft": True,
        "id": "017",
    }
    assert found.value_marks["tags"] == (5, 7)
    assert found["tags"].value_ends == {0: (5, 11), 1: (5, 14), 2: (5, 19)}


@pytest.mark.parametrize(
    "line", ["a: 12:30", "a:", "a: [12:30]", "a: 'x'", "a: x # y", " a: b", ""]
)
def test_what_may_mean_something_takes_a_parser(line: str) -> None:
    assert read_simple(line, 1) is None
