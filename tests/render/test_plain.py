"""The short way gives what the parser gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postops.render.markdown import read_markdown
from postops.render.parsed import read_text
from postops.render.plain import is_plain, read_plain

PLAIN = [
    "",
    "\n\n",
    "one line",
    "two\nlines  \nand\n\n\n\na paragraph",
    "#hashtag first, not a heading\n##two",
    "snake_case, https://example.org/a_b?x=1&y=2 - and @who@example.org: 100 % > 5!",
    "2026 was good. 3.5 too\n1.5 million",
    " \n  \nindented a little\n   more",
    "no-break\u00a0\n\u00a0\nspaces",
    "AT&T & friends",
    "今日は。\n\nまた明日",
]
MARKED = [
    "*a*", "a_ b_", "[x]", "# Heading", "- entry", "3. entry", "    code", "> quote", "a\n---\nb",
    "a\n===", "<b>", "&amp;", "a\\*", "`x`", "~~~\nx\n~~~", "a | b", "tab\t", "#\nx", "1)\nx",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_texts_without_markdown_take_the_short_way(text):
    assert is_plain(text)
    assert read_plain(text) == read_markdown(text)


@pytest.mark.parametrize("text", MARKED)
def test_texts_with_markdown_do_not(text):
    assert not is_plain(text)


ALPHABET = st.sampled_from(
    [*list("ab1 2.)\n\n  #-_:/@!&;>=+~\xa0\u3000é。🎉,("), "http://", "  \n"]
)


@given(st.lists(ALPHABET, max_size=25).map("".join))
@example("a\n \u3000\nb")
@settings(max_examples=600, deadline=None)
def test_both_ways_agree_on_any_text(text):
    if is_plain(text):
        assert read_plain(text) == read_markdown(text)
    assert read_text(text) == read_markdown(text)
