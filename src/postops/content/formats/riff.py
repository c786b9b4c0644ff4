"""RIFF: the chunks of WebP and WAV."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.content.formats.window import Window


class Chunk(NamedTuple):
    """Where a chunk's data begin, and how many bytes it says they are."""

    kind: bytes
    offset: int
    length: int


def chunks(window: Window) -> Iterator[Chunk]:
    """The chunks after the RIFF head. A length may still lie: reads are checked."""
    offset = 12
    while offset + 8 <= window.size:
        kind, length = struct.unpack("<4sI", window.read(offset, 8))
        yield Chunk(kind, offset + 8, length)
        offset += 8 + length + (length & 1)
