"""The URLs a Mastodon server sees."""

from __future__ import annotations

import pytest

from postops.platforms._mastodon_urls import find_urls
from tests.platforms.oracles import golden


def test_golden() -> None:
    for case in golden("mastodon"):
        assert [list(url) for url in find_urls(case["text"])] == case["urls"], case["text"]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("example.com/x", []),
        ("gemini://example.com IPFS://example.org", ["gemini://example.com", "IPFS://example.org"]),
        ("https://example.com/日本?q=日本.", ["https://example.com/日本?q=日本"]),
        ("https://example.com/a_(b) https://example.com/(日)", None),
        ("日本https://example.com", ["https://example.com"]),
        ("https://例え.com/", ["https://例え.com/"]),
        ("https://a.com\u017f", []),
        ("https://t.co/abc/def", ["https://t.co/abc"]),
        (f"https://t.co/{'a' * 41}", []),
        (f"https://{'a' * 64}.com", []),
        (f"https://é{'a' * 64}.com", []),
        (f"https://é.{'a' * 64}.com", []),
        ("https://ẞ🫠.com", []),
        (f"https://a.co/{'x' * 4096}", []),
    ],
)
def test_find_urls(text: str, urls: list[str] | None) -> None:
    found = [url.url for url in find_urls(text)]
    # The inner set of the last parentheses is narrower than that of the path.
    assert found == (
        ["https://example.com/a_(b)", "https://example.com/"] if urls is None else urls
    )
