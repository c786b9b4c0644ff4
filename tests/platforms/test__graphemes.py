"""Characters as people see them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.platforms import _graphemes
from tests.platforms.oracles import golden
from tests.rigs.stuck import not_stuck


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello", 5),
        ("a\r\nb", 3),
        ("\r\n\r\n", 2),
        ("\n\r", 2),
        ("e\u0301", 1),
        ("नमस्ते", 3),
        ("👩‍💻👨‍🚀", 2),
        ("👨‍👩‍👧‍👦", 1),
        ("🇫🇷🇩🇪", 2),
        ("🇫🇷🇩", 2),
        ("🇫\u0301🇷", 2),
        ("🇫🇷\u200d🚀", 2),
        ("\u0600🇫🇷🇩🇪", 2),
        ("#️⃣", 1),
        ("각", 1),
        ("क\u094dक", 1),
        ("a\u094dक", 2),
        ("🇫🇷\u094dक", 2),
        ("\u0600क", 1),
        ("é\r\n", 2),
    ],
)
def test_count(text: str, count: int) -> None:
    assert _graphemes.count(text) == count
    assert len(_graphemes.split(text)) == count


@given(st.text(st.sampled_from("a\r\né\u0301🇫🇷👩\u200d💻🏽\ufe0fनक\u0600"), max_size=30))
def test_the_clusters_are_those_of_the_library_and_make_up_the_text(text: str) -> None:
    import regex

    assert _graphemes.split(text) == regex.findall(r"\X", text)
    assert "".join(_graphemes.split(text)) == text
    assert _graphemes.count(text) == len(_graphemes.split(text))


def test_golden() -> None:
    for case in golden("bluesky"):
        assert _graphemes.count(case["text"]) == case["graphemes"], case["text"]


def test_a_long_run_of_flags_is_counted_quickly() -> None:
    with not_stuck(30):
        assert _graphemes.count("🇦" * 50_001) == 25_001
