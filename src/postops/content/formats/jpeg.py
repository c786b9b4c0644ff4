"""JPEG: segments of a marker and a length, until the picture itself begins."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.exif import has_xmp_place, read_exif
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from postops.content.formats.window import Window

_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END, _SCAN, _APP1 = 0xD9, 0xDA, 0xE1


def read(window: Window) -> Header:
    """Width and height from the frame header; place and turn from Exif or XMP."""
    width = height = None
    has_gps = turned = False
    offset = 2
    while True:
        offset, marker = _marker(window, offset)
        if marker in _ALONE:
            continue
        if marker in (_END, _SCAN):
            break
        length = window.number(offset, ">H")
        if length < 2:
            raise Damaged("has a segment of no length")
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", window.read(offset + 3, 4))
        elif marker == _APP1:
            data = window.read(offset + 2, length - 2)
            exif = read_exif(data) if data.startswith(b"Exif") else None
            has_gps = has_gps or has_xmp_place(data) or (exif is not None and exif.has_gps)
            turned = turned or (exif is not None and exif.turned)
        offset += length
    if width is None:
        raise Damaged("holds no picture")
    if turned:
        width, height = height, width
    return Header("image/jpeg", width, height or None, frames=1, has_gps=has_gps)


def _marker(window: Window, offset: int) -> tuple[int, int]:
    """The next marker, and where what follows it begins. Fill bytes before it are allowed."""
    if window.read(offset, 1) != b"\xff":
        raise Damaged("has a segment that does not end where it says")
    while (byte := window.read(offset, 1)[0]) == 0xFF:
        offset += 1
    return offset + 1, byte
