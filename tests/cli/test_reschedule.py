"""`postops reschedule`: another time in the file, and not one byte besides."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from postops.cli import run
from tests.cli.site import post

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.site import Site

CONFIG = """\
version: 1
timezone: Europe/Berlin
accounts:
  tusk: {platform: mastodon, instance: "https://tusk.test"}
  ivory: {platform: mastodon, instance: "https://ivory.test"}
defaults: {accounts: [tusk]}
"""
TIME = "2026-03-02T09:00"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "postops.yaml").write_text(CONFIG)
    (tmp_path / "posts").mkdir()
    return tmp_path


def written(root: Path, text: str, *args: str) -> tuple[int, str]:
    """The exit code, and what the file says after `reschedule a ...`."""
    file = root / "posts" / "a.md"
    file.write_bytes(text.encode())
    code = run(["-C", str(root), "reschedule", "a", *args])
    return code, file.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "---\ntitle: A\npublish_at: 2026-03-01T10:30  # soon\nlate: ask\n---\n\nHi  \n",
            "---\ntitle: A\npublish_at: 2026-03-02T09:00  # soon\nlate: ask\n---\n\nHi  \n",
            id="a comment stays",
        ),
        pytest.param(
            '---\r\npublish_at: "2026-03-01T10:30"\r\n---\r\nHi\r\n',
            "---\r\npublish_at: 2026-03-02T09:00\r\n---\r\nHi\r\n",
            id="in quotes, with CRLF",
        ),
        pytest.param(
            "---\n# which one?\ntitle: A\ntags: [x,  y]\n---\npublish_at: body\n",
            "---\n# which one?\npublish_at: 2026-03-02T09:00\ntitle: A\ntags: [x,  y]\n---\n"
            "publish_at: body\n",
            id="absent",
        ),
        pytest.param(
            "---\r\n  title: A\r\n  draft: true\r\n---\r\nHi",
            "---\r\n  publish_at: 2026-03-02T09:00\r\n  title: A\r\n  draft: true\r\n---\r\nHi",
            id="absent, indented, with CRLF",
        ),
        pytest.param(
            "---\n{title: A}\n---\nHi\n",
            "---\n{publish_at: 2026-03-02T09:00, title: A}\n---\nHi\n",
            id="absent, between braces",
        ),
        pytest.param(
            "---\npublish_at:\n  2026-03-01T10:30\n---\nHi\n",
            "---\npublish_at:\n  2026-03-02T09:00\n---\nHi\n",
            id="on a line of its own",
        ),
    ],
)
def test_only_the_time_changes(root: Path, before: str, after: str) -> None:
    assert written(root, before, TIME) == (0, after)


def test_what_cannot_be_changed_here_is_left_alone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "---\npublish_at: >-\n  2026-03-01T10:30\n---\nHi\n"
    assert written(root, text, TIME) == (2, text)
    assert "write `publish_at: 2026-03-02T09:00` by hand" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("2026-03-29T02:30", "never is in Europe/Berlin"),
        ("2026-10-25T02:30", "is twice in Europe/Berlin"),
        ("tomorrow", "is not a time"),
        ("2026-02-30T10:00", "does not exist"),
        ("2026-06-01T10:00", "not before the post expires"),
    ],
)
def test_a_time_that_makes_no_sense_changes_nothing(
    root: Path, time: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "---\ntitle: A\nexpires_at: 2026-06-01T10:00\n---\nHi\n"
    if "10-25" in time:
        text = text.replace("06-01", "12-01")
    assert written(root, text, time) == (2, text)
    assert says in capsys.readouterr().err


def test_the_zone_is_the_posts_own(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "---\ntimezone: Asia/Tokyo\n---\nHi\n"
    written(root, text, "2026-03-29T02:30", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "version": 1,
        "post": "a",
        "path": "posts/a.md",
        "publish_at": "2026-03-29T02:30",
        "due_at": "2026-03-28T17:30:00Z",
        "was": None,
        "published": [],
    }


def test_it_says_what_to_do_next(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(root, "---\ndraft: true\n---\nHi\n", "2026-03-02T09:00+01:00")
    said = capsys.readouterr().out
    assert "publish_at 2026-03-02T09:00+01:00, which is 2026-03-02T08:00:00Z" in said
    assert "it stays a draft" in said
    assert "commit and push it" in said


def test_a_diff_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "---\npublish_at: 2026-03-01T10:30\n---\nHi\n"
    assert written(root, text, TIME, "--diff") == (0, text)
    said = capsys.readouterr().out
    assert "-publish_at: 2026-03-01T10:30\n+publish_at: 2026-03-02T09:00\n" in said


def test_a_diff_shows_nothing_a_terminal_or_a_log_would_obey(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "---\r\npublish_at: 2026-03-01T10:30\r\n---\r\n::error::\x1b]52;c;a\x07\u202e\r\n"
    written(root, text, TIME, "--diff")
    said = capsys.readouterr().out
    assert "-publish_at: 2026-03-01T10:30\r\n" in said  # lines of Windows stay what they are
    assert " \\u003a:error::\\u001b]52;c;a\\u0007\\u202e\r\n" in said


def test_a_diff_is_no_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "---\ntitle: A\n---\nHi\n"
    assert written(root, text, TIME, "--diff", "--format", "json") == (2, text)
    assert run(["-C", str(root), "validate", "--diff", "--format", "sarif"]) == 2
    assert capsys.readouterr().err.count("leave --format out") == 2


def test_a_full_disk_takes_nothing_away(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    text = "---\npublish_at: 2026-03-01T10:30\n---\nHi\n"
    assert written(root, text, TIME) == (1, text)


@pytest.mark.parametrize(
    ("name", "says"), [("b", "there is no post 'b'"), ("posts/b.md", "there is no post")]
)
def test_an_unknown_post(
    root: Path, name: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "posts" / "a.md").write_text("---\ntitle: A\n---\nHi\n")
    assert run(["-C", str(root), "reschedule", name, TIME]) == 2
    assert says in capsys.readouterr().err


def test_what_is_published_has_no_other_time(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish", "--account", "sky").code == 0
    file = site.path / "posts" / "a.md"
    ran = site.run("reschedule", "a", "2099-03-02T09:00Z")
    assert ran.code == 0
    assert "published already, and not again: a@sky" in ran.out
    site.merge({"posts/a.md": file.read_bytes()})
    assert site.run("publish").code == 0
    assert (site.live("sky"), site.live("tusk")) == (["A"], [])
    assert site.waiting() == {"a@bird": "not-due", "a@tusk": "not-due"}
    site.merge({"posts/b.md": post("B", accounts=["sky"])})
    assert site.run("publish", "--post", "b").code == 0
    before = site.path.joinpath("posts/b.md").read_bytes()
    ran = site.run("reschedule", "posts/b.md", "2199-03-02T09:00Z")
    assert ran.code == 2
    assert "b is published" in ran.err
    assert site.path.joinpath("posts/b.md").read_bytes() == before
