"""Commits made from nothing but objects, by real git."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerError
from postops.git import Repository
from postops.ledger.commit import IDENTITY, build
from tests.rigs.git import commit, git, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

DAY = "state/ledger/2026/03/01.jsonl"
OLD = "state/ledger/2026/02/28.jsonl"


@pytest.fixture
def repository(repo: Repo) -> Repository:
    return Repository.discover(repo.path)


def names(where: Path, sha: str) -> list[str]:
    return git(where, "ls-tree", "-r", "--name-only", sha).splitlines()


def parents(where: Path, sha: str) -> str:
    return git(where, "log", "-1", "--format=%P", sha)


def blob(where: Path, sha: str, path: str) -> str:
    return git(where, "rev-parse", f"{sha}:{path}")


def test_the_first_commit_has_no_parent_and_only_its_files(repository: Repository) -> None:
    sha, anchor = build(repository, None, {DAY: b"1\n"}, "publish: 1 claimed\n\nrun: one\n")
    where = repository.root
    assert sha == anchor
    assert (parents(where, sha), names(where, sha)) == ("", [DAY])
    told = git(where, "log", "-1", "--format=%an <%ae>|%cn <%ce>|%s|%b", sha)
    assert told == f"{IDENTITY}|{IDENTITY}|publish: 1 claimed|run: one"
    assert git(where, "fsck", "--strict", "--no-dangling", sha) == ""


def test_the_next_commit_replaces_whole_files_and_keeps_the_others(repository: Repository) -> None:
    where = repository.root
    first, _ = build(repository, None, {OLD: b"old", DAY: b"long before"}, "one")
    second, _ = build(repository, first, {DAY: b"new"}, "two")
    assert parents(where, second) == first
    assert names(where, second) == [OLD, DAY]
    assert git(where, "show", f"{second}:{DAY}") == "new"
    assert blob(where, second, OLD) == blob(where, first, OLD)


def test_refs_index_and_work_tree_stay_as_they_were(repo: Repo, repository: Repository) -> None:
    repo.write({"posts/new.md": "staged", "postops.yaml": "edited"})
    repo.git("add", "posts/new.md")

    def picture() -> tuple[str, str, bytes]:
        index = (repo.path / ".git/index").read_bytes()
        return repo.git("for-each-ref"), repo.git("status", "--porcelain=v2", "--branch"), index

    before = picture()
    head = repo.git("rev-parse", "HEAD")
    sha, _ = build(repository, head, {DAY: b"1"}, "x", anchor_files={DAY: ""})
    assert picture() == before
    assert set(names(repo.path, sha)) - set(names(repo.path, head)) == {DAY}


def test_an_anchor_of_its_own_holds_just_the_daily_files(
    repo: Repo, repository: Repository
) -> None:
    where, head = repo.path, repo.git("rev-parse", "HEAD")
    first, anchor = build(
        repository, head, {OLD: b"1", "state/x": b"x"}, "m", anchor_files={OLD: ""}
    )
    assert (names(where, anchor), parents(where, anchor)) == ([OLD], "")
    assert (parents(where, first), "postops.yaml" in names(where, first)) == (head, True)

    held = {OLD: blob(where, first, OLD), DAY: ""}
    second, after = build(
        repository,
        first,
        {DAY: b"2", "state/x": b"y"},
        "m",
        anchor_parent=anchor,
        anchor_files=held,
    )
    assert (parents(where, second), parents(where, after)) == (first, anchor)
    assert names(where, after) == [OLD, DAY]
    assert all(blob(where, after, path) == blob(where, second, path) for path in (OLD, DAY))


def test_an_anchor_drops_what_the_ledger_no_longer_has(repository: Repository) -> None:
    files = {OLD: b"1", DAY: b"2"}
    first, anchor = build(repository, None, files, "m", anchor_files=dict.fromkeys(files, ""))
    _, after = build(
        repository, first, {DAY: b"3"}, "m", anchor_parent=anchor, anchor_files={DAY: ""}
    )
    assert (names(repository.root, after), parents(repository.root, after)) == ([DAY], anchor)


def test_any_bytes_under_any_name(repository: Repository) -> None:
    files = {
        'state/a "quoted" \\ name': b"\0\xff\r\n",
        "state/line\nend": b"",
        "state/grün ☂": b"data 3\nabc\ndone\n",
    }
    sha, _ = build(repository, None, files, "Übung: “quoted”")
    found = {entry.path: entry.blob for entry in repository.ls_tree(sha)}
    data = repository.cat(found.values())
    assert {path: data[id_] for path, id_ in found.items()} == files
    assert git(repository.root, "log", "-1", "--format=%B", sha) == "Übung: “quoted”"


def test_a_sha256_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "--initial-branch=main", "work")
    head = commit(tmp_path / "work", {"a": "1"})
    repository = Repository.discover(tmp_path / "work")
    sha, anchor = build(repository, head, {DAY: b"1"}, "m", anchor_files={DAY: ""})
    assert (len(sha), names(repository.root, sha)) == (64, ["a", DAY])
    assert names(repository.root, anchor) == [DAY]
    assert git(repository.root, "for-each-ref", "refs/postops") == ""


def test_a_parent_that_is_not_here_is_an_error_in_words(repository: Repository) -> None:
    with pytest.raises(LedgerError, match="the ledger cannot be written") as caught:
        build(repository, "1" * 40, {DAY: b"1"}, "m")
    assert "disk full" in (caught.value.help or "")
    assert run(repository.root, "for-each-ref", "refs/postops").stdout == ""
