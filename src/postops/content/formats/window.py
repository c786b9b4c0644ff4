"""Bounded reading of a file of unknown honesty."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

_PAGE = 64 * 1024
_BYTES = 256 * 1024 * 1024  # a GIF has to be walked through to count its frames
_STEPS = 500_000


class Damaged(ValueError):  # noqa: N818 - what it is
    """The file is cut off, or its lengths cannot be true. The text says which, in a few words."""


class Window:
    """Reads at offsets, through one page of buffer, within a budget of bytes and steps."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size
        self._start, self._page = 0, b""
        self._bytes, self._steps = _BYTES, _STEPS

    def peek(self, offset: int, length: int) -> bytes:
        """At most `length` bytes: fewer at the end of the file."""
        self._steps -= 1
        if self._steps < 0:
            raise Damaged("has too many parts")
        start = offset - self._start
        if start < 0 or start + length > len(self._page):
            self._load(offset, length)
            start = 0
        return self._page[start : start + length]

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes. Raises `Damaged` where the file ends before."""
        if offset + length > self.size:
            raise Damaged("is cut off")
        data = self.peek(offset, length)
        if len(data) < length:
            raise Damaged("is cut off")
        return data

    def number(self, offset: int, form: str) -> int:
        """One number, by a `struct` format such as `>I`."""
        value: int = struct.unpack(form, self.read(offset, struct.calcsize(form)))[0]
        return value

    def _load(self, offset: int, length: int) -> None:
        wanted = max(length, _PAGE)
        self._bytes -= wanted
        if self._bytes < 0:
            raise Damaged("is too large to look through")
        self._file.seek(offset)
        self._start, self._page = offset, self._file.read(wanted)
