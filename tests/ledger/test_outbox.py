"""What a run knows survives it: on disk until it is pushed, and never pushed as half a line."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from typing import TYPE_CHECKING

import orjson
import pytest

from postops.errors import LedgerDamaged, LedgerError
from postops.ledger.outbox import FileOutbox, glance

if TYPE_CHECKING:
    from pathlib import Path


def line(number: int) -> bytes:
    return orjson.dumps({"id": f"{number:04}", "type": "claimed", "recorded_at": "2026-03-01"})


def ids(events: list[dict[str, str]]) -> list[str]:
    return [event["id"] for event in events]


def test_the_next_run_finds_what_dead_ones_left_oldest_first(tmp_path: Path) -> None:
    for run, numbers in (("b", (1, 4)), ("a", (2, 3))):
        dead = FileOutbox(tmp_path, run)
        dead.append([line(number) for number in numbers])
        dead.close()
    box = FileOutbox(tmp_path, "c")
    assert ids(box.leftovers()) == ["0001", "0002", "0003", "0004"]
    box.close()
    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl", "b.jsonl"}


def test_a_runs_own_events_stay_as_it_recorded_them(tmp_path: Path) -> None:
    """Of two ids of one millisecond either may be the greater."""
    for run, numbers in (("b", (2, 1)), ("a", (3, 4))):
        dead = FileOutbox(tmp_path, run)
        dead.append([line(number) for number in numbers])
        dead.close()
    assert ids(glance(tmp_path)) == ["0002", "0001", "0003", "0004"]
    box = FileOutbox(tmp_path, "c")
    assert ids(box.leftovers()) == ["0002", "0001", "0003", "0004"]
    box.close()


def test_what_is_settled_is_forgotten_for_good(tmp_path: Path) -> None:
    dead = FileOutbox(tmp_path, "dead")
    dead.append([line(1)])
    dead.close()
    box = FileOutbox(tmp_path, "next")
    box.append([line(2)])
    assert ids(box.leftovers()) == ["0001", "0002"]
    box.settle()
    assert glance(tmp_path) == []
    box.append([line(3)])
    assert ids(glance(tmp_path)) == ["0003"]
    box.settle()
    box.close()
    assert list(tmp_path.iterdir()) == []


def test_a_live_run_keeps_its_own(tmp_path: Path) -> None:
    live, other = FileOutbox(tmp_path, "live"), FileOutbox(tmp_path, "other")
    live.append([line(1)])
    assert other.leftovers() == []
    other.settle()
    assert ids(glance(tmp_path)) == ["0001"]
    with pytest.raises(LedgerError, match="has the name of this run"):
        FileOutbox(tmp_path, "live")
    live.close()
    assert ids(other.leftovers()) == ["0001"]
    other.close()


def test_a_dead_runs_file_is_taken_by_one_run_only(tmp_path: Path) -> None:
    dead = FileOutbox(tmp_path, "dead")
    dead.append([line(1)])
    dead.close()
    one, two = FileOutbox(tmp_path, "one"), FileOutbox(tmp_path, "two")
    assert ids(one.leftovers()) == ["0001"]
    assert two.leftovers() == []
    one.close()
    assert ids(two.leftovers()) == ["0001"]
    two.close()


@pytest.mark.parametrize("run", ["dead", "next"])
def test_a_torn_line_is_cut_off_before_anything_follows_it(tmp_path: Path, run: str) -> None:
    path = tmp_path / f"{run}.jsonl"
    path.write_bytes(line(1) + b"\n" + line(2)[:9])
    box = FileOutbox(tmp_path, "next")
    assert ids(box.leftovers()) == ["0001"]
    assert path.read_bytes() == line(1) + b"\n"
    box.append([line(3)])
    assert ids(glance(tmp_path)) == ["0001", "0003"]
    box.close()


@pytest.mark.parametrize("torn", [b"", b'{"id'])
def test_a_failed_write_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: bytes
) -> None:
    (tmp_path / "one.jsonl").write_bytes(line(1) + b"\n" + torn)
    box = FileOutbox(tmp_path, "one")
    assert ids(box.leftovers()) == ["0001"]

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(LedgerError, match="No space left"):
            box.append([line(2)])
    box.append([line(3)])
    assert box.path.read_bytes() == line(1) + b"\n" + line(3) + b"\n"
    box.close()


@pytest.mark.parametrize("bad", [b"not json", b"[]", b'{"id": "1", "type": "claimed"}'])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, bad: bytes) -> None:
    (tmp_path / "dead.jsonl").write_bytes(line(1) + b"\n" + bad + b"\n")
    with pytest.raises(LedgerDamaged) as caught:
        glance(tmp_path)
    assert caught.value.where == f"{tmp_path / 'dead.jsonl'}:2"


def test_a_glance_changes_nothing_and_sees_live_runs(tmp_path: Path) -> None:
    box = FileOutbox(tmp_path, "live")
    box.append([line(2)])
    torn = tmp_path / "dead.jsonl"
    torn.write_bytes(line(1) + b"\n{")
    assert ids(glance(tmp_path)) == ["0001", "0002"]
    assert torn.read_bytes().endswith(b"{")
    assert glance(tmp_path / "nowhere") == []
    box.close()


def test_the_name_of_a_run_cannot_leave_the_folder(tmp_path: Path) -> None:
    box = FileOutbox(tmp_path / "outbox", "../gh 1/2")
    assert box.path.parent == tmp_path / "outbox"
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == ["..-gh-1-2.jsonl"]
    box.close()


def test_a_place_that_cannot_be_written_is_a_ledger_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match="cannot write"):
        FileOutbox(tmp_path / "file" / "outbox", "one")


# ------------------------------------------------------------------------ one wait for all lanes


async def test_lanes_share_the_wait_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten outcomes at once: one sync is under way, and a second takes in all that came meanwhile."""
    box, synced, going = FileOutbox(tmp_path, "run"), [0], threading.Event()
    real = os.fsync

    def slow(file: int) -> None:
        going.wait(10)
        real(file)
        synced[0] += 1

    monkeypatch.setattr(os, "fsync", slow)

    async def lane(number: int) -> int:
        box.append([line(number)], sync=False)
        await box.sync()
        return synced[0]

    lanes = [asyncio.create_task(lane(number)) for number in range(10)]
    await asyncio.wait(lanes, timeout=0.01)  # all of them have written, and wait
    assert ids(glance(tmp_path)) == [f"{number:04}" for number in range(10)]
    assert not any(task.done() for task in lanes)
    going.set()
    assert min(await asyncio.gather(*lanes)) >= 1
    assert synced[0] <= 2
    await box.sync()
    assert synced[0] <= 2  # nothing was left to wait for
    box.close()


async def test_a_disk_that_fails_is_heard_of_by_every_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = FileOutbox(tmp_path, "run")
    box.append([line(1), line(2)], sync=False)

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        found = await asyncio.gather(box.sync(), box.sync(), return_exceptions=True)
    assert [type(error) for error in found] == [LedgerError] * 2
    await box.sync()
    assert ids(glance(tmp_path)) == ["0001", "0002"]
    box.close()
