"""Keep a `LedgerState` in step with the head, reading only what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.collector import collector_off
from postops.errors import LedgerDamaged
from postops.ledger import folded
from postops.ledger.chain import LEDGER, Link, is_day, verify
from postops.ledger.folded import FOLDED, Folding
from postops.ledger.state import LedgerState, advance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from postops.ledger.folded import Snapshot
    from postops.ledger.remote import StateHead

_AT_ONCE = 100  # daily files held in memory


class Follower:
    """The state of a ledger and where it was read up to.

    A new one begins with the snapshot of the closed months, where that fits the chain. `repairs`
    says in words which torn lines were set aside; the next write removes them. `unfit` says why the
    snapshot was not used; the next write replaces it. `upto` is the last daily file to read;
    `whole` folds everything, whatever the snapshot says.
    """

    def __init__(self, *, upto: str | None = None, whole: bool = False) -> None:
        self.state = LedgerState()
        self.repairs: list[str] = []
        self.unfit: str | None = None
        self.folded: str | None = None  # the newest daily file in the snapshot of the head
        self.newest = b""  # the whole lines of the newest daily file
        self.torn = False  # whether it holds more than that
        self._files: dict[str, str] = {}
        self._ready: Folding | None = None
        self._upto = upto
        self._whole = whole
        self._head: StateHead | None = None
        self._absent: set[str] = set()

    def follow(self, head: StateHead) -> None:
        """Bring the state to `head`. Raises `LedgerDamaged`, `LedgerVersion`."""
        files = self._days(head)
        if files != self._files:
            if not self._grew(files):
                self._forget()
            if not self._files and not self._whole:
                self._leap(head, files)
            before = self.state.vouched
            self._read(head, files)
            self._files = files
            if self.state.vouched != before and self.unfit is None:
                self._notice(head)
        self._head = head

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
        self._files = self._days(head)
        self._head = head

    def landed(self, ids: Iterable[str]) -> set[str]:
        """Those of some event ids that are in the chain, however long ago."""
        wanted = set(ids)
        found = wanted & self.state.ids
        old = {id_ for id_ in wanted - found - self._absent if id_ <= self.state.last_id}
        if old:
            found |= self._closed_with(old)
            self._absent |= old - found
        return found

    def to_fold(self, day: str) -> Folding | None:
        """The snapshot that a write to `day` brings along; `None` where the head has it."""
        end = folded.closed(self._files, day)
        if end is None or self._head is None or (self.folded is not None and self.folded >= end):
            return None
        if self._ready is None or self._ready.newest_day != end:
            past = Follower(upto=end)
            past.follow(self._head)
            if past.torn:  # this write mends the file, and the next one finds it closed
                return None
            self._ready = Folding(folded.write(past.state, past._files), end, past.state.seq)
        return self._ready

    def wrote(self, folding: Folding) -> None:
        """Remember that the head holds this snapshot."""
        self.folded, self.unfit = folding.newest_day, None

    def notes(self) -> list[str]:
        """What was not as it should be, in words; the next write mends it."""
        said = [f"{FOLDED} {self.unfit}: everything was folded anew"] if self.unfit else []
        return self.repairs + said

    # ------------------------------------------------------------------ how

    def _days(self, head: StateHead) -> dict[str, str]:
        return {
            path: blob
            for path, blob in head.listing(LEDGER).items()
            if is_day(path) and (self._upto is None or path <= self._upto)
        }

    def _forget(self) -> None:
        self.state = LedgerState()
        self.newest = b""
        self.torn = False
        self.folded = self._ready = None
        self._files = {}
        self._absent = set()

    def _grew(self, files: dict[str, str]) -> bool:
        """Whether at most the newest known file differs, and none went or came before it."""
        newest = self.state.newest_day
        if newest is None:
            return True
        changed = [path for path, blob in self._files.items() if files.get(path) != blob]
        came = files.keys() - self._files.keys()
        return changed in ([], [newest]) and all(path > newest for path in came)

    # ------------------------------------------------------------------ the closed months

    def _leap(self, head: StateHead, files: dict[str, str]) -> None:
        """Begin with the snapshot, and read on from there; stay at nothing where it is unfit."""
        days = folded.in_month(files, max(files, default=""))
        # One request for all that is read where the snapshot is of the month before.
        contents = head.read_many([FOLDED, *days])
        data = contents.pop(FOLDED, None)
        if data is None:
            return
        snapshot = folded.read(data)
        self.unfit = self._try(head, files, snapshot, contents) if snapshot else "cannot be read"
        if self.unfit is None:
            return
        self._forget()
        if folded.is_newer(data):
            self.unfit = None
            self.folded = max(files)

    def _try(
        self,
        head: StateHead,
        files: dict[str, str],
        snapshot: Snapshot,
        contents: Mapping[str, bytes],
    ) -> str | None:
        """What is wrong with the snapshot; else the state has gone on from it."""
        if not snapshot.fits(files):
            return "is not of these daily files"
        if not self._names(head, files, contents, snapshot):
            return "is not what the chain vouches for"
        before = list(self.repairs)
        try:
            self.state = snapshot.state()
            self._files = {p: blob for p, blob in files.items() if p <= snapshot.newest_day}
            self._read(head, files, contents)
        except (LedgerDamaged, ValueError, TypeError, KeyError, AttributeError):
            self.repairs = before
            return "does not fit the chain"
        if self.state.vouched != snapshot.digest:
            self.repairs = before
            return "is not what the chain vouches for"
        self._files = files
        self.folded = snapshot.newest_day
        return None

    def _names(
        self,
        head: StateHead,
        files: Mapping[str, str],
        contents: Mapping[str, bytes],
        snapshot: Snapshot,
    ) -> bool:
        """Whether its digest stands in a daily file after it. Looked for before anything else: what
        somebody else wrote may hold names in a circle, or a thread of a billion parts.
        """
        named = snapshot.digest.encode()
        days = sorted((path for path in files if path > snapshot.newest_day), reverse=True)
        if any(named in contents[path] for path in days if path in contents):
            return True
        others = [path for path in days if path not in contents]
        return any(
            named in data
            for start in range(0, len(others), _AT_ONCE)
            for data in head.read_many(others[start : start + _AT_ONCE]).values()
        )

    def _notice(self, head: StateHead) -> None:
        """Another runner brought a snapshot along: nobody needs to write it again."""
        data = head.read(FOLDED)
        snapshot = folded.read(data) if data else None
        if snapshot and snapshot.digest == self.state.vouched and snapshot.fits(self._files):
            self.folded = snapshot.newest_day

    def _closed_with(self, ids: set[str]) -> set[str]:
        """Those ids that stand in the daily files the snapshot spared us."""
        head, last = self._head, self.folded or ""
        days = sorted((p for p in self._files if p <= last), reverse=True)
        found: set[str] = set()
        for start in range(0, len(days), _AT_ONCE):
            contents = head.read_many(days[start : start + _AT_ONCE]) if head else {}
            for data in contents.values():
                found |= {id_ for id_ in ids if b'"id":"%s"' % id_.encode() in data}
            if found == ids:
                break
        return found

    # ------------------------------------------------------------------ daily files

    def _read(
        self, head: StateHead, files: dict[str, str], contents: Mapping[str, bytes] | None = None
    ) -> None:
        days = sorted(path for path, blob in files.items() if self._files.get(path) != blob)
        last = max(files, default=None)
        for start in range(0, len(days), _AT_ONCE):
            some = days[start : start + _AT_ONCE]
            found = {path: contents[path] for path in some if contents and path in contents}
            found |= head.read_many([path for path in some if path not in found])
            known = some[0] == self.state.newest_day
            if known and not found[some[0]].startswith(self.newest):
                self.rebuild(head)
                return
            with collector_off():
                for path in some:
                    self._one(path, found.pop(path), last=path == last)

    def _one(self, path: str, data: bytes, *, last: bool) -> None:
        known = self.newest if path == self.state.newest_day else b""
        first = known.count(b"\n") + 1
        read = verify(path, data[len(known) :], self.state.link, first_line=first, newest=last)
        if read.torn:
            self.repairs.append(f"{path}:{first + len(read.events)}: a torn line is set aside")
        advance(self.state, read.events, read.link)
        whole = data.removesuffix(read.torn) if read.torn else data
        self.newest = whole + b"\n" if whole and not whole.endswith(b"\n") else whole
        self.torn = self.newest != data
        self.state.newest_day = path
