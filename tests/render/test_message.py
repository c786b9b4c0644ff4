"""What is wanted, and where it goes."""

from __future__ import annotations

import pytest

from postops.diagnostics import Span
from postops.model import Campaign, Link, Media, MediaFacts, Override, Poll
from postops.reading.marked import MarkedMap
from postops.render import parse, render
from tests.render.fakes import ALONE, CARD, PLAIN, RICH, SHORT, account, config, platform, post

SPAN = Span("posts/a/post.md")
CAMPAIGN = Campaign("spring", "campaigns/spring.md", "0", None, "", hashtags=("Spring", "two"))


def sent(one, chosen=PLAIN, **keys):
    return render(one, account(on=chosen.name), config(), chosen, **keys)


def text(one, chosen=PLAIN, **keys):
    return [part.text for part in sent(one, chosen, **keys).parts]


def over(**keys):
    return Override(SPAN, **keys)


def test_overrides_narrow_from_campaign_to_account():
    one = post(
        "body",
        hashtags=("One",),
        variants={"b": over(text="arm", hashtags=("arm",))},
        overrides={"plain": over(text="platform"), "acme": over(hashtags=("acct",))},
    )
    assert text(post("body", hashtags=("One", "TWO")), campaign=CAMPAIGN) == [
        "body\n\n#One #TWO #Spring"
    ]
    assert text(one._replace(overrides={}), campaign=CAMPAIGN, arm="b") == ["arm\n\n#arm"]
    assert text(one, campaign=CAMPAIGN, arm="b") == ["platform\n\n#acct"]
    assert text(one, RICH, arm="gone") == ["body\n\n#acct"]


def test_an_account_named_like_its_platform_is_overridden_once():
    one = post("body", overrides={"plain": over(text="x", options={"a": 1})})
    message = render(one, account("plain", "plain"), config(), PLAIN)
    assert (message.parts[0].text, message.options) == ("x", {"a": 1})


def test_the_text_of_an_override_is_markdown_and_says_where_it_stands():
    front = MarkedMap()
    front["platforms"] = MarkedMap()
    front["platforms"]["plain"] = MarkedMap()
    front["platforms"]["plain"]["text"] = "..."
    front["platforms"]["plain"].marks["text"] = (7, 5)
    front["platforms"].marks["plain"] = (6, 3)
    front.marks["platforms"] = (5, 1)
    one = post("*body*", overrides={"plain": over(text="*a*\n---\nb")})._replace(front=front)
    message = sent(one)
    assert [(p.text, p.span.line) for p in message.parts] == [("a", 7), ("b", 7)]
    assert [(loss.what, loss.span) for loss in message.losses] == [
        ("emphasis", Span(one.path, 7, 5))
    ]


def test_parsing_once_gives_the_same():
    one = post(
        "*a* ![b](b.png)", overrides={"rich": over(text="_c_")}, variants={"v": over(text="d")}
    )
    parsed = parse(one)
    for chosen in (PLAIN, RICH, CARD):
        for arm in (None, "v"):
            assert sent(one, chosen, parsed=parsed, arm=arm) == sent(one, chosen, arm=arm)


def test_only_what_a_platform_takes_is_sent_and_the_rest_is_said_to_be_lost():
    one = post("x", title="T", language="en", content_warning="CW", poll=Poll(("a", "b"), 60, SPAN))
    plain, card, rich = sent(one), sent(one, CARD), sent(one, RICH)
    assert (plain.title, plain.language, plain.content_warning) == (None, None, "CW")
    assert (plain.poll, plain.losses) == (one.poll, ())
    assert (card.title, card.language, card.poll) == ("T", "en", None)
    assert [loss.what for loss in card.losses] == ["poll"]
    assert [loss.what for loss in rich.losses] == ["content warning", "poll"]
    assert rich.content_warning is None


def test_a_content_warning_counts_in_every_part():
    one = post("a\n---\nb", content_warning="12345")
    assert [part.measure.count for part in sent(one).parts] == [6, 6]
    tight = platform("tight", limit=12)
    cut = sent(post("one two three four", thread="auto", content_warning="12345"), tight)
    assert [part.text for part in cut.parts] == ["one two", "three", "four"]
    assert all(part.measure.fits for part in cut.parts)


def test_an_override_takes_the_content_warning_away():
    one = post("x", content_warning="CW", overrides={"plain": over(content_warning="")})
    assert sent(one).content_warning is None
    assert sent(one._replace(overrides={"rich": over(content_warning="")}), RICH).losses == ()


def test_without_a_thread_a_long_text_is_one_part_that_does_not_fit():
    (part,) = sent(post("word " * 50), SHORT).parts
    assert not part.measure.fits
    (part,) = sent(
        post("word " * 50, overrides={"acme": over(thread="none")}, thread="auto"), SHORT
    ).parts
    assert not part.measure.fits


def test_a_platform_without_threads_gets_one_part():
    message = sent(post("a\n---\n![x](x.png)\nb", thread="auto", hashtags=("t",)), ALONE)
    assert [part.text for part in message.parts] == ["a\n\nb\n\n#t"]
    assert [m.path for m in message.parts[0].media] == ["x.png"]
    assert [loss.what for loss in message.losses] == ["thread"]


def test_card_gives_way_to_media_on_the_first_part_only():
    link = Link("https://e.org/(x)", SPAN)
    image = Media("a.png", "A", SPAN)
    assert sent(post("x", link=link, media=(image,)), CARD).card is None
    assert text(post("x", link=link, media=(image,)), CARD) == ["x\n\nhttps://e.org/(x)"]
    later = sent(post("x\n---\n![b](b.png)\ny", link=link), CARD)
    assert later.card == link
    assert [part.text for part in later.parts] == ["x", "y"]


@pytest.mark.parametrize("body", ["", "Grüße 🎉"])
def test_the_links_own_paragraph_is_a_whole_facet_where_links_are_rich(body):
    (part,) = sent(post(body, link=Link("https://e.org/(x)", SPAN), hashtags=("t",)), RICH).parts
    data = part.text.encode()
    facets = [(f.type, data[f.start : f.end].decode(), f.value) for f in part.facets]
    assert facets == [("link", "https://e.org/(x)", "https://e.org/(x)"), ("tag", "#t", "t")]


@pytest.mark.parametrize(
    ("body", "held"),
    [
        ("see https://e.org/a.", True),
        ("see https://e.org/a", True),
        ("(https://e.org/a)", True),
        ("[x](https://e.org/a/)", True),
        ("see https://e.org/abc", False),
        ("see https://e.org/a/b", False),
        ("https://e.org/ab https://e.org/a", True),
        ("[https://e.org/a](https://other.org)", False),
    ],
)
def test_a_link_the_body_shows_is_not_repeated(body, held):
    (found,) = text(post(body, link=Link("https://e.org/a", SPAN)))
    assert found.endswith("\n\nhttps://e.org/a") != held


def test_media_come_from_front_matter_then_body_and_are_resolved():
    def resolve(path, span):
        return Media(f"media/{path}", None, span, facts=MediaFacts("image/png", 1, "sha256:x"))

    one = post("![The alt](a.png)\n\nx", media=(Media("f.png", "F", SPAN),))
    media = sent(one, resolve_media=resolve).parts[0].media
    assert [(m.path, m.alt) for m in media] == [("f.png", "F"), ("media/a.png", "The alt")]
    assert media[1].span == media[1].alt_span == Span(one.path, 1, 1)
    assert media[1].facts is not None


def test_an_overrides_media_replace_front_matter_and_body_but_not_its_own_texts():
    one = post("![a](a.png)", media=(Media("f.png", "F", SPAN),))
    none = one._replace(overrides={"plain": over(media=())})
    assert sent(none).parts[0].media == ()
    texted = one._replace(overrides={"plain": over(media=(), text="![b](b.png)")})
    assert [m.path for m in sent(texted).parts[0].media] == ["b.png"]
    only_text = one._replace(overrides={"plain": over(text="hi")})
    assert [m.path for m in sent(only_text).parts[0].media] == ["f.png"]


def test_options_add_up_and_are_plain():
    marked = MarkedMap()
    marked["visibility"] = "public"
    one = post("x", overrides={"plain": over(options=marked), "acme": over(options={"b": 2})})
    options = sent(one).options
    assert options == {"visibility": "public", "b": 2}
    assert type(options) is dict


def test_explicit_links_win_over_what_is_found():
    (part,) = sent(post("a [see https://e.org now](https://f.org) #x @yy"), RICH).parts
    assert [(f.type, f.value) for f in part.facets] == [
        ("link", "https://f.org"),
        ("tag", "x"),
        ("mention", "yy"),
    ]


def test_a_post_of_nothing_is_one_empty_part():
    (part,) = sent(post("")).parts
    assert (part.text, part.facets, part.media, part.span.line) == ("", (), (), 1)
