from __future__ import annotations

import pytest

from postops.sandbox.x.weight import is_valid, weighted_length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello world", 11),
        ("Launch day! 🚀", 14),
        ("team 👩‍💻👨‍🚀", 9),
        ("👍🏽", 2),
        ("🇫🇷", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("Read https://example.com/a/very/long/path?with=query#frag now", 32),
        ("visit example.com today", 35),
        ("README.md", 23),
        ("https://foo.notatld/x", 21),
        ("see (https://example.com/foo_(bar)).", 30),
        ("mail me@example.com", 19),
        ("https://a.co https://example.org/x", 47),
        ("今日は晴れです", 14),
        ("안녕", 4),
        ("مرحبا", 5),
        ("ＡＢＣ", 6),
        ("cafe\u0301", 4),
        ("café déjà vu — “quotes” …", 26),
        ("a\u200bb", 3),
        ("™", 2),
        ("©", 1),
        ("…", 2),
        ("#日本 #tag", 10),
        ("a" * 280, 280),
        ("漢" * 141, 282),
        ("", 0),
    ],
)
def test_published_figures(text, expected):
    assert weighted_length(text) == expected


def test_the_bounds():
    assert is_valid("a" * 280, 280)
    assert not is_valid("a" * 281, 280)
    assert not is_valid("", 280)
    assert not is_valid("a\uffff", 280)
