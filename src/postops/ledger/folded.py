"""`state/folded.jsonl`: everything up to the last closed month, folded once and for all.

A month is closed when the newest daily file is of a later one: nothing is ever appended to a file
older than that. The first write of a new month brings the snapshot along, and vouches for it with a
`folded` event that holds its digest; so it is protected by the chain like any event. The daily
files stay what they are, the truth; whoever doubts folds them all (`postops ledger verify`).

    line 1   where the chain stood, what the daily files were, bindings, budgets
    line 2   the names of the deliveries, sorted
    then     one row for each name (`row.py`)
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from postops.ledger.chain import LEDGER
from postops.ledger.events import encode
from postops.ledger.row import Rows, pack
from postops.ledger.state import Binding, LedgerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from postops.ledger.events import Draft

FOLDED = "state/folded.jsonl"
VERSION = 1
_MONTH = len(f"{LEDGER}2026/03/")


class Folding(NamedTuple):
    """A snapshot to be written: its bytes, the last daily file and the last event in it."""

    data: bytes
    newest_day: str
    upto: int

    @property
    def draft(self) -> Draft:
        """The event that vouches for it."""
        return {"type": "folded", "digest": digest(self.data), "upto": self.upto}


class Snapshot(NamedTuple):
    """A snapshot as it was read. `head` is its first line; nothing else was unpacked yet."""

    head: dict[str, Any]
    names: list[str]
    rows: list[bytes]
    digest: str

    @property
    def newest_day(self) -> str:
        """The last daily file that is folded into it."""
        newest: str = self.head["newest_day"]
        return newest

    def fits(self, files: Mapping[str, str]) -> bool:
        """Whether the daily files up to it are, byte for byte, those it was made from."""
        if not any(files.values()):  # on disk, without git: nobody knows
            return True
        return bool(self.head["days"] == days_digest(files, self.newest_day))

    def state(self) -> LedgerState:
        """The state as it was then, rows still packed."""
        head = self.head
        owned = {name: set(ids) for name, ids in head["remote_ids"].items()}
        return LedgerState(
            deliveries=Rows(dict(zip(self.names, self.rows, strict=True)), owned),
            bound={name: Binding(*said) for name, said in head["bound"].items()},
            budgets=head["budgets"],
            seq=head["seq"],
            tip=head["tip"],
            genesis=head["genesis"],
            newest_day=head["newest_day"],
            last_recorded_at=head["last_recorded_at"],
            last_id=head["last_id"],
            vouched=head["vouched"],
            renamed=head["renamed"],
            owned=owned,
        )


def closed(days: Iterable[str], day: str) -> str | None:
    """The newest daily file of the months before that of `day`; `None` where there is none."""
    return max((one for one in days if one[:_MONTH] < day[:_MONTH]), default=None)


def in_month(days: Iterable[str], day: str) -> list[str]:
    """The daily files of the same month."""
    return [one for one in days if one[:_MONTH] == day[:_MONTH]]


def digest(data: bytes) -> str:
    """What a `folded` event says of a snapshot's bytes."""
    return f"sha256:{sha256(data).hexdigest()}"


def days_digest(files: Mapping[str, str], newest: str) -> str:
    """Over the daily files up to `newest` and their ids: reads none of them."""
    lines = (f"{path} {files[path]}\n" for path in sorted(files) if path <= newest)
    return sha256("".join(lines).encode()).hexdigest()


def write(state: LedgerState, files: Mapping[str, str]) -> bytes:
    """The snapshot of a state that ends with the newest of `files`, the daily files and their ids.

    The same chain gives the same bytes, be it folded from the start or from an older snapshot.
    """
    deliveries = state.deliveries
    names = sorted(deliveries)
    if isinstance(deliveries, Rows):
        rows = [deliveries.raw(name) for name in names]
    else:
        rows = [pack(deliveries[name]) for name in names]
    newest = state.newest_day or ""
    head = {
        "version": VERSION,
        "seq": state.seq,
        "tip": state.tip,
        "genesis": state.genesis,
        "newest_day": newest,
        "days": days_digest(files, newest),
        "last_recorded_at": state.last_recorded_at,
        "last_id": max((*state.ids, state.last_id)),
        "vouched": state.vouched,
        "bound": {name: list(binding) for name, binding in state.bound.items()},
        "budgets": state.budgets,
        "renamed": state.renamed,
        "remote_ids": _elsewhere(state),
    }
    return b"\n".join((encode(head), orjson.dumps(names), *rows)) + b"\n"


def _elsewhere(state: LedgerState) -> dict[str, list[str]]:
    """The remote ids that no row holds: of earlier generations, and of what was not kept."""
    held: dict[str, set[str]] = {}
    for delivery in state.deliveries.values():
        ids = (part.remote_id for part in delivery.parts.values())
        held.setdefault(delivery.account, set()).update(ids)
    found = {name: sorted(ids - held.get(name, set())) for name, ids in state.owned.items()}
    return {name: ids for name, ids in found.items() if ids}


def read(data: bytes) -> Snapshot | None:
    """A snapshot's parts; `None` for anything this postops did not write whole."""
    try:
        first, second, *rows = data.removesuffix(b"\n").split(b"\n")
        head, names = orjson.loads(first), orjson.loads(second)
        if head["version"] != VERSION or len(names) != len(rows):
            return None
        if not (isinstance(head["days"], str) and isinstance(head["newest_day"], str)):
            return None
    except (ValueError, TypeError, KeyError):
        return None
    return Snapshot(head, names, rows, digest(data))


def is_newer(data: bytes) -> bool:
    """Whether a newer postops wrote it: then it is not ours to replace."""
    try:
        return bool(orjson.loads(data.partition(b"\n")[0])["version"] > VERSION)
    except (ValueError, TypeError, KeyError):
        return False
