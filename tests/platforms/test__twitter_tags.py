"""X's hashtags, mentions and cashtags."""

from __future__ import annotations

import pytest

from postops.platforms import _twitter_tags as tags
from tests.platforms.oracles import golden


def test_golden() -> None:
    for case in golden("twitter"):
        text = case["text"]
        assert [list(tag) for tag in tags.find_hashtags(text)] == case["hashtags"], text
        assert [list(tag) for tag in tags.find_mentions(text)] == case["mentions"], text
        assert [list(tag) for tag in tags.find_cashtags(text)] == case["cashtags"], text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("none", []),
        ("#a #1 #1a #_ ＃全角 x#y &#z", ["a", "1a", "全角"]),
        ("##a #b#c", ["a"]),
        ("#a\ufe0f#b\ufe0f#c", ["c"]),
        ("#️⃣ #⃣", []),
        ("#a://x #ok", ["ok"]),
        ("https://example.com/#frag #ok", ["ok"]),
        ("#a.com", ["a"]),
        ("🚀#go", ["go"]),
    ],
)
def test_hashtags(text: str, names: list[str]) -> None:
    assert [name for _, _, name in tags.find_hashtags(text)] == names


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("none", []),
        ("hi @bob_1, @x/list and RT@y", [(3, 9, "bob_1"), (25, 27, "y")]),
        ("a@b.c @bobé @bob@c @bob://", []),
        ("＠bob", [(0, 4, "bob")]),
    ],
)
def test_mentions(text: str, mentions: list[tuple[int, int, str]]) -> None:
    assert tags.find_mentions(text) == mentions


def test_cashtags() -> None:
    assert tags.find_cashtags("none") == []
    found = tags.find_cashtags("$ABC $BRK.A, $TOOLONGX $1 x$Y $a_b")
    assert [name for _, _, name in found] == ["ABC", "BRK.A", "a_b"]
