from __future__ import annotations

import pytest

from postops.sandbox.mastodon.links import find_links
from tests.rigs.stuck import not_stuck


def urls(text):
    return [link.url for link in find_links(text)]


@pytest.mark.parametrize(
    "url",
    [
        "https://ja.wikipedia.org/wiki/日本の歴史年表一覧",
        "https://example.com/日本?q=日本",
        "https://example.com/a!b'c;d",
        "https://en.wikipedia.org/wiki/Foo_(bar_(baz))",
        "https://example.com/(日本)/x",
        "https://example.com:8080/x?a=b#c",
        "https://例え.jp/",
        "https://blog.google",
        "HTTP://EXAMPLE.COM",
        *(f"{scheme}://example.com" for scheme in "dat dweb ipfs ipns ssb gopher gemini".split()),
    ],
)
def test_whole_links(url):
    assert urls(url) == [url]
    assert urls(f'see ({url}), "{url}".') == [url, url]
    assert urls(f"a{url}") == []
    assert urls(f"é{url}") == [url]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com and http://example.org", ["http://example.org"]),
        ("https://example.com/x。", ["https://example.com/x。"]),
        *(
            (f"https://example.com/x{sign}", ["https://example.com/x"])
            for sign in """!*"'「」;:=,.$%[]~&|@?<>()"""
        ),
        ("https://example.com/a(b", ["https://example.com/a"]),
        ("https://example.com/東京_(曖昧)", ["https://example.com/東京_"]),
        ("https://example.com/x?a=b!?", ["https://example.com/x?a=b"]),
        ("https://example.com?#a?#b", ["https://example.com?#a?#b"]),
        ("example.com/https://example.org", []),
        ("this.https://example.com", ["https://example.com"]),
        ("https://www_1.example.com https://my_example.com", ["https://www_1.example.com"]),
        ("https://example.com.notatld/x", ["https://example.com"]),
        ("https://a..com ftp://example.com xhttps://example.com", []),
        ("https://😀.com https://a。。b.com", []),
        (f"https://{'a' * 63}.com https://{'a' * 64}.com", [f"https://{'a' * 63}.com"]),
        (f"https://{'あ' * 60}.com https://{'あ' * 64}.com", []),
        ("https://example.com/" + "x" * 4077, []),
    ],
)
def test_parts_of_a_text(text, expected):
    assert urls(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a." * 20_000 + "://",
        "あ-" * 50_000,
        "あ" * 50_000,
        "a-" * 20_000,
        "https://" + "あ." * 20_000,
        "https://xn--" + "a-" * 20_000 + ".com",
        "https://a.com/" + "(a(b)" * 10_000,
        "https://a.com/(" * 5_000,
        "https://a.com/" + "!" * 50_000,
        "https://a.com?((" * 5_000,
    ],
)
def test_hostile_text_is_quick(text):
    with not_stuck():
        urls(text)
