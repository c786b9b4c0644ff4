from __future__ import annotations

import pytest

from postops.sandbox.links import find_links
from tests.rigs.stuck import not_stuck


def urls(text):
    return [link.url for link in find_links(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/a?b=c#d.", ["https://example.com/a?b=c#d"]),
        ("(example.com)", ["example.com"]),
        (
            "see https://en.wikipedia.org/wiki/Foo_(bar) ok",
            ["https://en.wikipedia.org/wiki/Foo_(bar)"],
        ),
        ("README.md, a.b", ["README.md"]),
        ("v1.2 and 3.14 and e.g. this", []),
        ("me@example.com", []),
        ("@example.com #example.com $example.com", []),
        ("ahttps://example.com", []),
        ("https://münchen.de/straße", ["https://münchen.de/straße"]),
        ("HTTPS://EXAMPLE.COM", ["HTTPS://EXAMPLE.COM"]),
        ("https://a.co,https://b.co", ["https://a.co", "https://b.co"]),
        ("http://localhost:80/x", []),
        ("https://example.com:8080/x", ["https://example.com:8080/x"]),
        ("-example.com", []),
        ("https://xn--mnchen-3ya.xn--p1ai/", ["https://xn--mnchen-3ya.xn--p1ai/"]),
        ("https://blog.google/ and re:post.aws", ["https://blog.google/", "post.aws"]),
        ("https://пример.рф/x", ["https://пример.рф/x"]),
        ("https://中国.中国です", ["https://中国.中国"]),
        ("https://example.comです", ["https://example.com"]),
        ("https://example.com.notatld/x", ["https://example.com"]),
        ("https://example.community+1 a.com-b", []),
        ("https://www_1.example.com", ["https://www_1.example.com"]),
        ("https://my_example.com my_example.com", []),
        ("日本example.com", ["example.com"]),
        ("this.https://example.com/x", ["https://example.com/x"]),
        ("https://foo.https://example.com", ["https://example.com"]),
    ],
)
def test_what_is_a_link(text, expected):
    assert urls(text) == expected


def test_positions():
    (link,) = find_links("🚀 example.com!")
    assert (link.start, link.end) == (2, 13)


@pytest.mark.parametrize(
    "text",
    [
        "a." * 20_000,
        "https://" + "a." * 20_000,
        "https://" + "あ.い" * 20_000,
        "https://a.xn--" + "b.xn--" * 20_000,
        "https://a.com/" + "(" * 5_000,
        "https://a.com/(" * 5_000,
        "https://a.com?((" * 5_000,
        "https://" * 20_000,
        "a." * 20_000 + "://",
        "a.https://" * 10_000,
        "a-" * 20_000,
        "x" * 50_000,
    ],
)
def test_hostile_text_is_quick(text):
    with not_stuck():
        urls(text)
