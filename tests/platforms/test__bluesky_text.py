"""Bluesky's facets: byte positions, the recorded reference, hostile texts."""

from __future__ import annotations

import pytest

from postops.platforms import _bluesky_text, _graphemes
from postops.platforms._bluesky_text import detect_facets
from tests.platforms.oracles import golden, hostile
from tests.rigs.stuck import not_stuck

Facets = list[tuple[str, int, int, str]]


@pytest.mark.parametrize(
    ("text", "graphemes", "size", "facets"),
    [
        (
            "Hi @alice.example.com, see https://postops.dev/docs?x=1.",
            56,
            56,
            [
                ("mention", 3, 21, "alice.example.com"),
                ("link", 27, 55, "https://postops.dev/docs?x=1"),
            ],
        ),
        ("naïve café #gitops", 18, 20, [("tag", 13, 20, "gitops")]),
        (
            "🚀 launch (example.com/path) #v1.2 #1",
            36,
            39,
            [("link", 13, 29, "https://example.com/path"), ("tag", 31, 36, "v1.2")],
        ),
        ("$ABC up", 7, 7, [("tag", 0, 4, "$ABC")]),
        ("ping @bob.test!", 15, 15, [("mention", 5, 14, "bob.test")]),
        ("email a@b.com", 13, 13, []),
        ("日本語 #タグ", 7, 17, [("tag", 10, 17, "タグ")]),
        (
            "see https://en.wikipedia.org/wiki/Foo_(bar) ok",
            46,
            46,
            [("link", 4, 43, "https://en.wikipedia.org/wiki/Foo_(bar)")],
        ),
        ("README.md", 9, 9, [("link", 0, 9, "https://README.md")]),
        ("#️⃣", 1, 7, []),
        ("👩‍💻👨‍🚀", 2, 22, []),
        ("e\u0301", 1, 3, []),
    ],
)
def test_vectors(text: str, graphemes: int, size: int, facets: Facets) -> None:
    assert _graphemes.count(text) == graphemes
    assert len(text.encode()) == size
    assert detect_facets(text) == facets


def test_golden() -> None:
    cases = golden("bluesky")
    assert len(cases) >= 300
    for case in cases:
        found = [list(facet) for facet in detect_facets(case["text"])]
        assert found == case["facets"], case["text"]


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("", []),
        ("##x #a## #$ #!", [("tag", 0, 3, "#x"), ("tag", 4, 6, "a"), ("tag", 9, 11, "$")]),
        (f"#{'x' * 64} #{'x' * 65}", [("tag", 0, 65, "x" * 64)]),
        (f"#{'🚀' * 32} #{'🚀' * 33}", [("tag", 0, 129, "🚀" * 32)]),
        ("é #“” #1” #x”", [("tag", 17, 19, "x")]),
        ("#a\u200bb", [("tag", 0, 2, "a")]),
        ("$abc $TOOLONG (€$) $A’", [("tag", 0, 4, "$ABC"), ("tag", 21, 23, "$A")]),
        ("@.com @bob.COM @a.com-_", [("mention", 0, 5, ".com")]),
        ("HTTP://x.com http://a!", [("link", 13, 21, "http://a")]),
        ("(a.co) a.co).", [("link", 1, 5, "https://a.co"), ("link", 7, 11, "https://a.co")]),
    ],
)
def test_corners(text: str, facets: Facets) -> None:
    assert detect_facets(text) == facets


def test_a_bare_domain_that_begins_with_http_is_a_link_like_any_other() -> None:
    """The reference makes `httpbin.org` itself the uri, and the server refuses that post."""
    assert detect_facets("httpbin.org/get") == [("link", 0, 15, "https://httpbin.org/get")]
    assert detect_facets("http.notatld") == []


@pytest.mark.parametrize("text", ["http://.", "https:///x"])
def test_a_scheme_with_nothing_after_it_is_no_link(text: str) -> None:
    assert detect_facets(text) == []


@pytest.mark.parametrize(("name", "text"), hostile().items())
def test_hostile_text_takes_linear_time(name: str, text: str) -> None:
    with not_stuck(30):
        _bluesky_text.detect_facets(text)
        _graphemes.count(text)
