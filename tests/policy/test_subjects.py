from __future__ import annotations

from typing import TYPE_CHECKING

from postops import platforms
from postops.config import read_config
from postops.content.posts import read_post
from postops.diagnostics import Span
from postops.policy.subjects import (
    Context,
    OnMessage,
    body_stretch,
    markdown_texts,
    scalars,
    stretch,
    texts,
)
from postops.policy.targets import targets_of
from postops.render import render
from tests.policy.cases import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from postops.model import Post

TEXT = """\
---
title: A title
tags: [one, "two"]
platforms:
  x: {text: Short}
variants:
  a: {text: Longer}
---
Good morning
and good night

good
"""


def read(tmp_path: Path, text: str = TEXT) -> Post:
    post = read_post(text.encode(), "posts/a.md", read_config(CONFIG.encode(), tmp_path), None).post
    assert post is not None
    return post


def test_everything_written_is_seen(tmp_path: Path) -> None:
    post = read(tmp_path)
    assert texts(post) == ("A title", "one", "two", "Short", "Longer", post.body)


def test_texts_have_their_places(tmp_path: Path) -> None:
    found = list(scalars(read(tmp_path).front, "posts/a.md"))
    assert found == [
        ("title", Span("posts/a.md", 2, 8, 2, 15), "A title"),
        ("0", Span("posts/a.md", 3, 8, 3, 11), "one"),
        ("1", Span("posts/a.md", 3, 13, 3, 18), "two"),
        ("text", Span("posts/a.md", 5, 13, 5, 18), "Short"),
        ("text", Span("posts/a.md", 7, 13, 7, 19), "Longer"),
    ]


def test_markdown_stands_in_the_body_and_in_overrides(tmp_path: Path) -> None:
    post = read(tmp_path)
    found = list(markdown_texts(post))
    assert found == [
        (post.body, None),
        ("Short", ("platforms", "x")),
        ("Longer", ("variants", "a")),
    ]
    assert stretch(post, ("platforms", "x"), 0, 3) == Span("posts/a.md", 5, 7)
    assert stretch(post, None, 13, 16) == body_stretch(post, 13, 16)
    assert body_stretch(post, 13, 16) == Span("posts/a.md", 10, 1, 10, 4)


def given(post: Post, tmp_path: Path, account: str) -> OnMessage:
    config = read_config(CONFIG.encode(), tmp_path)
    targets = targets_of(config).by_name
    platform = platforms.load(targets[account].account.platform)
    message = render(post, targets[account].account, config, platform)
    return OnMessage(message, post, targets[account], Context(config, None, {}, targets))


def test_a_piece_of_the_message_is_found_in_its_part_of_the_body(tmp_path: Path) -> None:
    post = read(tmp_path, "---\ntitle: A\n---\nsame words\n\n---\n\nsame words\n")
    one = given(post, tmp_path, "bluesky-main")
    first, second = one.message.parts
    assert one.place(first, "words") == Span("posts/a.md", 4, 6, 4, 11)
    assert one.place(second, "words") == Span("posts/a.md", 8, 6, 8, 11)
    assert one.place(second, "not there") == second.span


def test_in_an_override_only_its_key_is_known(tmp_path: Path) -> None:
    one = given(read(tmp_path), tmp_path, "x-main")
    assert one.place(one.message.parts[0], "Short") == Span("posts/a.md", 5, 7)
