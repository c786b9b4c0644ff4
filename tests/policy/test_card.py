from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from postops.config import read_config
from postops.content.index import PostIndex
from postops.content.posts import read_post
from postops.diagnostics import Span
from postops.policy.card import Card, card_of_index
from tests.policy.cases import CONFIG
from tests.policy.pictures import make
from tests.policy.test_check import lay, post, run
from tests.policy.test_examine import examined

if TYPE_CHECKING:
    from pathlib import Path


def card(root: Path, body: str = "Hello", *keys: str) -> Card:
    lay(root, {"posts/a.md": post(body, *keys), "posts/a.png": make("png 9x9")})
    return run(root).cards[0]


def test_a_card_tells_what_plans_need(tmp_path: Path) -> None:
    keys = [
        "id: spring",
        "accounts: [all]",
        "publish_at: 2026-03-01T10:30",
        "expires_at: 2026-03-01T12:00:00.250Z",
        "late: skip",
        "campaign: c",
        "tags: [x]",
        "on_edit: update",
        "on_remove: withdraw",
        "media: [{path: a.png, alt: A}]",
        "hold: true",
        "allow: [PO120, clash]",
    ]
    found = card(tmp_path, "Hello\n\n---\n\nthere", *keys)
    assert found._replace(blob="", source="", sent={}, marks={}) == Card(
        path="posts/a.md",
        blob="",
        id="spring",
        title="Hello",
        accounts=("bluesky-main", "mastodon-main", "x-main"),
        publish_at="2026-03-01T09:30:00Z",
        expires_at="2026-03-01T12:00:00.250Z",
        late="skip",
        campaign="c",
        tags=("x",),
        hold=True,
        on_edit="update",
        on_remove="withdraw",
        allow=("PO120", "clash"),
        source="",
        media=("posts/a.png",),
        allow_marks=[[14, 9], [14, 16]],
        body_line=16,
        shown={"posts/a.png": [12, 16]},
    )
    assert found.due_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert found.span("id") == Span("posts/a.md", 3, 1)
    assert found.span("draft") == Span("posts/a.md", 1, 1)
    assert [sent.parts for sent in found.sent.values()] == [2, 2, 2]
    assert found.source is not None
    assert found.source.startswith("sha256:")


def test_a_card_without_a_time_is_due_at_none(tmp_path: Path) -> None:
    assert card(tmp_path).due_at is None


def test_a_card_survives_json(tmp_path: Path) -> None:
    found = card(tmp_path, "Hello", "allow: [clash]", "media: [{path: a.png}]", "tags: [x]")
    assert Card.from_row(orjson.loads(orjson.dumps(found.row()))) == found


def likeness(root: Path, body: str, *keys: str) -> str:
    found = examined(root, post(body, "accounts: [bluesky-main]", *keys)).card
    assert found is not None
    return found.sent["bluesky-main"].text


def test_spacing_case_and_composition_make_no_other_text(tmp_path: Path) -> None:
    same = {
        likeness(tmp_path, text)
        for text in ("Café au lait", "café  AU\nlait", "Cafe\u0301 au lait")
    }
    assert len(same) == 1


def test_words_media_and_links_do(tmp_path: Path) -> None:
    media = "media: [{path: a.png, alt: A}]"
    link = "link: https://example.org/"
    different = {
        likeness(tmp_path, "Hello"),
        likeness(tmp_path, "Hello!"),
        likeness(tmp_path, "Hello", media),
        likeness(tmp_path, "Hello", link),
    }
    assert len(different) == 4


def test_nothing_is_like_nothing(tmp_path: Path) -> None:
    assert likeness(tmp_path, "") == ""


def test_the_card_of_a_settled_post_comes_from_the_index(tmp_path: Path) -> None:
    config = read_config(CONFIG.encode(), tmp_path)
    text = post("Hello", "publish_at: 2026-03-01T10:30", "campaign: c", "draft: true")
    read = read_post(text.encode(), "posts/a.md", config, None)
    assert read.post is not None
    lay(tmp_path, {"posts/a.md": text, "campaigns/c.md": "---\naccounts: [x-main]\n---\n"})
    (whole,) = run(tmp_path).cards
    campaigns = {read.post.campaign: _campaign(tmp_path)}
    settled = card_of_index(PostIndex.of(read.post), config, campaigns)
    for name in settled._fields:
        if name not in ("source", "sent", "marks", "body_line"):
            assert getattr(settled, name) == getattr(whole, name), name
    everywhere = card_of_index(PostIndex.of(read.post), config, {})
    assert everywhere.accounts == ("bluesky-main", "mastodon-main", "x-main")


def _campaign(root: Path):
    from postops.content.campaigns import read_campaign

    data = (root / "campaigns/c.md").read_bytes()
    return read_campaign(data, "campaigns/c.md").campaign
