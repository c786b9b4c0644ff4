"""X's counting, against hand-picked vectors, the recorded reference and hostile texts."""

from __future__ import annotations

import pytest

from postops.platforms import _twitter_text as twitter
from tests.platforms.oracles import golden, hostile
from tests.rigs.stuck import not_stuck


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("hello world", 11),
        ("Launch day! 🚀", 14),
        ("team 👩‍💻👨‍🚀", 9),
        ("👍🏽", 2),
        ("🇫🇷", 2),
        ("1️⃣", 2),
        ("❤️", 2),
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
        ("a" * 281, 281),
        ("漢" * 140, 280),
        ("漢" * 141, 282),
        ("", 0),
    ],
)
def test_weighted_length(text: str, units: int) -> None:
    assert twitter.weighted_length(text) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        # Only `Example.COM` is linked, and the reference steps over the length of that plus path.
        (" 🏳️‍🌈Example.COM🏿\u0301пример.рф/a/.\u200eİorg", 45),
        ("é 🏋🏽‍♂️my-site.dev例子.中国/~user", 32),
    ],
)
def test_a_partly_linked_domain_with_a_path_is_stepped_over_as_the_reference_does(
    text: str, units: int
) -> None:
    assert twitter.weighted_length(text) == units


def test_golden() -> None:
    cases = golden("twitter")
    assert len(cases) >= 300
    for case in cases:
        text = case["text"]
        units = twitter.weighted_length(text)
        assert units == case["weighted"], text
        invalid = twitter.invalid_characters(text)
        assert (0 < units <= 280 and not invalid) == case["valid"], text


def test_invalid_characters_are_located() -> None:
    assert twitter.invalid_characters("plain") == []
    assert twitter.invalid_characters("é\ufeffx\uffff\ufffe🚀") == [1, 3, 4]


def test_the_configuration_is_version_3() -> None:
    assert twitter.CONFIG[:5] == (3, 280, 100, 200, 23)


@pytest.mark.parametrize(("name", "text"), hostile().items())
def test_hostile_text_takes_linear_time(name: str, text: str) -> None:
    with not_stuck(30):
        twitter.weighted_length(text)
        twitter.find_hashtags(text)
        twitter.find_mentions(text)
        twitter.find_cashtags(text)
