"""PNG, and APNG: chunks of a length, a type and data."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.exif import has_xmp_place, read_exif
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from postops.content.formats.window import Window

_LARGEST_TEXT = 1024 * 1024


def read(window: Window) -> Header:
    """Width and height from IHDR, frames from acTL, place from eXIf or XMP."""
    if window.read(12, 4) != b"IHDR":
        raise Damaged("does not begin with its size")
    width, height = struct.unpack(">II", window.read(16, 8))
    frames, has_gps, turned = 1, False, False
    offset = 8
    while True:
        length, kind = struct.unpack(">I4s", window.read(offset, 8))
        if kind == b"IEND":
            break
        if offset + 12 + length > window.size:
            raise Damaged("is cut off")
        if kind == b"acTL":
            frames = window.number(offset + 8, ">I")
        elif kind == b"eXIf" and length < _LARGEST_TEXT:
            exif = read_exif(window.read(offset + 8, length))
            has_gps, turned = has_gps or exif.has_gps, exif.turned
        elif kind == b"iTXt" and length < _LARGEST_TEXT:
            has_gps = has_gps or has_xmp_place(window.read(offset + 8, length))
        offset += 12 + length
    if turned:
        width, height = height, width
    return Header("image/png", width, height, frames=frames, has_gps=has_gps)
