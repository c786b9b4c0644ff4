"""WebP: lossy, lossless, extended and animated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.exif import has_xmp_place, read_exif
from postops.content.formats.riff import chunks
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from postops.content.formats.riff import Chunk
    from postops.content.formats.window import Window

_LARGEST_TEXT = 1024 * 1024


def read(window: Window) -> Header:
    """Width and height of the canvas, frames, seconds of one round, and place."""
    size: tuple[int, int] | None = None
    frames = milliseconds = 0
    has_gps = False
    for chunk in chunks(window):
        if chunk.offset + chunk.length > window.size:
            raise Damaged("is cut off")
        if chunk.kind in (b"VP8X", b"VP8 ", b"VP8L"):
            size = size or _size(window, chunk)
        elif chunk.kind == b"ANMF":
            frames += 1
            milliseconds += int.from_bytes(window.read(chunk.offset + 12, 3), "little")
        elif chunk.kind in (b"EXIF", b"XMP ") and chunk.length < _LARGEST_TEXT:
            data = window.read(chunk.offset, chunk.length)
            has_gps = has_gps or read_exif(data).has_gps or has_xmp_place(data)
    if size is None:
        raise Damaged("holds no picture")
    seconds = milliseconds / 1000 if frames > 1 else None
    return Header("image/webp", *size, seconds, frames or 1, has_gps)


def _size(window: Window, chunk: Chunk) -> tuple[int, int]:
    data = window.read(chunk.offset, 10)
    if chunk.kind == b"VP8X":
        wide, high = data[4:7], data[7:10]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if chunk.kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    wide, high = data[6:8], data[8:10]
    return int.from_bytes(wide, "little") & 0x3FFF, int.from_bytes(high, "little") & 0x3FFF
