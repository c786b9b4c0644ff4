"""Plain texts: `test_quiet` compares with what is rendered; here is what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postops.policy.plain import plain_text
from postops.render.draft import draft
from postops.render.markdown import read_markdown
from postops.render.utm import UNTAGGED


@pytest.mark.parametrize(
    "body",
    [
        *[
            "",
            "*a*",
            "a_",
            "a\n---\nb",
            "# a",
            "a\n1. b",
            "  a",
            "    a",
            "\n\n    a",
            "> a",
            "a &amp; b",
            "`a`",
            "<b>",
        ],
        *["see example.com", "e.g. this", "@a", "#a", "$A", "a|b", "[a](b.md)", "![a](b.png)"],
        *["a\n- b\nc", "- \n", "漢", "e\u0301", "a\u200b", "a\tb", "https://t.co/a", "ftp://a.b/"],
        *[
            "ahttps://a.org",
            "https://a.org!x",
            "[a](https://a.org)s",
            "https://a_b.org",
            "HTTPS://a.org",
        ],
    ],
)
def test_what_is_not_plainly_harmless_is_no_plain_text(body: str) -> None:
    assert plain_text(body) is None


def test_addresses_and_bullets_are_taken_out() -> None:
    found = plain_text("Two:\n\n- one\n- [two](https://a.org/2)\n\n(https://b.org/?c=d).\n")
    assert found is not None
    assert (found.hidden, found.bare) == (("https://a.org/2",), ("https://b.org/?c=d",))
    assert found.shown == "Two:\n\n- one\n- two\n\n(https://b.org/?c=d)."
    assert found.size == len("Two:\n\none\ntwo\n\n(x).") + 2 * 3


def test_what_may_count_twice_is_counted_twice() -> None:
    found = plain_text("Grüße – 🎉")
    assert found is not None
    assert found.size == len("Grüße – 🎉") + 4


MARKS = [
    *" \n-+*_#>=~`|[]()<>&;:!.,?'\"\\019aB\t",
    "\n- ",
    "\n\n",
    "    ",
    "1. ",
    "word ",
    "é",
    "🎉",
]
MARKS += ["https://a.org/b ", "[w](https://a.org/x) ", "---", "===", "\n- x", "b. ", "- y"]
texts = st.lists(st.sampled_from(MARKS) | st.just("word "), max_size=9).map("".join)


@pytest.mark.uncounted
@settings(max_examples=1000, deadline=None)
@given(texts, st.booleans())
def test_markdown_has_nothing_to_say_about_plain_texts(text: str, rich: bool) -> None:
    plain = plain_text(text)
    if plain is None:
        return
    flow = read_markdown(text)
    assert not flow.losses
    (section,) = flow.sections
    assert not section.images
    shown = draft(section, rich, UNTAGGED, None).text
    urls = (*plain.bare, *(() if rich else plain.hidden))
    most = plain.size + sum(len(url) + 3 for url in urls)
    assert 0 < len(shown) + sum(not char.isascii() for char in shown) <= most
