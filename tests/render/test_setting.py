"""What decides how one message is set."""

from __future__ import annotations

from postops.config import Utm
from postops.diagnostics import Span
from postops.model import Campaign, Link, Override
from postops.reading.marked import MarkedMap
from postops.render.parsed import parse
from postops.render.setting import Setting, tagging
from postops.render.utm import UNTAGGED
from postops.render.wanted import wanted
from tests.render.fakes import PLAIN, RICH, account, config, post

SPAN = Span("posts/a/post.md")
UTM = Utm("{platform}", "social", "{campaign}", frozenset({"e.org"}))


def setting(one, chosen=PLAIN, settings=None):
    acme = account(on=chosen.name)
    asked = wanted(one, acme, None, None)
    return Setting(one, acme, None, chosen, asked, parse(one).body, UNTAGGED, settings)


def campaign(name="spring", **utm):
    return Campaign(name, f"campaigns/{name}.md", "0", None, "", utm=utm)


def test_the_posts_link_is_known_as_written():
    assert setting(post("a", link=Link("https://e.org", SPAN))).own == "https://e.org"
    assert setting(post("a")).own is None


def test_a_warning_counts_where_the_platform_takes_one():
    warned = post("a", content_warning="CW")
    assert setting(warned).warning == "CW"
    assert setting(warned).measure("abc").count == 5
    assert setting(warned, RICH).warning is None
    assert setting(warned, RICH).measure("abc").count == 3
    assert setting(post("a", content_warning="")).warning is None


def test_the_accounts_settings_reach_the_measure():
    class Measured(PLAIN):
        @classmethod
        def text_limit(cls, settings=None):
            return cls.capabilities.text if settings is None else settings

    wide = PLAIN.capabilities.text
    assert setting(post("a"), Measured, settings=wide).measure("a").limit == wide.limit
    assert setting(post("a"), Measured).settings is None


def test_a_place_in_the_body_is_a_place_in_the_file():
    one = post("a")
    assert setting(one).span(3, 4) == Span(one.path, 4, 5)


def test_a_place_in_an_overrides_text_is_the_override():
    front = MarkedMap()
    front["platforms"] = MarkedMap()
    front["platforms"]["plain"] = MarkedMap()
    front["platforms"]["plain"]["text"] = "x"
    front["platforms"]["plain"].marks["text"] = (7, 5)
    front["platforms"].marks["plain"] = (6, 3)
    front.marks["platforms"] = (5, 1)
    one = post("a", overrides={"plain": Override(SPAN, text="x")})._replace(front=front)
    assert setting(one).span(9, 9) == Span(one.path, 7, 5)


def pairs(one, given=None, utm=UTM, name="acme"):
    return dict(tagging(config(utm), given, one, account(name)).pairs)


def test_parameters_are_of_the_platform_the_account_the_campaign_and_the_post():
    utm = Utm("{platform}", "{account}", "{campaign}", frozenset())
    assert pairs(post("a", campaign="spring"), utm=utm) == {
        "utm_source": "plain",
        "utm_medium": "acme",
        "utm_campaign": "spring",
    }
    by_post = Utm(None, None, "{post}", frozenset())
    assert pairs(post("a"), utm=by_post) == {"utm_campaign": "a/post"}


def test_without_a_campaign_its_parameter_is_left_out():
    assert pairs(post("a")) == {"utm_source": "plain", "utm_medium": "social"}


def test_a_campaign_has_the_last_word_with_or_without_the_prefix():
    given = campaign(utm_medium="owned", source="{account}", term="{post}")
    assert pairs(post("a"), given) == {
        "utm_source": "acme",
        "utm_medium": "owned",
        "utm_campaign": "spring",
        "utm_term": "a/post",
    }


def test_posts_that_ask_for_themselves_are_not_mixed_up():
    by_post = Utm(None, None, "{post}", frozenset())
    one, other = post("a"), post("b")._replace(id="b")
    assert pairs(one, utm=by_post) != pairs(other, utm=by_post)
    assert pairs(one, campaign("{post}"), utm=UTM)["utm_campaign"] == "a/post"
    assert pairs(other, campaign("{post}"), utm=UTM)["utm_campaign"] == "b"


def test_without_parameters_nothing_is_tagged():
    none = Utm(None, None, None, frozenset({"e.org"}))
    assert tagging(config(none), None, post("a"), account()) is UNTAGGED
