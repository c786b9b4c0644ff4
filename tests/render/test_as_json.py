"""The document of a message."""

from __future__ import annotations

import json

from postops.diagnostics import Span
from postops.model import Link, Media, MediaFacts, Override, Poll
from postops.render import message_json, render
from tests.render.fakes import CARD, PLAIN, account, config, post

SPAN = Span("posts/a/post.md")
IMAGE = Media(
    "a.png", "A", SPAN, focus=(0.0, -1.0), facts=MediaFacts("image/png", 9, "sha256:a", 4, 3)
)


def test_a_bare_message_says_only_what_it_has():
    message = render(post("Hé #tag"), account(), config(), PLAIN)
    assert message_json(message) == {
        "post": "a/post",
        "account": "acme",
        "platform": "plain",
        "digest": message.digest,
        "parts": [
            {
                "text": "Hé #tag",
                "count": 7,
                "limit": 1000,
                "unit": "characters",
                "fits": True,
                "facets": [{"type": "tag", "start": 4, "end": 8, "value": "tag"}],
                "media": [],
            }
        ],
    }


def test_a_full_message_says_all():
    full = post(
        "Hi",
        title="T",
        language="en",
        content_warning="CW",
        link=Link("https://e.org", SPAN, "A", image=IMAGE),
        overrides={"acme": Override(SPAN, options={"a": {"b": [1]}})},
    )
    document = message_json(render(full, account(on="card"), config(), CARD))
    assert document["title"] == "T"
    assert document["language"] == "en"
    assert document["content_warning"] == "CW"
    assert document["options"] == {"a": {"b": [1]}}
    image = {"path": "a.png", "alt": "A", "focus": [0.0, -1.0], "mime": "image/png", "bytes": 9,
             "digest": "sha256:a", "width": 4, "height": 3}  # fmt: skip
    assert document["card"] == {"url": "https://e.org", "title": "A", "image": image}
    assert json.loads(json.dumps(document)) == document


def test_poll_and_media():
    polled = post(
        "Hi", poll=Poll(("a", "b"), 600, SPAN, multiple=True), media=(Media("b.png", None, SPAN),)
    )
    document = message_json(render(polled, account(), config(), PLAIN))
    assert document["poll"] == {
        "options": ["a", "b"],
        "seconds": 600,
        "multiple": True,
        "hide_totals": False,
    }
    assert document["parts"][0]["media"] == [{"path": "b.png", "alt": None}]
