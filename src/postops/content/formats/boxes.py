"""ISO base media: boxes of a length, a type and data. MP4, MOV, HEIC and AVIF are made of them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.content.formats.window import Window


class Box(NamedTuple):
    """Where a box's data begin, and where they end, exclusive."""

    kind: bytes
    start: int
    end: int


def boxes(window: Window, start: int, end: int) -> Iterator[Box]:
    """The boxes from `start` to `end`. Raises `Damaged` where one does not fit."""
    while start + 8 <= end:
        length, kind = struct.unpack(">I4s", window.read(start, 8))
        head = 8
        if length == 1:
            length, head = window.number(start + 8, ">Q"), 16
        elif length == 0:  # up to the end of the file
            length = end - start
        if length < head:
            raise Damaged("has a box of no length")
        if start + length > end:
            raise Damaged("is cut off")
        yield Box(kind, start + head, start + length)
        start += length


def find(window: Window, parent: Box, *path: bytes) -> Box | None:
    """The first box along a path of types."""
    for kind in path:
        inner = next((b for b in boxes(window, parent.start, parent.end) if b.kind == kind), None)
        if inner is None:
            return None
        parent = inner
    return parent
