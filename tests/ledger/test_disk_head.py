"""`state/` as it lies on disk, whole or without the closed months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from postops.errors import LedgerDamaged
from postops.ledger import reading_copy
from postops.ledger.disk_head import DiskHead, last_seen
from postops.ledger.folded import FOLDED
from postops.ledger.follow import Follower
from postops.ledger.reading_copy import NOTE
from postops.ledger.row import Rows
from tests.insights.histories import History
from tests.ledger.test_folded import facts, kept, whole

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ledger.memory_remote import MemoryHead


@pytest.fixture
def head() -> MemoryHead:
    """Three months, the first two of them folded."""
    return kept(History(11, 60).events, [20, 40])


def tracked(root: Path, head: MemoryHead) -> None:
    """As `same` has it in the work tree: all of it, and no note."""
    for path, data in head.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def copied(root: Path, head: MemoryHead) -> str:
    """As a run on an empty disk leaves it; gives the last daily file that is left out."""
    root.mkdir(exist_ok=True)
    follower = Follower()
    follower.follow(head)
    reading_copy.write(root, head, follower.folded)
    return follower.folded or ""


def test_nothing_there(tmp_path: Path) -> None:
    assert last_seen(tmp_path) is None


def test_a_tracked_state(tmp_path: Path, head: MemoryHead) -> None:
    tracked(tmp_path, head)
    state = last_seen(tmp_path)
    assert state is not None
    assert isinstance(state.deliveries, Rows)
    assert facts(state) == facts(whole(head))
    (tmp_path / FOLDED).unlink()
    state = last_seen(tmp_path)
    assert state is not None
    assert facts(state) == facts(whole(head))


def test_a_copy_without_the_closed_months(tmp_path: Path, head: MemoryHead) -> None:
    last = copied(tmp_path, head)
    assert not (tmp_path / last).exists()
    state = last_seen(tmp_path)
    assert state is not None
    assert facts(state) == facts(whole(head))
    seen = DiskHead(tmp_path)
    assert seen.paths("state/") == sorted(head.files)
    assert seen.read("state/nothing") is None
    assert seen.descends()


def test_without_a_good_snapshot_too_little_is_there(tmp_path: Path, head: MemoryHead) -> None:
    copied(tmp_path, head)
    (tmp_path / FOLDED).write_bytes(b"junk")
    assert last_seen(tmp_path) is None
    (tmp_path / FOLDED).unlink()
    assert last_seen(tmp_path) is None


def edit(root: Path, head: MemoryHead) -> None:
    newest = max(path for path in head.files if path != FOLDED)
    data = (root / newest).read_bytes()
    (root / newest).write_bytes(data.replace(b'"seq":', b'"seq":1', 1))


def test_an_edited_file_is_not_believed(tmp_path: Path, head: MemoryHead) -> None:
    copied(tmp_path / "copy", head)
    edit(tmp_path / "copy", head)
    assert last_seen(tmp_path / "copy") is None  # git still has it
    tracked(tmp_path, head)
    edit(tmp_path, head)
    with pytest.raises(LedgerDamaged):
        last_seen(tmp_path)


def test_an_unreadable_note_is_no_note(tmp_path: Path, head: MemoryHead) -> None:
    tracked(tmp_path, head)
    for note in (b"{", b"[]", orjson.dumps({"files": {"state/a": []}})):
        (tmp_path / NOTE).write_bytes(note)
        state = last_seen(tmp_path)
        assert state is not None
        assert state.seq == whole(head).seq


def test_who_asks_for_all_gets_what_was_left_out(tmp_path: Path, head: MemoryHead) -> None:
    last = copied(tmp_path, head)
    written = reading_copy.write(tmp_path, head)
    assert last in written
    assert all((tmp_path / path).read_bytes() == data for path, data in head.files.items())
    assert copied(tmp_path, head) == last
    assert (tmp_path / last).exists()
