"""X's links: positions, odd domains and lengths."""

from __future__ import annotations

import pytest

from postops.platforms._twitter_urls import find_urls
from tests.platforms.oracles import golden


def test_golden() -> None:
    for case in golden("twitter"):
        text = case["text"]
        assert [list(url) for url in find_urls(text)] == case["urls"], text
        schemed = find_urls(text, scheme_required=True)
        assert [list(url) for url in schemed] == case["schemed"], text


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("no dot", []),
        ("a dot. And no name", []),
        ("example.com.", [(0, 11, "example.com")]),
        ("🚀 example.com/x🚀", [(2, 15, "example.com/x")]),
        ("日本example.com", [(2, 13, "example.com")]),
        ("a_b.com and -x.com", []),
        ("a_b.example.com", [(2, 15, "b.example.com")]),
        ("http://a_b.example.com", [(0, 22, "http://a_b.example.com")]),
        ("http://a_b.com", []),
        ("com_com.com_com.com", []),
        ("example.com:80/x?y=z.", [(0, 20, "example.com:80/x?y=z")]),
        ("example.com?y=z", [(0, 11, "example.com")]),
        ("xn--80ak6aa92e.com", [(0, 18, "xn--80ak6aa92e.com")]),
        ("http://xn--é.com", [(0, 16, "http://xn--é.com")]),
        ("http://xn--a_é.com/x", []),
        ("http://xn--ж.рф", []),
        ("http://пример.рф/x", [(0, 18, "http://пример.рф/x")]),
        ("http://ПРИМЕР.РФ", [(0, 16, "http://ПРИМЕР.РФ")]),
        ("пример.рф/x", []),
        ("日https://a.co", [(1, 13, "https://a.co")]),
        ("日日https://a.co", [(2, 14, "https://a.co")]),
        ("a.com日a.com/x", [(0, 5, "a.com"), (6, 13, "a.com/x")]),
        ("https://t.co/abc-def", [(0, 16, "https://t.co/abc")]),
        (f"https://t.co/{'a' * 41}", []),
    ],
)
def test_find_urls(text: str, urls: list[tuple[int, int, str]]) -> None:
    assert find_urls(text) == urls


def test_long_labels_and_long_urls_are_not_links() -> None:
    assert find_urls(f"http://{'a' * 63}.com")
    assert not find_urls(f"http://{'a' * 64}.com")
    assert find_urls(f"http://{'é' * 40}.com")
    assert not find_urls(f"http://{'éж' * 30}.com")
    assert not find_urls(f"http://{'é' * 200}.com")
    assert find_urls(f"http://a。{'b' * 50}.com")
    fits = 4096 - 2 * len("http://") - len("a.co/")
    assert find_urls(f"http://a.co/{'x' * fits}")
    assert not find_urls(f"http://a.co/{'x' * (fits + 1)}")


def test_a_scheme_may_be_required() -> None:
    assert find_urls("example.com x", scheme_required=True) == []
    found = find_urls("a: example.com https://example.org", scheme_required=True)
    assert [url.url for url in found] == ["https://example.org"]
