from __future__ import annotations

from datetime import timedelta

from postops.sandbox.showing import Span, _shown, _spans, columns
from postops.sandbox.world import TimelinePost

from .conftest import START, png


def post(number, text="x", parent=None, **raw):
    at = START + timedelta(minutes=number)
    return TimelinePost(str(number), "", text, at, parent, [], False, raw)


def shown(world, monkeypatch, *posts):
    world.add_account("x", "main")
    monkeypatch.setattr(type(world), "timeline", lambda *_: list(posts))
    (column,) = columns(world)
    return column


def test_threads_are_drawn_in_order_with_branches(world, monkeypatch):
    column = shown(
        world, monkeypatch, post(1), post(2), post(3, parent="1"), post(4, parent="1"),
        post(5, parent="3"), post(6, parent="elsewhere"),
    )  # fmt: skip
    drawn = [[one.post.id for one in thread] for thread in column.threads]
    assert drawn == [["6"], ["2"], ["1", "3", "5", "4"]]
    assert (column.live, column.spent) == (6, 0)


def test_links_where_the_platform_makes_them(world, monkeypatch):
    column = shown(world, monkeypatch, post(1, "see example.com #tag @me!"))
    assert column.threads[0][0].spans == [
        Span("see "),
        Span("example.com", "https://example.com"),
        Span(" "),
        Span("#tag", "#tag"),
        Span(" "),
        Span("@me", "@me"),
        Span("!"),
    ]


def test_each_platform_links_its_own_way(world):
    text = "README.md of @a.b and @c@d.example (#one) gemini://a.co/日本"
    linked = {}
    for platform in ("mastodon", "x"):
        spans = _spans(platform, post(1, text))
        linked[platform] = [span.text for span in spans if span.href]
    assert linked == {
        "mastodon": ["@a.b", "@c@d.example", "gemini://a.co/日本"],
        "x": ["README.md", "@a", "#one"],
    }


def test_facets_say_it_where_clients_send_them(world, monkeypatch):
    facets = [
        {"index": {"byteStart": 6, "byteEnd": 10}, "features": [{"uri": "https://a.example"}]},
        {"index": {"byteStart": 8, "byteEnd": 12}, "features": [{"tag": "over"}]},
        {"index": {"byteStart": 11, "byteEnd": 15}, "features": [{"tag": "tag"}]},
    ]
    text = "naïve link #tag https://b.example"
    column = shown(world, monkeypatch, post(1, text, createdAt="", facets=facets))
    spans = column.threads[0][0].spans
    assert [(s.text, s.href) for s in spans if s.href] == [
        (" lin", "https://a.example"),
        (" #ta", "#tag"),
    ]
    assert "".join(span.text for span in spans) == text


def test_cards(world, monkeypatch):
    card = {"uri": "https://a.example", "title": "T", "description": "D"}
    column = shown(world, monkeypatch, post(1, embed={"external": card}), post(2, embed={}))
    assert [thread[0].card for thread in column.threads] == [None, card]


async def test_the_picture_of_a_card_is_shown_and_so_are_labels(world):
    account = world.add_account("bluesky", "main")
    blobs = world.shelf("bluesky", "repos", account.id).setdefault("blobs", {})
    blobs["bafy"] = {"digest": world.blobs.put(png()), "mime": "image/png"}
    thumb = {"ref": {"$link": "bafy"}}
    card = {"uri": "https://a.example", "title": "T", "description": "D", "thumb": thumb}
    raw = {"embed": {"external": card}, "labels": {"values": [{"val": "graphic-media"}]}}
    drawn = _shown(world, account, post(1, **raw))
    assert drawn.card["thumb"] == blobs["bafy"]["digest"]
    assert drawn.badges == ["graphic-media"]
