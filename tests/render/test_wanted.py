"""What one account is to get: campaign, post, arm, platform, account, in this order."""

from __future__ import annotations

import pytest

from postops.diagnostics import Span
from postops.model import Campaign, Link, Media, Override, Poll
from postops.reading.marked import MarkedMap
from postops.reading.yaml import parse
from postops.render.wanted import key_span, overrides, plain, wanted
from tests.render.fakes import account, post

SPAN = Span("posts/a/post.md")
CAMPAIGN = Campaign("spring", "campaigns/spring.md", "0", None, "", hashtags=("Spring",))
VALUES = {
    "title": "T",
    "media": (Media("a.png", None, SPAN),),
    "hashtags": ("x",),
    "link": Link("https://e.org", SPAN),
    "language": "de",
    "content_warning": "CW",
    "poll": Poll(("a", "b"), 60, SPAN),
    "thread": "auto",
}


def over(**keys):
    return Override(SPAN, **keys)


@pytest.mark.parametrize("key", VALUES)
def test_every_key_of_an_override_replaces_the_posts_and_nothing_else(key):
    one = post("x", overrides={"acme": over(**{key: VALUES[key]})})
    before = wanted(post("x"), account(), None, None)
    assert wanted(one, account(), None, None) == before._replace(**{key: VALUES[key]})


@pytest.mark.parametrize(("key", "empty"), [("hashtags", ()), ("media", ()), ("title", ""), ("content_warning", "")])  # fmt: skip
def test_an_empty_value_replaces_as_well(key, empty):
    one = post("x", title="T", hashtags=("t",), content_warning="CW", overrides={"plain": over(**{key: empty})})  # fmt: skip
    assert getattr(wanted(one, account(), None, None), key) == empty


def test_the_account_goes_before_the_platform_and_both_before_the_arm():
    one = post(
        "x",
        title="post",
        variants={"a": over(title="arm", language="de", text="arm")},
        overrides={"acme": over(title="account"), "plain": over(title="platform", language="en")},
    )
    found = wanted(one, account(), None, "a")
    assert (found.title, found.language, found.text_of) == ("account", "en", ("variants", "a"))
    assert wanted(one, account("other"), None, "a").title == "platform"
    assert wanted(one, account("other", "rich"), None, "a").title == "arm"
    assert wanted(one, account("other", "rich"), None, None).title == "post"


def test_an_arm_that_is_no_variant_changes_nothing():
    one = post("x", variants={"a": over(title="arm")})
    assert wanted(one, account(), None, "z") == wanted(one, account(), None, None)


def test_an_arm_named_like_an_account_is_only_an_arm():
    one = post("x", variants={"acme": over(title="arm")})
    assert wanted(one, account(), None, None).title is None
    assert overrides(one) == {("variants", "acme"): over(title="arm")}


def test_only_hashtags_add_up_and_only_those_of_campaign_and_post():
    one = post("x", hashtags=("One",))
    assert wanted(one, account(), CAMPAIGN, None).hashtags == ("One", "Spring")
    instead = post("x", hashtags=("One",), overrides={"acme": over(hashtags=("Mine",))})
    assert wanted(instead, account(), CAMPAIGN, None).hashtags == ("Mine",)


def test_options_add_up_by_name():
    one = post(
        "x", overrides={"plain": over(options={"a": 1, "b": 1}), "acme": over(options={"b": 2})}
    )
    assert wanted(one, account(), None, None).options == {"a": 1, "b": 2}


def test_media_that_no_override_speaks_of_are_the_posts_own():
    one = post("x", media=VALUES["media"], overrides={"plain": over(title="T")})
    assert wanted(one, account(), None, None).media is None


def test_plain_values_have_no_marks_left():
    value = parse("a: {b: [1, {c: d}], 7: x}".replace("7", "'7'"), "f.md").value
    found = plain(value)
    assert found == {"a": {"b": [1, {"c": "d"}], "7": "x"}}
    assert (type(found), type(found["a"]), type(found["a"]["b"])) == (dict, dict, list)
    assert plain((1, (2,))) == [1, [2]]


FRONT = """\
title: post
platforms:
  plain: {title: platform}
  acme: {title: account, language: de}
"""


@pytest.mark.parametrize(
    ("key", "name", "on", "place"),
    [
        ("title", "acme", "plain", (4, 10)),
        ("title", "other", "plain", (3, 11)),
        ("title", "other", "rich", (1, 1)),
        ("language", "acme", "plain", (4, 26)),
        ("language", "other", "plain", (1, 1)),
    ],
)
def test_a_value_that_reached_an_account_is_found_where_it_was_written(key, name, on, place):
    front = parse(FRONT, "f.md").value
    assert isinstance(front, MarkedMap)
    one = post(
        "x",
        title="post",
        overrides={"plain": over(title="platform"), "acme": over(title="account", language="de")},
    )._replace(front=front)
    span = key_span(one, account(name, on), None, key)
    assert (span.line, span.column) == place
