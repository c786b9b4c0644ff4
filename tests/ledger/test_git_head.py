"""One state read from git objects, and whether it follows what the anchor remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerDamaged, LedgerError
from postops.git import Repository
from postops.ledger.commit import build
from postops.ledger.git_head import GitHead
from tests.rigs.git import clone, commit, git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.rigs.git import Repo

OLD = "state/ledger/2026/02/28.jsonl"
DAY = "state/ledger/2026/03/01.jsonl"
NOTE = "state/ledger/README.md"


@pytest.fixture
def repository(repo: Repo) -> Repository:
    return Repository.discover(repo.path)


def made(repository: Repository, files: Mapping[str, bytes], parent: str | None = None) -> str:
    return build(repository, parent, files, "m")[0]


def test_what_lies_below_state_and_nothing_else(repository: Repository) -> None:
    files = {OLD: b"old\n", DAY: b"new\n", NOTE: b"n", "state/x ü": b"\0\xff", "posts/a.md": b"a"}
    head = GitHead(repository, made(repository, files), None)
    assert head.paths("state/") == [OLD, DAY, NOTE, "state/x ü"]
    assert head.paths("state/ledger/2026/03/") == [DAY]
    assert set(head.days()) == {OLD, DAY}
    assert head.days()[DAY] == git(repository.root, "rev-parse", f"{head.sha}:{DAY}")
    assert head.read("state/x ü") == b"\0\xff"
    assert head.read("posts/a.md") is head.read("state/none") is None
    assert head.read_many([DAY, "state/none", OLD]) == {DAY: b"new\n", OLD: b"old\n"}


def test_before_the_first_push_there_is_nothing(repository: Repository) -> None:
    head = GitHead(repository, None, None)
    assert (head.paths("state/"), head.read(DAY), head.descends()) == ([], None, True)


def test_after_a_push_nothing_is_read_again(repository: Repository) -> None:
    sha = made(repository, {OLD: b"old\n", DAY: b"1\n"})
    changes = {DAY: b"1\n2\n", "state/x": b"x"}
    base = GitHead(repository, sha, sha)
    real = GitHead(repository, made(repository, changes, sha), None)
    assert base.after("1" * 40, sha, changes).files == real.files
    head = base.after("1" * 40, "2" * 40, changes)  # git has no such commits
    assert (head.sha, head.anchor) == ("1" * 40, "2" * 40)
    assert head.read_many([OLD, DAY, "state/x"]) == {OLD: b"old\n", **changes}
    assert base.read(DAY) == b"1\n"


def test_a_branch_of_its_own_follows_by_its_commits(repository: Repository) -> None:
    first = made(repository, {DAY: b"1\n"})
    second = made(repository, {DAY: b"1\n2\n"}, first)
    lookalike = made(repository, {DAY: b"1\n2\n3\n"})
    assert GitHead(repository, second, first).descends()
    assert GitHead(repository, second, second).descends()
    assert not GitHead(repository, first, second).descends()
    assert not GitHead(repository, None, second).descends()
    assert not GitHead(repository, lookalike, second).descends()


def test_a_commit_that_takes_lines_away_does_not_follow(repository: Repository) -> None:
    first = made(repository, {OLD: b"old\n", DAY: b"1\n2\n"})
    for files in ({DAY: b"1\n"}, {DAY: b"1\nX\n"}, {DAY: b""}, {OLD: b""}):
        assert not GitHead(repository, made(repository, files, first), first).descends()
    assert GitHead(repository, made(repository, {NOTE: b"a note"}, first), first).descends()


@pytest.mark.parametrize(
    ("files", "follows"),
    [
        ({OLD: b"old\n", DAY: b"1\n2\n"}, True),
        ({OLD: b"old\n", DAY: b"1\n2\n3\n"}, True),
        ({OLD: b"old\n", DAY: b"1\n2\n", "state/ledger/2026/03/02.jsonl": b"3\n"}, True),
        ({OLD: b"old\n", DAY: b"1\n"}, False),
        ({OLD: b"old\n", DAY: b"1\nX\n3\n"}, False),
        ({OLD: b"old\nmore\n", DAY: b"1\n2\n"}, False),
        ({DAY: b"1\n2\n"}, False),
        ({OLD: b"old\n"}, False),
        ({}, False),
    ],
)
def test_beside_content_it_follows_by_its_lines(
    repository: Repository, files: dict[str, bytes], follows: bool
) -> None:
    anchor = made(repository, {OLD: b"old\n", DAY: b"1\n2\n"})
    sha = made(repository, {**files, NOTE: b"not a daily file", "posts/a.md": b"a"})
    assert GitHead(repository, sha, anchor, same=True).descends() == follows
    # Only there: elsewhere the commits of a complete clone would tell.
    assert not GitHead(repository, sha, anchor).descends()


def test_a_torn_piece_may_go_but_no_whole_line(repository: Repository) -> None:
    anchor = made(repository, {DAY: b'1\n{"v":1'})
    mended = made(repository, {DAY: b"1\n2\n"})
    assert GitHead(repository, mended, anchor, same=True).descends()
    assert not GitHead(repository, made(repository, {DAY: b"2\n"}), anchor, same=True).descends()


def test_a_history_cut_short_is_proven_by_its_lines(repo: Repo, tmp_path: Path) -> None:
    first = repo.commit({DAY: "1\n"})
    repo.commit({DAY: "1\n2\n"})
    repo.push()
    where = clone(repo.remote, tmp_path / "s", shallow=True)
    git(where, "fetch", "--quiet", "--depth=1", "origin", first)
    shallow = Repository.discover(where)
    sha = shallow.rev_parse("HEAD")
    assert not shallow.is_ancestor(first, sha or "")
    assert GitHead(shallow, sha, first).descends()
    assert not GitHead(shallow, first, sha).descends()


@pytest.mark.parametrize("mode", ["120000", "160000"], ids=["link", "submodule"])
def test_what_is_not_a_plain_file_is_refused(repo: Repo, mode: str) -> None:
    target = repo.git("rev-parse", "HEAD" if mode == "160000" else "HEAD:postops.yaml")
    repo.git("update-index", "--add", "--cacheinfo", f"{mode},{target},state/evil")
    head = GitHead(Repository.discover(repo.path), commit(repo.path, {}), None)
    with pytest.raises(LedgerDamaged, match=r"state/evil: not a plain file") as caught:
        head.paths("state/")
    assert caught.value.where == "state/evil"


def test_an_unreadable_head(repository: Repository) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        GitHead(repository, "1" * 40, None).paths("state/")
    with pytest.raises(LedgerError, match="cannot be read"):
        GitHead(repository, None, None, files={"state/a": "1" * 40}).read("state/a")
