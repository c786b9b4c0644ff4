"""Campaign parameters: where they go, and what they never touch."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.config import Utm
from postops.diagnostics import Span
from postops.model import Campaign, Link
from postops.render import render
from postops.render.utm import add, host, tagging_for, trimmed
from tests.render.fakes import CARD, PLAIN, RICH, account, config, post

PAIRS = (("utm_source", "x"), ("utm_medium", "a b&c"))
UTM = Utm("{platform}", "social", "{campaign}", frozenset({"example.org"}))
SPAN = Span("posts/a/post.md")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org", "https://e.org?utm_source=x&utm_medium=a%20b%26c"),
        ("https://e.org/p/", "https://e.org/p/?utm_source=x&utm_medium=a%20b%26c"),
        ("https://e.org/?a=1&b=%20;", "https://e.org/?a=1&b=%20;&utm_source=x&utm_medium=a%20b%26c"),
        ("https://e.org/?#top?x", "https://e.org/?utm_source=x&utm_medium=a%20b%26c#top?x"),
        ("https://e.org/?a&#t", "https://e.org/?a&utm_source=x&utm_medium=a%20b%26c#t"),
        ("https://e.org/?utm_source=mine", "https://e.org/?utm_source=mine&utm_medium=a%20b%26c"),
        ("https://e.org/?UTM_Source=&utm%5Fmedium=", "https://e.org/?UTM_Source=&utm%5Fmedium="),
        ("https://bücher.example/ü?q=ü", "https://bücher.example/ü?q=ü&utm_source=x&utm_medium=a%20b%26c"),
        ("mailto:a@e.org", "mailto:a@e.org"),
        ("not a url", "not a url"),
    ],
)  # fmt: skip
def test_added_before_the_fragment_and_never_twice(url, expected):
    assert add(url, PAIRS) == expected
    assert add(expected, PAIRS) == expected


@given(st.text(max_size=40))
def test_all_of_the_url_stays(rest):
    url = "https://e.org/" + rest
    tagged = add(url, PAIRS)
    path, mark, fragment = url.partition("#")
    assert tagged.startswith(path.rstrip("&"))
    assert tagged.endswith(mark + fragment)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://E.org:8443/x", "e.org"),
        ("http://user:pw@e.org", "e.org"),
        ("https://e.org?x@y", "e.org"),
        ("e.org", ""),
    ],
)
def test_host(url, expected):
    assert host(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.org/a).", "https://e.org/a"),
        ("https://e.org/a_(b)),", "https://e.org/a_(b)"),
        ("https://e.org/。", "https://e.org/"),
        ("https://e.org/x_", "https://e.org/x_"),
    ],
)
def test_punctuation_after_a_url_is_not_the_urls(url, expected):
    assert trimmed(url) == expected


def test_templates_are_filled_and_empty_ones_left_out():
    values = {"platform": "x", "account": "a-1", "campaign": "", "post": "2026/launch"}
    found = tagging_for(
        {
            "source": "{platform}-{account}",
            "campaign": "{campaign}",
            "medium": None,
            "content": "{post}",
        },
        ["E.org"],
        values,
    )
    assert found.pairs == (("utm_source", "x-a-1"), ("utm_content", "2026/launch"))
    assert found.own("https://e.org") == "https://e.org?utm_source=x-a-1&utm_content=2026%2Flaunch"


TAGGED = "?utm_source=plain&utm_medium=social"


def test_without_utm_nothing_is_added():
    body = "[a](https://example.org/a) https://example.org/b"
    (part,) = render(post(body), account(), config(), PLAIN).parts
    assert part.text == "a (https://example.org/a) https://example.org/b"


def test_links_of_listed_hosts_are_tagged_where_they_show():
    body = "[a](https://example.org/a), https://example.org/b. https://other.org/ <https://EXAMPLE.org/c#d>"
    (part,) = render(post(body), account(), config(UTM), PLAIN).parts
    assert part.text == (
        f"a (https://example.org/a{TAGGED}), https://example.org/b{TAGGED}. https://other.org/ "
        f"https://EXAMPLE.org/c{TAGGED}#d"
    )


def test_behind_words_only_the_target_is_tagged():
    body = "[a](https://example.org/a), https://example.org/b https://other.org/"
    (part,) = render(post(body), account(on="rich"), config(UTM), RICH).parts
    assert part.text == "a, https://example.org/b https://other.org/"
    assert [f.value for f in part.facets] == [
        "https://example.org/a?utm_source=rich&utm_medium=social",
        "https://example.org/b?utm_source=rich&utm_medium=social",
        "https://other.org/",
    ]


def test_the_posts_link_is_tagged_in_card_paragraph_and_body():
    link = Link("https://other.org/x", SPAN)
    card = render(post("Hi", link=link), account(on="card"), config(UTM), CARD).card
    assert card is not None
    assert card.url == "https://other.org/x?utm_source=card&utm_medium=social"
    (part,) = render(post("Hi", link=link), account(), config(UTM), PLAIN).parts
    assert part.text == f"Hi\n\nhttps://other.org/x{TAGGED}"
    (part,) = render(
        post("See https://other.org/x", link=link), account(), config(UTM), PLAIN
    ).parts
    assert part.text == f"See https://other.org/x{TAGGED}"
    (part,) = render(post("Hi", link=link), account(on="rich"), config(UTM), RICH).parts
    assert part.text == "Hi\n\nhttps://other.org/x"
    assert part.facets[0].value == "https://other.org/x?utm_source=rich&utm_medium=social"


def test_the_campaign_names_itself_and_has_the_last_word():
    spring = Campaign("spring", "campaigns/spring.md", "0", None, "", starts=date(2026, 1, 1),
                      utm={"utm_medium": "owned", "term": "{account}"})  # fmt: skip
    link = Link("https://e.org", SPAN)
    (part,) = render(post("", link=link), account(), config(UTM), PLAIN, campaign=spring).parts
    assert part.text == (
        "https://e.org?utm_source=plain&utm_medium=owned&utm_campaign=spring&utm_term=acme"
    )
