"""Keep a `LedgerState` in step with the head, reading only what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.ledger.chain import LEDGER, Link, is_day, verify
from postops.ledger.state import LedgerState, advance, collector_off

if TYPE_CHECKING:
    from typing import Any

    from postops.ledger.remote import StateHead


class Follower:
    """The state of a ledger and where it was read up to.

    `repairs` says in words which torn lines were set aside; the next write removes them.
    """

    def __init__(self) -> None:
        self.state = LedgerState()
        self.repairs: list[str] = []
        self.newest = b""  # the whole lines of the newest daily file
        self._files: dict[str, str] = {}

    def follow(self, head: StateHead) -> None:
        """Bring the state to `head`. Raises `LedgerDamaged`, `LedgerVersion`."""
        files = {path: blob for path, blob in head.listing(LEDGER).items() if is_day(path)}
        if files == self._files:
            return
        if not self._grew(files):
            self._forget()
        self._read(head, files)
        self._files = files

    def rebuild(self, head: StateHead) -> None:
        """Read everything again."""
        self._forget()
        self.follow(head)

    def extend(self, path: str, data: bytes, events: list[dict[str, Any]], link: Link) -> None:
        """Take over what this run itself has just pushed: `data` is now the whole of `path`."""
        advance(self.state, events, link)
        self.state.newest_day, self.newest = path, data

    def saw(self, head: StateHead) -> None:
        """Remember the files of a head whose events are all known."""
        self._files = {path: blob for path, blob in head.listing(LEDGER).items() if is_day(path)}

    def _forget(self) -> None:
        self.state = LedgerState()
        self.newest = b""
        self._files = {}

    def _grew(self, files: dict[str, str]) -> bool:
        """Whether at most the newest known file differs, and none went or came before it."""
        newest = self.state.newest_day
        if newest is None:
            return True
        changed = [path for path, blob in self._files.items() if files.get(path) != blob]
        came = files.keys() - self._files.keys()
        return changed in ([], [newest]) and all(path > newest for path in came)

    def _read(self, head: StateHead, files: dict[str, str]) -> None:
        days = sorted(path for path, blob in files.items() if self._files.get(path) != blob)
        contents = head.read_many(days)
        known = days[:1] == [self.state.newest_day]
        if known and not contents[days[0]].startswith(self.newest):
            self._forget()
            self._read(head, files)
            return
        last = max(files, default=None)
        with collector_off():
            for path in days:
                self._one(path, contents[path], last=path == last)

    def _one(self, path: str, data: bytes, *, last: bool) -> None:
        known = self.newest if path == self.state.newest_day else b""
        first = known.count(b"\n") + 1
        read = verify(path, data[len(known) :], self.state.link, first_line=first, newest=last)
        if read.torn:
            self.repairs.append(f"{path}:{first + len(read.events)}: a torn line is set aside")
        advance(self.state, read.events, read.link)
        whole = data.removesuffix(read.torn) if read.torn else data
        self.newest = whole + b"\n" if whole and not whole.endswith(b"\n") else whole
        self.state.newest_day = path
