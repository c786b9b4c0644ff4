"""Exif: whether a picture says where it was taken, and how it is turned."""

from __future__ import annotations

import struct
from typing import NamedTuple

_ORIENTATION, _GPS = 0x0112, 0x8825
_MOST_ENTRIES = 512


class Exif(NamedTuple):
    """`turned`: width and height change places when it is shown."""

    has_gps: bool = False
    turned: bool = False


def read_exif(data: bytes) -> Exif:
    """Read a TIFF block, with or without its `Exif` prefix. Nonsense says nothing."""
    if data.startswith(b"Exif\0\0"):
        data = data[6:]
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return Exif()
    try:
        first = _directory(data, order, struct.unpack_from(order + "I", data, 4)[0])
        turned = 5 <= first.get(_ORIENTATION, 1) <= 8
        place = _directory(data, order, first[_GPS]) if _GPS in first else {}
    except struct.error:
        return Exif()
    # Some cameras write the block with nothing but its version: tags 1 to 4 are the coordinates.
    return Exif(any(tag in place for tag in (1, 2, 3, 4)), turned)


def has_xmp_place(data: bytes) -> bool:
    """Whether an XMP packet holds coordinates."""
    return b"GPSLatitude" in data


def _directory(data: bytes, order: str, offset: int) -> dict[int, int]:
    (count,) = struct.unpack_from(order + "H", data, offset)
    entries = {}
    for index in range(min(count, _MOST_ENTRIES)):
        at = offset + 2 + index * 12
        tag, kind = struct.unpack_from(order + "HH", data, at)
        form = "H" if kind == 3 else "I"
        entries[tag] = struct.unpack_from(order + form, data, at + 8)[0]
    return entries
