"""A file becomes a Post: each key of the design, its meaning and its place."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from postops.content.posts import default_id, read_post
from postops.content.source import WorkTree

if TYPE_CHECKING:
    from pathlib import Path

    from postops.config import Config
    from postops.model import Post

DESIGNED = """\
---
id: spring-release                     # default: path below posts/
title: Spring release
accounts: [bluesky-main, mastodon-main, x-main]
publish_at: 2026-03-01T10:30
timezone: America/New_York
late: skip
expires_at: 2026-03-02T10:30Z
campaign: spring-launch
tags: [release]
hashtags: [OpenScience, "#FAIR"]
link: https://example.org/blog/spring
media:
  - {path: ../media/chart.png, alt: "A chart of …", focus: [0, 0.5]}
thread: auto
on_edit: update
on_remove: withdraw
variants: {a: {text: A}, b: {text: B}}
language: en
content_warning: Spoilers
poll: {options: [Yes please, Not now], duration: 1d, multiple: true, hide_totals: true}
platforms:
  x: {text: "Short version", hashtags: [], media: [], thread: none}
  reddit: {subreddit: python, kind: link, link: {url: "https://x.org", image: a.png}}
draft: true
hold: true
allow: [bare-domain]
---
Body in Markdown.

Second paragraph.
"""


def post_of(text: str | bytes, config: Config, path: str = "posts/a.md") -> Post:
    read = read_post(text.encode() if isinstance(text, str) else text, path, config, None)
    assert read.faults == ()
    assert read.post is not None
    return read.post


def faults_of(keys: str, config: Config) -> list[tuple[str, int, int]]:
    read = read_post(f"---\n{keys}\n---\nBody".encode(), "posts/a.md", config, None)
    return [(f.rule, f.span.line, f.span.column) for f in read.faults]


def test_every_key_of_the_design(config: Config) -> None:
    post = post_of(DESIGNED, config)
    assert post.id == "spring-release"
    assert post.path == "posts/a.md"
    data = DESIGNED.encode()
    assert post.blob == sha1(b"blob %d\0" % len(data) + data).hexdigest()
    assert post.title == "Spring release"
    assert post.accounts == ("bluesky-main", "mastodon-main", "x-main")
    assert post.publish_at is not None
    assert post.publish_at.at == datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
    assert post.publish_at.zone == "America/New_York"
    assert post.publish_at.span[1:3] == (5, 13)
    assert post.late == "skip"
    assert post.expires_at is not None
    assert post.expires_at.at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert post.campaign == "spring-launch"
    assert post.tags == ("release",)
    assert post.hashtags == ("OpenScience", "FAIR")
    assert post.link is not None
    assert (post.link.url, post.link.span[1:3]) == ("https://example.org/blog/spring", (12, 7))
    (media,) = post.media
    assert (media.path, media.alt) == ("media/chart.png", "A chart of …")
    assert media.focus == (0.0, 0.5)
    assert media.span[1:3] == (14, 12)
    assert media.alt_span is not None
    assert media.alt_span[1:] == (14, 37, 14, 51)
    assert (media.facts, media.fault) == (None, None)
    assert (post.thread, post.on_edit, post.on_remove) == ("auto", "update", "withdraw")
    assert {name: v.text for name, v in post.variants.items()} == {"a": "A", "b": "B"}
    assert (post.language, post.content_warning) == ("en", "Spoilers")
    assert post.poll is not None
    assert post.poll.options == ("Yes please", "Not now")
    assert (post.poll.seconds, post.poll.multiple, post.poll.hide_totals) == (86400, True, True)
    assert post.poll.span[1:3] == (21, 7)
    assert (post.draft, post.hold, post.allow) == (True, True, ("bare-domain",))
    assert post.body == "Body in Markdown.\n\nSecond paragraph.\n"
    assert post.body_line == 29


def test_overrides_say_only_what_differs(config: Config) -> None:
    post = post_of(DESIGNED, config)
    short = post.overrides["x"]
    assert (short.text, short.hashtags, short.media, short.thread) == (
        "Short version",
        (),
        (),
        "none",
    )
    assert (short.title, short.link, short.language, short.poll) == (None, None, None, None)
    assert short.span[1:] == (23, 3, 23, 4)
    assert short.options == {}
    reddit = post.overrides["reddit"]
    assert reddit.options == {"subreddit": "python", "kind": "link"}
    assert reddit.options.marks["kind"] == (24, 31)
    assert reddit.link is not None
    assert reddit.link.image is not None
    assert reddit.link.image.path == "posts/a.png"
    assert (reddit.text, reddit.hashtags, reddit.media) == (None, None, None)


def test_what_is_not_written_has_its_default(config: Config) -> None:
    post = post_of("---\ntitle: Hello\n---\n", config, "posts/2026/03/hello.md")
    assert post.id == "2026/03/hello"
    assert post.accounts is None
    assert (post.publish_at, post.expires_at, post.late, post.campaign) == (None,) * 4
    assert (post.tags, post.hashtags, post.media, post.allow) == ((),) * 4
    assert (post.thread, post.on_edit, post.on_remove) == ("none", "ignore", "keep")
    assert (post.draft, post.hold, post.language, post.poll) == (False, False, None, None)
    assert default_id("posts/a.b/c.md") == "a.b/c"


def test_times_without_offset_are_in_the_configurations_zone(config: Config) -> None:
    post = post_of("---\npublish_at: 2026-07-01T10:30\n---\n", config)
    assert post.publish_at is not None
    assert post.publish_at.at == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert post.publish_at.zone == "Europe/Berlin"


def test_spans_lead_to_any_key_and_into_the_body(config: Config) -> None:
    post = post_of(DESIGNED.replace("Second", "👩‍👩‍👧 second"), config)
    assert post.span() == ("posts/a.md", 1, 1, None, None)
    assert post.span("media", 0, "alt")[1:3] == (14, 32)
    assert post.span("platforms", "x", "nothing")[1:3] == (23, 3)
    assert post.body_span(0)[1:3] == (29, 1)
    assert post.body_span(post.body.index("second"))[1:3] == (31, 7)


def test_the_blob_is_taken_as_given(config: Config) -> None:
    read = read_post(b"---\ntitle: a\n---\n", "posts/a.md", config, None, blob="abc")
    assert read.post is not None
    assert read.post.blob == "abc"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("publish_at: 12:30", [("plain-number-time", 2, 13), ("invalid-time", 2, 13)]),
        ("publish_at: '12:30'", [("invalid-time", 2, 13)]),
        ("publish_at: 2026-03-01", [("invalid-time", 2, 13)]),
        ("expires_at: soon", [("invalid-time", 2, 13)]),
        ("timezone: Europe/Berln", [("invalid-time", 2, 11)]),
        ("title: 12:30", [("plain-number-time", 2, 8)]),
        ("acounts: [a]", [("unknown-key", 2, 1)]),
        ("tags: #release", [("wrong-type", 2, 6)]),
        ("draft: yes", [("wrong-type", 2, 8)]),
        ("title: a\ntitle: b", [("duplicate-key", 3, 1)]),
        ("media:\n  - path: a.png\n    atl: b", [("unknown-key", 4, 5)]),
        ("media:\n  - alt: b", [("missing-key", 3, 5)]),
        ("platforms:\n  x:\n    txt: 1\n    text: 2", [("wrong-type", 5, 11)]),
        ("link: example.org", [("invalid-value", 2, 7)]),
        ("acc\u200bounts: [a]", [("invisible-in-key", 2, 1), ("unknown-key", 2, 1)]),
        ("ассоunts: [a]", [("unknown-key", 2, 1)]),
        ("title: \x1b[31m", [("control-character", 2, 8)]),
    ],
)
def test_each_mistake_stands_where_it_is(
    keys: str, expected: list[tuple[str, int, int]], config: Config
) -> None:
    assert faults_of(keys, config) == expected


@pytest.mark.parametrize(
    ("word", "meant"),
    [("date", "publish_at"), ("Images", "media"), ("cw", "content_warning"), ("to", "accounts")],
)
def test_other_tools_words_are_understood_but_not_rewritten(
    word: str, meant: str, config: Config
) -> None:
    read = read_post(f"---\n{word}: x\n---\n".encode(), "posts/a.md", config, None)
    (fault,) = read.faults
    assert (fault.rule, fault.help, fault.fix) == ("unknown-key", f"did you mean `{meant}`?", None)


def test_a_faulty_post_is_still_read_for_the_rest(config: Config) -> None:
    read = read_post(
        b"---\ntitle: 7\nlate: ask\nmedia: [{alt: x}, {path: b.png, focus: [9, 1]}]\n---\nBody",
        "posts/a.md",
        config,
        None,
    )
    assert read.post is not None
    assert (read.post.title, read.post.late, read.post.body) == (None, "ask", "Body")
    assert [m.path for m in read.post.media] == ["posts/b.png"]
    assert read.post.media[0].focus is None
    assert len(read.faults) == 3


@pytest.mark.parametrize("data", [b"", b"Text", b"---\n- a\n---\n", b"\xff", b"---\na: *b\n---\n"])
def test_without_front_matter_there_is_no_post(data: bytes, config: Config) -> None:
    read = read_post(data, "posts/a.md", config, None)
    assert read.post is None
    assert len(read.faults) == 1


def test_media_are_found_through_the_source(tmp_path: Path, config: Config) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/a.gif").write_bytes(b"GIF89a\x02\x00\x03\x00\x00\x00\x00;")
    text = "---\nmedia: [{path: a.gif}, {path: b.gif}]\nlink: {url: 'https://x.org', image: ../../c}\n---\n"
    read = read_post(text.encode(), "posts/a.md", config, WorkTree(tmp_path))
    assert read.post is not None
    one, two = read.post.media
    assert one.facts is not None
    assert (one.facts.mime, one.facts.width, one.facts.height) == ("image/gif", 2, 3)
    assert two.fault is not None
    assert two.fault[0] == "media-missing"
    assert read.post.link is not None
    assert read.post.link.image is not None
    assert read.post.link.image.fault is not None
    assert read.post.link.image.fault[0] == "path-escapes-repository"


@pytest.mark.parametrize("wanted", ["native", "run"])
def test_who_sends_it_may_be_said(config: Config, wanted: str) -> None:
    read = read_post(f"---\nschedule: {wanted}\n---\nHello\n".encode(), "posts/a.md", config, None)
    assert read.post is not None
    assert (read.post.schedule, read.faults) == (wanted, ())
