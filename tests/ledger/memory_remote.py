"""A `StateRemote` in memory, with the same compare-and-swap and faults on demand.

Stands in for git in the simulator: no process, no disk, no loop of its own. `Cloud` is what all
runners share; every runner has a `MemoryRemote` on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import orjson

from postops.errors import LedgerConflict, LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from postops.ledger.remote import StateHead

Fault = Literal["refused", "lost-answer", "unreachable", "stuck-lock"]


@dataclass(frozen=True)
class MemoryHead:
    """A commit: its files, and the one it follows."""

    sha: str | None
    anchor: str | None
    files: dict[str, bytes]
    parent: MemoryHead | None = None

    def listing(self, prefix: str) -> dict[str, str]:
        # The bytes are their own id, as far as anybody compares them.
        return {p: str(hash(d)) for p, d in self.files.items() if p.startswith(prefix)}

    def paths(self, prefix: str) -> list[str]:
        return sorted(self.listing(prefix))

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}

    def descends(self) -> bool:
        at: MemoryHead | None = self
        while at is not None:
            if self.anchor in (None, at.sha):
                return True
            at = at.parent
        return False


@dataclass
class Cloud:
    """The hosted repository. `faults` are used up by the next pushes, in order."""

    head: MemoryHead = field(default_factory=lambda: MemoryHead(None, None, {}))
    commits: int = 0
    faults: list[Fault] = field(default_factory=list)
    unreachable: bool = False


class MemoryRemote:
    """One runner's way to the cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    async def fetch(self) -> MemoryHead:
        if self.cloud.unreachable:
            raise LedgerError("the remote cannot be reached")
        return self.cloud.head

    async def push(self, base: StateHead, changes: Mapping[str, bytes], message: str) -> MemoryHead:
        cloud = self.cloud
        fault = cloud.faults.pop(0) if cloud.faults else None
        if fault == "unreachable" or cloud.unreachable:
            raise LedgerError("the remote cannot be reached")
        if fault == "refused":
            raise LedgerError("the remote refused the ledger: pre-receive hook declined")
        if fault == "stuck-lock" or (base.sha, base.anchor) != (cloud.head.sha, cloud.head.anchor):
            raise LedgerConflict("another runner moved the ledger first")
        cloud.commits += 1
        sha = f"{cloud.commits:040x}"
        parent = cloud.head if cloud.head.sha else None
        cloud.head = MemoryHead(sha, sha, {**cloud.head.files, **changes}, parent)
        if fault == "lost-answer":
            raise LedgerError("the answer of the push was lost")
        return cloud.head


class MemoryOutbox:
    """An `Outbox` that outlives its run when it is handed to the next one."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def leftovers(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self.lines]

    def append(self, lines: Sequence[bytes], *, sync: bool = True) -> None:
        self.lines.extend(lines)

    async def sync(self) -> None:
        pass

    def settle(self) -> None:
        self.lines.clear()

    def close(self) -> None:
        pass
