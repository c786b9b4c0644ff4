"""The digests: fixed for ever, the same whatever the order, and covering what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from postops.diagnostics import Span
from postops.model import Facet, Link, Media, MediaFacts, Override, Poll, When
from postops.reading.marked import MarkedMap
from postops.render import parse, payload_digest, render, source_digest
from tests.render.fakes import CARD, RICH, account, config, post

SPAN = Span("posts/a/post.md", 3)
MEDIA = Media("media/a.png", "An A", SPAN, facts=MediaFacts("image/png", 10, "sha256:aa"))
POLL = Poll(("Yes", "No"), 3600, SPAN)
POST = post(
    "Grüße [here](https://example.org) 🎉",
    title="T",
    hashtags=("One",),
    link=Link("https://example.org/x", SPAN, "A", "B", MEDIA),
    media=(MEDIA,),
    language="en",
    content_warning="CW",
    poll=POLL,
    overrides={"rich": Override(SPAN, options={"b": 1, "a": [True, None]})},
    variants={"b": Override(SPAN, text="other")},
)


def message(**changes):
    found = render(POST, account(on="rich"), config(), RICH)
    return found._replace(**changes)


def test_digests_never_change_for_the_same_content():
    # Ledgers hold these: a change here breaks every drift check of everybody.
    assert (
        source_digest(POST)
        == "sha256:73989c090d14cd572eae55fee1b80ebce40eab471feb76c5a84992941e6e0826"
    )
    assert (
        payload_digest(message())
        == "sha256:8a6914a4daea0215c2a1a774ea85a417f50b50fe3a396cc10ff56e9300cc4bb5"
    )
    assert message().digest == payload_digest(message())


def test_the_order_of_keys_says_nothing():
    other = MarkedMap()
    other.update({"a": [True, None], "b": 1})
    swapped = POST._replace(overrides={"rich": Override(SPAN, options=other)})
    assert source_digest(swapped) == source_digest(POST)
    assert render(swapped, account(on="rich"), config(), RICH).digest == message().digest


@pytest.mark.parametrize(
    "change",
    [
        {"id": "b"}, {"path": "posts/b.md"}, {"blob": "1"}, {"body_line": 9}, {"accounts": ("x",)},
        {"late": "skip"}, {"publish_at": When("now", None, "UTC", SPAN)}, {"campaign": "c"},
        {"tags": ("t",)}, {"on_edit": "update"}, {"on_remove": "withdraw"}, {"draft": True},
        {"hold": True}, {"allow": ("x",)}, {"media": (MEDIA._replace(path="b.png"),)},
    ],
)  # fmt: skip
def test_source_leaves_out_when_and_where(change):
    assert source_digest(POST._replace(**change)) == source_digest(POST)


@pytest.mark.parametrize(
    "change",
    [
        {"body": "x"}, {"title": None}, {"hashtags": ()}, {"link": None}, {"thread": "auto"},
        {"language": None}, {"content_warning": None}, {"poll": None}, {"overrides": {}}, {"variants": {}},
        {"media": (MEDIA._replace(alt="B"),)}, {"media": (MEDIA._replace(focus=(0.0, 1.0)),)},
        {"media": (MEDIA._replace(facts=MEDIA.facts._replace(digest="sha256:bb")),)},
        {"link": POST.link._replace(image=None)}, {"poll": POLL._replace(multiple=True)},
    ],
)  # fmt: skip
def test_source_covers_words_and_bytes(change):
    assert source_digest(POST._replace(**change)) != source_digest(POST)


def test_source_covers_the_bytes_behind_images_of_all_texts():
    def by(digest):
        return lambda path, span: MEDIA._replace(facts=MEDIA.facts._replace(digest=digest))

    body = post("![x](a.png)")
    override = post("", overrides={"x": Override(SPAN, text="![x](a.png)")})
    for one in (body, override):
        found = {source_digest(one, resolve_media=by(d)) for d in ("sha256:a", "sha256:b")}
        assert len(found) == 2
        assert source_digest(one, resolve_media=by("sha256:a"), parsed=parse(one)) in found
    bare = post("no image")
    assert source_digest(bare, resolve_media=by("sha256:a")) == source_digest(bare)


def test_payload_covers_all_that_is_sent_and_nothing_else():
    (part,) = message().parts
    moved = part._replace(span=Span("x", 9), measure=replace(part.measure, count=0))
    assert (
        payload_digest(message(post="b", account="c", losses=(), parts=(moved,)))
        == message().digest
    )
    sent = [
        {"platform": "x"}, {"title": "t"}, {"card": POST.link}, {"language": "de"}, {"poll": POLL},
        {"content_warning": "cw"}, {"options": {}}, {"parts": ()},
        {"parts": (part._replace(text="x"),)}, {"parts": (part._replace(media=()),)},
        {"parts": (part._replace(facets=(Facet("tag", 0, 1, "x"),)),)},
    ]  # fmt: skip
    digests = {payload_digest(message(**change)) for change in sent} | {message().digest}
    assert len(digests) == len(sent) + 1


def test_the_same_post_gives_the_same_digest_again():
    again = render(POST, account(on="card"), config(), CARD)
    assert again == render(POST, account(on="card"), config(), CARD)
