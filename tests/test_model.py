from __future__ import annotations

import dataclasses
import hashlib
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops import model
from postops.diagnostics import Span
from postops.model import (
    Capabilities,
    Delivery,
    MediaFacts,
    MediaLimit,
    Source,
    TextLimit,
    digest,
)

NOUNS = [
    kind
    for _, kind in inspect.getmembers(model, inspect.isclass)
    if kind.__module__ == model.__name__ and dataclasses.is_dataclass(kind)
]
SOURCE = Source("https://docs.example", "2026-11-01")


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_nouns_are_frozen_and_slim(noun: type) -> None:
    assert noun.__dataclass_params__.frozen
    assert "__slots__" in vars(noun)
    assert noun.__doc__


@given(
    st.text(min_size=1).filter(lambda text: text.strip()),
    st.from_regex(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", fullmatch=True),
)
def test_a_delivery_is_split_at_its_last_at(post: str, account: str) -> None:
    delivery = Delivery(post, account)
    assert Delivery.parse(delivery.name) == delivery


def test_what_is_no_delivery() -> None:
    assert Delivery.parse("alone") == ("", "alone")
    assert Delivery.parse("a@b@c") == ("a@b", "c")


@pytest.mark.parametrize(
    ("mime", "frames", "kind"),
    [
        ("image/png", None, "image"),
        ("image/gif", None, "image"),
        ("image/gif", 1, "image"),
        ("image/gif", 2, "gif"),
        ("video/mp4", None, "video"),
        ("audio/mpeg", None, "audio"),
        ("application/pdf", None, "other"),
        ("", None, "other"),
    ],
)
def test_kinds_of_media(mime: str, frames: int | None, kind: str) -> None:
    assert MediaFacts(mime, 1, "sha256:0", frames=frames).kind == kind


def test_capabilities_find_the_limit_of_a_kind() -> None:
    images = MediaLimit("image", 4, frozenset({"image/png"}), 1_000_000, SOURCE)
    given = Capabilities(TextLimit(300, "graphemes", SOURCE), (), media=(images,))
    assert given.media_limit("image") is images
    assert given.media_limit("video") is None


@given(st.binary())
def test_digests_say_how_they_were_made(data: bytes) -> None:
    assert digest(data) == "sha256:" + hashlib.sha256(data).hexdigest()


def test_posts_find_their_places() -> None:
    from postops.config import read_config
    from postops.content.posts import read_post

    config = read_config(b"version: 1\naccounts: {}\n", None)  # type: ignore[arg-type]
    text = b"---\ntitle: A\nhashtags: [one]\n---\nBody\n\nMore\n"
    post = read_post(text, "posts/a.md", config, None).post
    assert post is not None
    assert post.span("title").line == 2
    assert post.span("campaign").path == "posts/a.md"
    assert post.body_span(0) == Span("posts/a.md", post.body_line, 1)
    assert post.body_span(post.body.index("More") + 2)[1:3] == (post.body_line + 2, 3)
