"""Uploaded bytes, kept once by their SHA-256."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Blobs:
    """Bytes by hex digest: in memory until saved, read back only when somebody asks."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._fresh: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """Keep `data`; the same bytes always give the same digest."""
        digest = hashlib.sha256(data).hexdigest()
        self._fresh.setdefault(digest, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes. Raises KeyError when they were never stored."""
        if digest in self._fresh:
            return self._fresh[digest]
        # A digest arrives from URLs too: only sixty-four hex digits may become a file name.
        well_formed = len(digest) == 64 and all(c in "0123456789abcdef" for c in digest)
        if self._folder is None or not well_formed or not (self._folder / digest).is_file():
            raise KeyError(digest)
        return (self._folder / digest).read_bytes()

    def save(self, folder: Path) -> None:
        """Write what is not yet on disk; a file never changes once it is there."""
        if self._fresh:
            folder.mkdir(parents=True, exist_ok=True)
        for digest, data in self._fresh.items():
            target = folder / digest
            if not target.is_file():
                partial = target.with_suffix(".part")
                partial.write_bytes(data)
                partial.replace(target)
