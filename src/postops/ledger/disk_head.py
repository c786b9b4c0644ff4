"""`state/` on disk as a head: the reading copy, or the work tree's own where it is tracked."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import orjson

from postops.ledger.chain import LEDGER
from postops.ledger.folded import FOLDED
from postops.ledger.follow import Follower
from postops.ledger.reading_copy import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from postops.ledger.state import LedgerState


def last_seen(root: Path) -> LedgerState | None:
    """The ledger as `state/` has it; `None` where that holds too little of it.

    Raises `LedgerDamaged`, `LedgerVersion`.
    """
    head = DiskHead(root)
    if not head.listing(LEDGER):
        return None
    follower = Follower()
    try:
        follower.follow(head)
    except FileNotFoundError:  # a closed month that the copy leaves out, and no good snapshot
        return None
    return follower.state


class DiskHead:
    """A `StateHead` for reading only.

    Ids come from the note of the reading copy; without one they are empty, and say nothing.
    """

    sha: str | None = None
    anchor: str | None = None

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files = _noted(root)
        if self._files is None:
            found = (root / LEDGER).glob("[0-9]*/[0-9]*/[0-9]*.jsonl")
            self._files = {path.relative_to(root).as_posix(): "" for path in found}

    def listing(self, prefix: str) -> Mapping[str, str]:
        return {p: blob for p, blob in (self._files or {}).items() if p.startswith(prefix)}

    def paths(self, prefix: str) -> list[str]:
        return sorted(self.listing(prefix))

    def read(self, path: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError):
            return (self.root / path).read_bytes()
        return None

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Raises `FileNotFoundError` for a daily file that is listed, and left out on disk."""
        found = {}
        for path in paths:
            if path != FOLDED:
                found[path] = (self.root / path).read_bytes()
            elif (data := self.read(path)) is not None:
                found[path] = data
        return found

    def descends(self) -> bool:
        return True


def _noted(root: Path) -> dict[str, str] | None:
    try:
        note = orjson.loads((root / NOTE).read_bytes())
        return {path: facts[0] for path, facts in note["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
