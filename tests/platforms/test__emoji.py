"""One emoji is one, however many code points it has."""

from __future__ import annotations

import pytest

from postops.platforms import _emoji


@pytest.mark.parametrize(
    "text",
    [
        "🚀",
        "👩\u200d💻",
        "👨🏽\u200d🚀",
        "👍🏽",
        "🇫🇷",
        "1️⃣",
        "#⃣",
        "❤️",
        "❤",
        "©️",
        "👨\u200d👩\u200d👧\u200d👦",
        "👩\u200d❤️\u200d💋\u200d👨",
        "👨\u200d❤️\u200d👨",
        "👩\u200d👦",
        "🏳️\u200d🌈",
        "🏴\u200d☠️",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "👁\u200d🗨",
        "🤷🏽\u200d♀️",
        "🏋️\u200d♀️",
        "🧞\u200d♂️",
        "☝🏻",
        "㊗️",
        "🇦",
        "️",
    ],
)
def test_one_emoji(text: str) -> None:
    assert _emoji.find(f"é{text}x") == [(1, 1 + len(text))]


@pytest.mark.parametrize("text", ["", "plain", "#1", "é", "©", "™", "日本", "1\ufe0e"])
def test_no_emoji(text: str) -> None:
    assert _emoji.find(text) == []


def test_text_style_is_no_emoji_and_later_ones_are_found() -> None:
    assert _emoji.find("❤\ufe0e é 1\u20e3 🚀") == [(5, 7), (8, 9)]


@pytest.mark.parametrize(("text", "parts"), [("🧑‍💻", 2), ("🇫🇷🇩🇪", 2), ("🇽🇽", 2), ("🏳️‍⚧️", 2)])
def test_what_the_parser_does_not_know_is_seen_in_parts(text: str, parts: int) -> None:
    assert len(_emoji.find(text)) == parts
