"""The port between the ledger and where it is kept: fetch a head, push the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class StateHead(Protocol):
    """One state of `state/`, as it was at one commit."""

    @property
    def sha(self) -> str | None:
        """The commit that holds it; `None` where nothing was ever pushed."""
        ...

    @property
    def anchor(self) -> str | None:
        """The commit `refs/postops/anchor` remembers."""
        ...

    def listing(self, prefix: str) -> Mapping[str, str]:
        """The files below `prefix`, each with an id that changes with its bytes."""
        ...

    def paths(self, prefix: str) -> list[str]:
        """The files below `prefix`, sorted."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of one file; `None` where it does not exist."""
        ...

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of many files at once; those that do not exist are left out."""
        ...

    def descends(self) -> bool:
        """Whether everything the anchor remembers is still in this head."""
        ...


class StateRemote(Protocol):
    """Where the ledger is kept."""

    async def fetch(self) -> StateHead:
        """The head as it is now. Raises `LedgerError` where it cannot be read."""
        ...

    async def push(self, base: StateHead, changes: Mapping[str, bytes], message: str) -> StateHead:
        """Compare and swap: replace whole files on top of `base`, and move the anchor along.

        Raises `LedgerConflict` where the head is no longer `base`, `LedgerError` where the push was
        refused or its answer never came. After either, only a fetch tells whether it landed.
        """
        ...
