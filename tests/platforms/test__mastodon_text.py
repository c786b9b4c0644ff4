"""Mastodon's counting, mentions and hashtags."""

from __future__ import annotations

import pytest

from postops.platforms import _mastodon_text as mastodon
from tests.platforms.oracles import golden, hostile
from tests.rigs.stuck import not_stuck


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("hello", 5),
        ("see https://example.com/a/very/long/path?x=1 now", 31),
        ("example.com", 11),
        ("thanks @alice@social.example!", 14),
        ("@bob hi", 7),
        ("👩‍💻👨‍🚀", 2),
        ("e\u0301", 1),
        ("今日は", 3),
        ("#gitops", 7),
        ("ahttps://example.com/x", 22),
        ("🏳️‍⚧️" * 500, 500),
        ("a" * 476 + f" http://{'b' * 30}.com/example", 500),
        ("a" * 475 + f" @alice@{'b' * 30}.com", 482),
        ("", 0),
        (" \n\u3000", 0),
        ("\x1f", 1),
    ],
)
def test_length(text: str, count: int) -> None:
    assert mastodon.length(text) == count


def test_the_content_warning_counts_together_with_the_text() -> None:
    assert mastodon.length("text", "spoilers") == 12
    assert mastodon.length("a" * 50, "b" * 55) == 105
    assert mastodon.length("", "b") == 1
    assert mastodon.length("\u0301x", "e") == 2
    assert mastodon.length("x", "https://example.com/long") == 25


def test_an_instance_may_reserve_another_number_for_a_url() -> None:
    assert mastodon.length("https://example.com/long/path x", url_length=10) == 12


def test_a_mention_inside_a_url_is_part_of_the_url() -> None:
    assert mastodon.length("https://example.com/x(@bob@example.org)") == 23


def test_golden() -> None:
    cases = golden("mastodon")
    assert len(cases) >= 300
    for case in cases:
        text = case["text"]
        assert mastodon.length(text) == case["length"], text
        assert [list(span) for span in mastodon.find_mentions(text)] == case["mentions"], text
        assert [list(span) for span in mastodon.find_hashtags(text)] == case["hashtags"], text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("none", []),
        ("@bob, @a.b-c. x@y.com /@z =@w", ["bob", "a.b-c"]),
        ("@bob@social.example @bob@例え.jp", ["bob@social.example", "bob@例え.jp"]),
        ("é@bob (@bob)", ["bob"]),
        ("@bob@ @bobé @bob://", []),
        (f"@bob@{'d' * 253} @bob@{'d' * 254}", [f"bob@{'d' * 253}"]),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    found = mastodon.find_mentions(text)
    assert [name for _, _, name in found] == names
    assert [text[start:end] for start, end, _ in found] == [f"@{name}" for name in names]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("none", []),
        ("#a #1 #1a #_ ＃全角 x#y (#z)", ["a", "1a", "全角"]),
        ("#a·b #a· #1·2 #·a #タグ・語 #1_2", ["a·b", "a", "1·2", "タグ・語", "1_2"]),
        ("#a-b #a.b #a#b", ["a", "a", "a"]),
        ("#xhttps://a.co #https://a.co", ["x", "https"]),
    ],
)
def test_hashtags(text: str, names: list[str]) -> None:
    assert [name for _, _, name in mastodon.find_hashtags(text)] == names


@pytest.mark.parametrize(("name", "text"), hostile().items())
def test_hostile_text_takes_linear_time(name: str, text: str) -> None:
    with not_stuck(30):
        mastodon.length(text)
        mastodon.find_hashtags(text)
