"""Outcomes on disk until they are pushed: what a run knows must survive the run.

One file a run, `.postops/outbox/<run>.jsonl`, locked while the run lives. A file nobody holds is
that of a dead run, and the next run pushes what is in it.
"""

from __future__ import annotations

import os
import re
from heapq import merge
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from postops.errors import LedgerDamaged, LedgerError
from postops.ledger.chain import split

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable, Sequence
    from io import FileIO
    from pathlib import Path
    from typing import IO

try:
    import fcntl
except ImportError:  # Windows: pushed twice is harmless, ids tell them apart
    fcntl = None  # type: ignore[assignment]  # tested wherever it is used


class Outbox(Protocol):
    """Where a `Ledger` keeps what is not pushed yet."""

    def leftovers(self) -> list[dict[str, Any]]:
        """The events dead runs left, oldest first. They stay until `settle`."""
        ...

    def append(self, lines: Sequence[bytes], *, sync: bool = True) -> None:
        """Keep lines, durably when this returns, or else after `sync`. Raises `LedgerError`."""
        ...

    async def sync(self) -> None:
        """What was appended so far is durable when this returns. Raises `LedgerError`."""
        ...

    def settle(self) -> None:
        """Everything kept so far, leftovers too, is in the ledger: forget it."""
        ...

    def close(self) -> None:
        """The run is over."""
        ...


class FileOutbox:
    """An `Outbox` in a folder. Raises `LedgerError` where it cannot be written."""

    def __init__(self, folder: Path, run: str) -> None:
        self.folder = folder
        self.path = folder / f"{re.sub(r'[^A-Za-z0-9._-]', '-', run)}.jsonl"
        self._dead: dict[Path, FileIO] = {}
        self._file = self._create()
        self._size = os.fstat(self._file.fileno()).st_size
        self._written = self._synced = 0  # appends
        self._syncing: asyncio.Task[None] | None = None

    def _create(self) -> FileIO:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.path.open("ab+", buffering=0)
            if not locked(file):
                raise LedgerError(f"another process here has the name of this run: {self.path}")
            _sync_folder(self.folder)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        return file

    def append(self, lines: Sequence[bytes], *, sync: bool = True) -> None:
        data = b"".join(line + b"\n" for line in lines)
        try:
            written = self._file.write(data)
            if written != len(data):
                raise OSError("the disk is full")
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            # No half line may stay: the next one would be glued to it.
            self._file.truncate(self._size)
            raise _unwritable(self.path, error) from error
        self._size += len(data)
        self._written += 1

    async def sync(self) -> None:
        """Off the loop, and once for all lanes that wait: a disk takes as long for one as for ten."""
        import asyncio

        wanted = self._written
        while self._synced < wanted:
            if self._syncing is None:
                self._syncing = asyncio.create_task(self._sync_now())
            await asyncio.shield(self._syncing)

    async def _sync_now(self) -> None:
        import asyncio

        upto = self._written
        try:
            await asyncio.get_running_loop().run_in_executor(None, os.fsync, self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error
        finally:
            self._syncing = None
        self._synced = upto

    def leftovers(self) -> list[dict[str, Any]]:
        files = [self._read(self.path, self._file)]
        others = (p for p in sorted(self.folder.glob("*.jsonl")) if p != self.path)
        files += [self._take(path) for path in others if path not in self._dead]
        return in_order(files)

    def _take(self, path: Path) -> list[dict[str, Any]]:
        try:
            file = path.open("rb+", buffering=0)
        except FileNotFoundError:  # its run ended well, just now
            return []
        if not locked(file):
            file.close()
            return []
        self._dead[path] = file
        return self._read(path, file)

    def _read(self, path: Path, file: FileIO) -> list[dict[str, Any]]:
        """Whole lines only: a torn one was cut off before `append` returned."""
        file.seek(0)
        data = file.read()
        lines, torn = split(data)
        if torn:
            file.truncate(len(data) - len(torn))
            if path == self.path:
                self._size = len(data) - len(torn)
        return [_event(path, number, line) for number, line in enumerate(lines, 1)]

    def settle(self) -> None:
        for path, file in self._dead.items():
            path.unlink(missing_ok=True)
            file.close()
        self._dead.clear()
        if self._size:
            self._file.truncate(0)
            self._size = 0

    def close(self) -> None:
        for file in self._dead.values():
            file.close()
        if not self._size:
            self.path.unlink(missing_ok=True)
        self._file.close()


def glance(folder: Path) -> list[dict[str, Any]]:
    """What all outboxes hold now, for reading only: live runs' too, nothing locked or mended."""
    files = []
    for path in sorted(folder.glob("*.jsonl")):
        lines, _ = split(path.read_bytes())
        files.append([_event(path, number, line) for number, line in enumerate(lines, 1)])
    return in_order(files)


def in_order(files: Iterable[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The events of several runs, oldest first, and those of one run as it recorded them.

    Ids tell no order within a millisecond, and a renaming has to stay before what rests on it.
    """
    return list(merge(*files, key=lambda event: str(event["id"])))


def _event(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        event: dict[str, Any] = orjson.loads(line)
        event["id"], event["type"], event["recorded_at"]
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerDamaged(
            f"{path}:{number}: not an event",
            help="mend or remove the line; the run it names may have published something",
            where=f"{path}:{number}",
        ) from error
    return event


def locked(file: IO[bytes]) -> bool:
    """Take the lock of an open file, if nobody has it. It goes with the file, or the process."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """A new file is only durable once its folder's entry is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"cannot write {path}: {error.strerror or error}",
        help="results are kept there until they are pushed; make room, or make it writable",
    )
