"""The cache may save work; it may never change what is found."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from postops.config import read_config
from postops.content.source import CommitTree
from postops.git import Repository
from postops.policy import cache as caching
from postops.policy import check as checking
from postops.policy.cache import Row, from_json, open_cache, to_json
from tests.policy.cases import CONFIG, all_cases
from tests.policy.pictures import make
from tests.policy.test_check import lay, names, post, run

if TYPE_CHECKING:
    from pathlib import Path

    from postops.policy.check import Report
    from tests.policy.cases import Case
    from tests.rigs.git import Repo

AGO = 1_700_000_000
FILES = {
    "posts/a.md": post("**Hello** example.com", "media: [{path: a.png, alt: A chart}]"),
    "posts/b.md": post("Hello", "campaign: spring", "allow: [clash, bare-domain]"),
    "posts/c.md": "broken",
    "posts/a.png": make("png 9x9"),
    "campaigns/spring.md": "---\ntitle: Spring\n---\n",
}


@pytest.fixture(autouse=True)
def _settled_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    # Change times cannot be set back, and the files of a test are always new.
    monkeypatch.setattr(caching, "RACY", -(10**18))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    lay(tmp_path, dict(FILES))
    return tmp_path


class Counting:
    """Counts the files that are really examined."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        examine = checking.examine

        def counted(read, context, path):
            self.paths.append(path)
            return examine(read, context, path)

        monkeypatch.setattr(checking, "examine", counted)

    def again(self, root: Path) -> tuple[Report, list[str]]:
        """What a run with the cache finds, and what it had to examine."""
        self.paths = []
        report = run(root, cache=root / ".postops" / "cache")
        examined = list(self.paths)
        assert report == run(root), "the cache changed what is found"
        return report, sorted(set(examined))


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


EVERYTHING = ["posts/a.md", "posts/b.md", "posts/c.md"]


def test_what_has_not_changed_is_not_examined_again(repository: Path, counting: Counting) -> None:
    first, examined = counting.again(repository)
    assert examined == EVERYTHING
    assert "front-matter-missing" in names(first.diagnostics)
    second, examined = counting.again(repository)
    assert examined == []
    assert second == first


@pytest.mark.parametrize("case", all_cases(), ids=lambda c: f"{c.rule}: {c.title}")
def test_every_finding_comes_back_as_it_was(case: Case, tmp_path: Path) -> None:
    if case.unreadable:
        pytest.skip("nothing is kept of what cannot be read")
    case.write(tmp_path)
    plain = case.check(tmp_path)
    where = tmp_path / ".postops"
    assert case.check(tmp_path, cache=where) == case.check(tmp_path, cache=where) == plain


@pytest.mark.parametrize(
    ("path", "text", "examined"),
    [
        ("posts/a.md", post("Another text", "media: [{path: a.png}]"), ["posts/a.md"]),
        ("posts/a.md", FILES["posts/a.md"], ["posts/a.md"]),  # touched
        ("posts/a.png", make("png 9x9 2000001 bytes"), ["posts/a.md"]),
        ("posts/d.md", post("A new one"), ["posts/d.md"]),
        ("campaigns/spring.md", "---\nhashtags: [spring]\n---\n", EVERYTHING),
        ("postops.yaml", CONFIG.replace("platform: x,", "platform: x, max_characters: 5,"), None),
    ],
)
def test_what_has_changed_is_examined_again(
    path: str, text: str | bytes, examined: list[str] | None, repository: Path, counting: Counting
) -> None:
    counting.again(repository)
    (repository / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert counting.again(repository)[1] == (EVERYTHING if examined is None else examined)
    assert counting.again(repository)[1] == []


def test_the_same_size_and_time_do_not_hide_a_change(repository: Path, counting: Counting) -> None:
    file = repository / "posts/b.md"
    os.utime(file, ns=(AGO, AGO))
    counting.again(repository)
    file.write_text(file.read_text().replace("Hello\n", "Hallo\n"))
    os.utime(file, ns=(AGO, AGO))
    assert counting.again(repository)[1] == ["posts/b.md"]


def test_a_removed_file_is_gone(repository: Path, counting: Counting) -> None:
    counting.again(repository)
    (repository / "posts/c.md").unlink()
    report, examined = counting.again(repository)
    assert examined == []
    assert "front-matter-missing" not in names(report.diagnostics)


def test_media_that_appear_are_seen(repository: Path, counting: Counting) -> None:
    (repository / "posts/a.png").unlink()
    assert "media-missing" in names(counting.again(repository)[0].diagnostics)
    (repository / "posts/a.png").write_bytes(make("png 9x9"))
    report, examined = counting.again(repository)
    assert examined == ["posts/a.md"]
    assert "media-missing" not in names(report.diagnostics)


@pytest.mark.parametrize("what", ["__version__", "rules_stamp"])
def test_other_rules_find_everything_anew(
    what: str, repository: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting.again(repository)
    monkeypatch.setattr(caching, what, "9.9" if what == "__version__" else lambda: "other")
    assert counting.again(repository)[1] == EVERYTHING


def test_another_python_finds_everything_anew(
    repository: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting.again(repository)
    monkeypatch.setattr(sys, "version", "4.0")
    assert counting.again(repository)[1] == EVERYTHING


def test_choosing_rules_needs_no_other_cache(repository: Path) -> None:
    where = repository / ".postops"
    run(repository, cache=where)
    for how in ({"select": ["PO1"]}, {"ignore": ["PO0"]}):
        assert run(repository, cache=where, **how) == run(repository, **how)


def test_named_paths_leave_the_cache_alone(repository: Path, counting: Counting) -> None:
    where = repository / ".postops" / "cache"
    named = run(repository, cache=where, paths=["posts/b.md"])
    assert named == run(repository, paths=["posts/b.md"])
    assert not where.exists()
    counting.again(repository)
    run(repository, cache=where, paths=["posts/b.md"])
    assert counting.again(repository)[1] == []


@pytest.mark.parametrize("cut", [0, 1, 20, 60, 100, 400, -1])
def test_a_cache_that_was_cut_off_is_not_used(
    cut: int, repository: Path, counting: Counting
) -> None:
    counting.again(repository)
    file = repository / ".postops/cache/check.json"
    file.write_bytes(file.read_bytes()[:cut])
    assert counting.again(repository)[1] == EVERYTHING


def test_a_flipped_bit_is_noticed(repository: Path, counting: Counting) -> None:
    counting.again(repository)
    file = repository / ".postops/cache/check.json"
    whole = file.read_bytes()
    for at in range(0, len(whole), 97):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert counting.again(repository)[1] == EVERYTHING


@pytest.mark.parametrize(
    "stored",
    [
        b"[]",
        b"{}",
        b"null",
        b'{"posts/a.md": 1}',
        b'{"posts/a.md": [{}, [1]]}',
        b'{"posts/a.md": []}',
    ],
)
def test_what_is_no_row_is_not_used(stored: bytes, repository: Path, counting: Counting) -> None:
    counting.again(repository)
    file = repository / ".postops/cache/check.json"
    head = file.read_bytes().partition(b"\n")[0].rpartition(b" ")[0]
    file.write_bytes(head + b" " + caching.checksum(stored).encode() + b"\n" + stored)
    assert counting.again(repository)[1] == EVERYTHING


def test_a_file_changed_a_moment_ago_is_not_trusted(
    repository: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "RACY", 10**18)
    counting.again(repository)
    assert counting.again(repository)[1] == EVERYTHING


def test_nothing_is_left_beside_the_cache(repository: Path, counting: Counting) -> None:
    counting.again(repository)
    counting.again(repository)
    assert [file.name for file in (repository / ".postops/cache").iterdir()] == ["check.json"]


def test_a_place_that_cannot_be_written_is_no_failure(repository: Path) -> None:
    (repository / "file").write_text("")
    assert run(repository, cache=repository / "file" / "cache") == run(repository)
    (repository / "dir" / "check.json").mkdir(parents=True)
    assert run(repository, cache=repository / "dir") == run(repository)


def test_a_link_is_not_followed_out_of_the_repository(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "repository", tmp_path / "elsewhere"
    elsewhere.mkdir()
    lay(root, dict(FILES))
    (root / ".postops").symlink_to(elsewhere)
    assert run(root, cache=root / ".postops" / "cache") == run(root)
    assert list(elsewhere.iterdir()) == []


def test_commits_have_no_cache(repo: Repo, tmp_path: Path) -> None:
    source = CommitTree(Repository.discover(repo.path), repo.git("rev-parse", "HEAD"))
    config = read_config(CONFIG.encode(), repo.path)
    assert open_cache(tmp_path / "cache", source, config, []) is None


def test_rows_survive_json(repository: Path) -> None:
    report = run(repository)
    rows = [Row("posts/a.md", tuple(report.diagnostics), report.cards[0]), Row("x", (), None)]
    assert from_json(to_json(rows)) == rows
    assert orjson.loads(to_json([])) == []
