"""A path in a post: what it may point at, and what is said of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from postops.content.formats.window import Damaged
from postops.content.media import inspect, media_at, repository_path, resolve
from postops.content.source import CommitTree, WorkTree
from postops.diagnostics import Span
from postops.git import Repository
from postops.model import digest
from tests.rigs.stuck import not_stuck

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

GIF = b"GIF89a\x02\x00\x03\x00\x00\x00\x00,\x00\x00\x00\x00\x02\x00\x03\x00\x00\x02\x01\x00\x00;"


@pytest.mark.parametrize(
    ("post", "written", "path"),
    [
        ("posts/a.md", "chart.png", "posts/chart.png"),
        ("posts/a.md", "./chart.png", "posts/chart.png"),
        ("posts/a.md", "../media/chart.png", "media/chart.png"),
        ("posts/2026/03/a.md", "../../../media/x/../chart.png", "media/chart.png"),
        ("posts/a.md", "bilder/käse & brot.png", "posts/bilder/käse & brot.png"),
        ("a.md", "chart.png", "chart.png"),
        ("posts/a.md", "gitlab.png", "posts/gitlab.png"),
    ],
)
def test_paths_are_relative_to_the_post(post: str, written: str, path: str) -> None:
    assert repository_path(post, written) == (path, None)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("../../secret.png", "path-escapes-repository"),
        ("../../../../etc/passwd", "path-escapes-repository"),
        ("..", "media-missing"),
        ("/etc/passwd", "path-escapes-repository"),
        ("~/secret.png", "path-escapes-repository"),
        ("C:/secret.png", "path-escapes-repository"),
        ("C:\\secret.png", "path-escapes-repository"),
        ("..\\..\\secret.png", "media-missing"),
        ("../.git/config", "path-escapes-repository"),
        ("../.GIT/config", "path-escapes-repository"),
        ("../media/.git/x.png", "path-escapes-repository"),
        ("https://example.org/a.png", "media-missing"),
        ("//example.org/a.png", "media-missing"),
        ("file:///etc/passwd", "media-missing"),
        ("a\x00.png", "media-missing"),
        ("a\u202e.png", "media-missing"),
        ("none.png", "media-missing"),
        ("../posts", "media-missing"),
    ],
)
def test_paths_that_lead_nowhere_or_out(written: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    found = resolve("posts/a.md", written, WorkTree(tmp_path))
    assert found.facts is None
    assert found.fault is not None
    assert found.fault[0] == rule


def test_the_letter_case_has_to_be_right(tmp_path: Path) -> None:
    (tmp_path / "Chart.gif").write_bytes(GIF)
    assert resolve("a.md", "Chart.gif", WorkTree(tmp_path)).fault is None
    assert resolve("a.md", "chart.gif", WorkTree(tmp_path)).fault == (
        "media-missing", "does not exist",
    )  # fmt: skip


@pytest.mark.parametrize("where", ["work tree", "commit"])
@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside.gif", ".git/config", "real.gif"])
def test_symbolic_links_are_never_followed(repo: Repo, where: str, target: str) -> None:
    repo.write({"posts/real.gif": GIF})
    (repo.path / "posts/a.gif").symlink_to(target)
    repo.git("add", "--all")
    commit = repo.commit({}, "Link")
    repository = Repository.discover(repo.path)
    source = WorkTree(repo.path) if where == "work tree" else CommitTree(repository, commit)
    fault = resolve("posts/p.md", "a.gif", source).fault
    assert fault == ("path-escapes-repository", "is a symbolic link")
    assert resolve("posts/p.md", "real.gif", source).fault is None


def test_a_pointer_is_not_the_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    fault = resolve("p.md", "a.png", WorkTree(tmp_path)).fault
    assert fault is not None
    assert fault[0] == "lfs-pointer"


def test_ten_gigabytes_of_nothing_cost_nothing(tmp_path: Path) -> None:
    with (tmp_path / "a.gif").open("wb") as file:
        file.write(GIF)
        os.truncate(file.fileno(), 10 * 1024**3)
    with not_stuck(5):  # reading it takes more
        fault = resolve("p.md", "a.gif", WorkTree(tmp_path)).fault
    assert fault == ("media-damaged", "is larger than 1024 MiB")


def test_an_empty_file_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    assert resolve("p.md", "a.png", WorkTree(tmp_path)).fault == ("media-damaged", "is empty")


def test_facts_hold_the_size_and_the_digest_of_the_bytes(tmp_path: Path) -> None:
    facts = inspect(GIF)
    assert (facts.mime, facts.width, facts.height, facts.frames) == ("image/gif", 2, 3, 1)
    assert (facts.bytes, facts.digest) == (len(GIF), digest(GIF))
    assert facts.kind == "image"
    (tmp_path / "a.gif").write_bytes(GIF)
    media = media_at("p.md", "a.gif", "alt", Span("p.md"), WorkTree(tmp_path), focus=(0, 1))
    assert (media.facts, media.alt, media.focus, media.path) == (facts, "alt", (0, 1), "a.gif")


def test_without_a_source_only_the_path_is_judged() -> None:
    assert resolve("posts/a.md", "b.png", None) == ("posts/b.png", None, None)
    assert resolve("posts/a.md", "../../b.png", None).fault is not None


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"BM\0\0", "image/bmp"), (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"),
        (b"%PDF-1.7", "application/pdf"), (b"\0\0\1\0", "image/x-icon"),
        (b'<?xml version="1.0"?><svg xmlns="x"/>', "image/svg+xml"),
        (b"hello", "application/octet-stream"), (b"\x00", "application/octet-stream"),
        (b"RIFF\0\0\0\0AVI ", "application/octet-stream"),
    ],
)  # fmt: skip
def test_other_formats_are_told_by_their_first_bytes(data: bytes, mime: str) -> None:
    assert inspect(data).mime == mime


def test_damage_is_an_error_of_its_own() -> None:
    with pytest.raises(Damaged, match="cut off"):
        inspect(GIF[:15])
