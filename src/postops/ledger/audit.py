"""Look at everything a head holds, and believe nothing: what `postops ledger verify` does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from postops.collector import collector_off
from postops.errors import LedgerDamaged
from postops.ledger import folded
from postops.ledger.anchor import why_held
from postops.ledger.chain import LEDGER, is_day, verify
from postops.ledger.events import Event
from postops.ledger.folded import FOLDED
from postops.ledger.state import LedgerState, advance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.ledger.remote import StateHead

_AT_ONCE = 100  # daily files held in memory
_OF_AN_ACCOUNT = frozenset({"bound", "budget", "listed"})


@dataclass
class Audit:
    """What was found. `faults` are (where, what), `where` being a file and a line; `notes` are
    no faults. `snapshot` is `none`, `missing`, `good` or `bad`. `state` is of what could be read.
    """

    state: LedgerState = field(default_factory=LedgerState)
    files: int = 0
    types: Counter[str] = field(default_factory=Counter)
    first_recorded_at: str | None = None
    snapshot: str = "none"
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def audit(head: StateHead) -> Audit:
    """Read every line, check its place and its shape, and fold; compare with the snapshot.

    Stops at a broken chain: nothing behind it can be believed. Raises `LedgerVersion`.
    """
    found = Audit()
    held = why_held(head)
    if held is not None:
        found.faults.append(("refs/postops/anchor", held))
    files = {path: blob for path, blob in head.listing(LEDGER).items() if is_day(path)}
    snapshot = _Expected(found, files, head.read(FOLDED))
    days = sorted(files)
    try:
        for start in range(0, len(days), _AT_ONCE):
            contents = head.read_many(days[start : start + _AT_ONCE])
            with collector_off():
                for path in sorted(contents):
                    _file(found, path, contents.pop(path), newest=path == days[-1])
                    snapshot.compare(path)
    except LedgerDamaged as error:
        found.faults.append((error.where or LEDGER, str(error).removeprefix(f"{error.where}: ")))
        return found
    snapshot.judge()
    return found


def _file(found: Audit, path: str, data: bytes, *, newest: bool) -> None:
    read = verify(path, data, found.state.link, newest=newest)
    for number, event in enumerate(read.events, 1):
        wrong = misshapen(event)
        if wrong is not None:
            found.faults.append((f"{path}:{number}", wrong))
    if read.torn:
        found.notes.append(f"{path}:{len(read.events) + 1}: a torn line; the next write removes it")
    if read.events and found.first_recorded_at is None:
        found.first_recorded_at = read.events[0]["recorded_at"]
    found.types.update(event["type"] for event in read.events)
    found.files += 1
    try:
        advance(found.state, read.events, read.link)
    except LedgerDamaged as error:
        raise LedgerDamaged(f"{path}: {error}", where=path) from error
    found.state.newest_day = path


class _Expected:
    """The snapshot, and what it should be."""

    def __init__(self, found: Audit, files: Mapping[str, str], data: bytes | None) -> None:
        self.found = found
        self.files = files
        self.data = data
        self.read = folded.read(data) if data is not None else None
        self.same = False

    def compare(self, path: str) -> None:
        """Called after each daily file: is this the state the snapshot shows?"""
        if self.read is not None and path == self.read.newest_day:
            self.same = folded.write(self.found.state, self.files) == self.data

    def judge(self) -> None:
        found = self.found
        if self.data is None:
            if folded.closed(self.files, max(self.files, default="")):
                found.snapshot = "missing"
                found.notes.append("closed months are not folded yet: postops ledger compact")
        elif self.read is None and folded.is_newer(self.data):
            found.snapshot = "newer"
            found.notes.append(f"{FOLDED} is of a newer postops and was not looked at")
        elif self.read is None:
            self._bad("cannot be read")
        elif not self.same:
            self._bad("is not what the events add up to")
        elif found.state.vouched != self.read.digest:
            self._bad("is not what the chain vouches for")
        else:
            found.snapshot = "good"

    def _bad(self, why: str) -> None:
        self.found.snapshot = "bad"
        self.found.faults.append((FOLDED, f"{why}; it is not used: postops ledger compact"))


def misshapen(event: Mapping[str, Any]) -> str | None:
    """What is wrong with the shape of an event, in words."""
    for name, value in event.items():
        kinds = _KINDS.get(name)
        if kinds is not None and not isinstance(value, kinds):
            return f"{name} is of the wrong type ({type(value).__name__})"
    if event["type"] == "folded":
        return None if "digest" in event else "folded, and no digest"
    key = "account" if event["type"] in _OF_AN_ACCOUNT else "delivery"
    if not event.get(key):
        return f"{event['type']}, and no {key}"
    if key == "delivery" and "@" not in event[key]:
        return f"{event[key]!r} is not a delivery (post@account)"
    return None


def _plain(hint: Any) -> tuple[type, ...]:
    """The classes a value may be of. A whole number is a number, too."""
    kinds = [get_origin(one) or one for one in (get_args(hint) or (hint,))]
    return (*kinds, int) if float in kinds else tuple(kinds)


_KINDS = {name: _plain(hint) for name, hint in get_type_hints(Event).items()}
