from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from postops.content.index import PostIndex
from postops.content.posts import read_post

if TYPE_CHECKING:
    from postops.config import Config

TEXT = b"""\
---
title: Spring
accounts: [all]
campaign: launch
tags: [a, b]
publish_at: 2026-03-01T10:30
expires_at: 2026-03-02T10:30:00.5Z
late: ask
schedule: native
draft: true
on_edit: update
---
Body
"""


def test_a_post_survives_the_way_through_json(config: Config) -> None:
    post = read_post(TEXT, "posts/a.md", config, None).post
    assert post is not None
    index = PostIndex.of(post)
    line = json.loads(json.dumps(index.to_dict()))
    assert line == {
        "v": 1, "path": "posts/a.md", "blob": post.blob, "id": "a", "title": "Spring",
        "campaign": "launch", "tags": ["a", "b"], "accounts": ["all"],
        "publish_at": "2026-03-01T09:30:00Z", "late": "ask",
        "expires_at": "2026-03-02T10:30:00.500Z", "draft": True, "hold": False,
        "on_edit": "update", "on_remove": "keep", "schedule": "native",
    }  # fmt: skip
    again = PostIndex.from_dict(line)
    assert again == index
    assert again is not None
    assert again.due_at == post.publish_at.at
    assert again.expires == datetime(2026, 3, 2, 10, 30, 0, 500_000, tzinfo=UTC)


def test_absence_survives_too(config: Config) -> None:
    post = read_post(b"---\nhold: true\n---\n", "posts/a.md", config, None).post
    assert post is not None
    index = PostIndex.from_dict(PostIndex.of(post).to_dict())
    assert index is not None
    assert (index.accounts, index.due_at, index.expires, index.hold) == (None, None, None, True)


def test_lines_of_other_versions_only_cost_a_read() -> None:
    assert PostIndex.from_dict({"v": 2, "path": "a"}) is None
    assert PostIndex.from_dict({}) is None
    assert PostIndex.from_dict({"v": 1, "path": "a"}) is None
    assert PostIndex.from_dict({"v": 1, "path": "a", "blob": "b", "id": "c", "new": 1}) is not None
