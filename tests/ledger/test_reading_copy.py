"""The copy follows the head, touches only what changed, and never anything of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.errors import ConfigError
from postops.git import Repository
from postops.ledger.reading_copy import check, write
from tests.ledger.memory_remote import MemoryHead
from tests.rigs.git import commit, git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

DAY = "state/ledger/2026/03/01.jsonl"


def head(**files: bytes) -> MemoryHead:
    named = {"day": DAY, "views": "state/views.sql", "metrics": "state/metrics/m.jsonl"}
    return MemoryHead("a" * 40, "a" * 40, {named[key]: data for key, data in files.items()})


def test_it_follows_the_head_and_git_ignores_it(repo: Repo) -> None:
    root = repo.path
    assert write(root, head(day=b"1\n", views=b"sql")) == [DAY, "state/views.sql"]
    assert git(root, "status", "--porcelain", "--untracked-files=all") == ""
    check(Repository.discover(root))
    before = (root / "state/views.sql").stat()

    assert write(root, head(day=b"1\n2\n", views=b"sql")) == [DAY]
    assert (root / DAY).read_bytes() == b"1\n2\n"
    assert (root / "state/views.sql").stat() == before

    assert write(root, head(day=b"1\n2\n", metrics=b"m")) == [
        "state/metrics/m.jsonl",
        "state/views.sql",
    ]
    assert not (root / "state/views.sql").exists()
    assert write(root, head(day=b"1\n2\n", metrics=b"m")) == []
    assert not list(root.rglob("*.part"))


def test_an_edited_or_deleted_copy_is_put_right(tmp_path: Path) -> None:
    now = head(day=b"1\n", views=b"sql")
    write(tmp_path, now)
    (tmp_path / DAY).write_bytes(b"edited")
    (tmp_path / "state/views.sql").unlink()
    assert write(tmp_path, now) == [DAY, "state/views.sql"]
    assert (tmp_path / DAY).read_bytes() == b"1\n"


@pytest.mark.parametrize("kind", ["files", "link", "file", "broken note"])
def test_a_foreign_folder_is_left_alone(tmp_path: Path, kind: str) -> None:
    state = tmp_path / "state"
    if kind == "link":
        (tmp_path / "elsewhere").mkdir()
        state.symlink_to("elsewhere")
    elif kind == "file":
        state.write_text("mine")
    else:
        state.mkdir()
        (state / ".postops-copy.json").write_text("{}" if kind == "broken note" else "[]")
        (state / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not a copy made by postops") as caught:
        write(tmp_path, head(day=b"1\n"))
    assert "mv state" in (caught.value.help or "")
    assert not (tmp_path / "state/ledger").exists()
    assert caught.value.exit_code == 2


def test_an_empty_folder_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    assert write(tmp_path, head(day=b"1\n")) == [DAY]


def test_a_tracked_folder_is_refused(repo: Repo) -> None:
    commit(repo.path, {"state/ledger/old.jsonl": "x"})
    with pytest.raises(ConfigError, match="tracked by git") as caught:
        check(Repository.discover(repo.path))
    assert "git rm -r --cached state" in (caught.value.help or "")
