"""The branch that is checked out moved: `state/` follows, whatever its user has under way stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.ledger.checkout import follow
from postops.ledger.commit import build
from postops.ledger.git_head import GitHead
from tests.rigs.git import git, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from postops.git import Repository

DAY = "state/ledger/2026/03/01.jsonl"


@pytest.fixture
def where(bare_local: Repository) -> Path:
    return bare_local.root


def move(repository: Repository, changes: Mapping[str, bytes]) -> None:
    """Commit to the branch that is checked out, and follow."""
    base = GitHead(repository, repository.rev_parse("HEAD"), None, same=True)
    sha, _ = build(repository, base.sha, changes, "move")
    git(repository.root, "update-ref", "refs/heads/main", sha)
    assert git(repository.root, "status", "--porcelain"), "without following it shows"
    follow(repository, base, base.after(sha, sha, changes), changes)


def status(where: Path) -> str:
    return git(where, "status", "--porcelain", "--untracked-files=all")


def test_new_and_changed_files_are_there_and_the_status_is_clean(
    bare_local: Repository, where: Path
) -> None:
    move(bare_local, {DAY: b"1\n", "state/grün ☂.jsonl": b"\0\xff"})
    assert status(where) == ""
    assert (where / "state/grün ☂.jsonl").read_bytes() == b"\0\xff"
    move(bare_local, {DAY: b"1\n2\n"})
    assert status(where) == ""
    assert (where / DAY).read_bytes() == b"1\n2\n"


def test_what_was_edited_by_hand_is_kept(bare_local: Repository, where: Path) -> None:
    move(bare_local, {DAY: b"1\n", "state/x": b"1"})
    write(where, {DAY: "edited by hand"})
    move(bare_local, {DAY: b"1\n2\n", "state/x": b"2"})
    assert (where / DAY).read_text() == "edited by hand"
    assert (where / "state/x").read_bytes() == b"2"
    assert status(where).split() == ["M", DAY], "an edit of what is committed, and not staged"


def test_a_file_of_the_users_own_in_that_place_is_kept(bare_local: Repository, where: Path) -> None:
    write(where, {DAY: "untracked"})
    move(bare_local, {DAY: b"1\n"})
    assert (where / DAY).read_text() == "untracked"
    assert status(where).split() == ["M", DAY]


def test_what_is_staged_or_changed_elsewhere_stays_so(bare_local: Repository, where: Path) -> None:
    write(where, {"posts/new.md": "staged", "postops.yaml": "edited", "posts/notes": "untracked"})
    git(where, "add", "posts/new.md")
    before = status(where)
    move(bare_local, {DAY: b"1\n"})
    assert status(where) == before
    assert git(where, "diff", "--cached", "--name-only") == "posts/new.md"
    assert (where / "postops.yaml").read_text() == "edited"


def test_other_files_of_the_state_are_not_touched(bare_local: Repository, where: Path) -> None:
    move(bare_local, {DAY: b"1\n", "state/x": b"1"})
    (where / "state/x").unlink()
    move(bare_local, {DAY: b"1\n2\n"})
    assert not (where / "state/x").exists()
    assert status(where).split() == ["D", "state/x"]
