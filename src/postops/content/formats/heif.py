"""HEIC and AVIF: a picture described in `meta`."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.boxes import Box, boxes, find
from postops.content.formats.exif import has_xmp_place, read_exif
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.content.formats.window import Window

_LARGEST_TEXT = 1024 * 1024
_MOST_ITEMS = 4096


def read_picture(window: Window, mime: str) -> Header:
    """Width and height of the whole picture, turned as it is shown; place from its Exif."""
    top = {box.kind: box for box in boxes(window, 0, window.size)}
    if b"meta" not in top:
        raise Damaged("holds no picture")
    meta = _full(top[b"meta"])
    sizes, turned = _properties(window, meta)
    if not sizes:
        raise Damaged("holds no picture")
    # Tiles and thumbnails have sizes of their own; the picture is never smaller than they are.
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    if turned:
        width, height = height, width
    has_gps = any(_has_place(window, *place) for place in _texts(window, meta))
    return Header(mime, width, height, frames=_frames(window, top), has_gps=has_gps)


def _full(box: Box) -> Box:
    """A box whose data begin behind a version and flags."""
    return box._replace(start=box.start + 4)


def _properties(window: Window, meta: Box) -> tuple[list[tuple[int, int]], bool]:
    sizes, turned = [], False
    holder = find(window, meta, b"iprp", b"ipco")
    if holder is not None:
        for box in boxes(window, holder.start, holder.end):
            if box.kind == b"ispe":
                sizes.append(struct.unpack(">II", window.read(box.start + 4, 8)))
            elif box.kind == b"irot":
                turned = bool(window.read(box.start, 1)[0] & 1)
    return sizes, turned


def _frames(window: Window, top: dict[bytes, Box]) -> int:
    """Samples of the first track, in a sequence; 1 in a picture."""
    if b"moov" not in top:
        return 1
    sizes = find(window, top[b"moov"], b"trak", b"mdia", b"minf", b"stbl", b"stsz")
    return 1 if sizes is None else window.number(sizes.start + 8, ">I")


def _has_place(window: Window, kind: bytes, offset: int, length: int) -> bool:
    if length > _LARGEST_TEXT:
        return False
    data = window.read(offset, length)
    if kind == b"mime":
        return has_xmp_place(data)
    skip = int.from_bytes(data[:4], "big")  # Exif in HEIF: first the distance to the TIFF head
    return read_exif(data[4 + skip :]).has_gps


def _texts(window: Window, meta: Box) -> Iterator[tuple[bytes, int, int]]:
    """Type, offset and length of the items that hold Exif or XMP."""
    names, places = find(window, meta, b"iinf"), find(window, meta, b"iloc")
    if names is None or places is None:
        return
    wanted = dict(_text_items(window, names))
    for item, offset, length in _locations(window, places):
        if item in wanted:
            yield wanted[item], offset, length


def _text_items(window: Window, names: Box) -> Iterator[tuple[int, bytes]]:
    version = window.read(names.start, 1)[0]
    start = names.start + (6 if version == 0 else 8)
    for box in boxes(window, start, names.end):
        entry = window.read(box.start, 1)[0]
        if box.kind != b"infe" or entry not in (2, 3):
            continue
        item = window.number(box.start + 4, ">H" if entry == 2 else ">I")
        kind = window.read(box.start + (8 if entry == 2 else 10), 4)
        if kind in (b"Exif", b"mime"):
            yield item, kind


def _locations(window: Window, places: Box) -> Iterator[tuple[int, int, int]]:
    data = _Cursor(window, places.start)
    version = data.take(1)
    data.take(3)
    widths, more = data.take(1), data.take(1)
    offset_width, length_width, base_width = widths >> 4, widths & 15, more >> 4
    index_width = more & 15 if version else 0
    for _ in range(min(data.take(4 if version == 2 else 2), _MOST_ITEMS)):
        item = data.take(4 if version == 2 else 2)
        method = data.take(2) & 15 if version else 0
        data.take(2)
        base = data.take(base_width)
        extents = []
        for _ in range(min(data.take(2), _MOST_ITEMS)):
            data.take(index_width)
            extents.append((base + data.take(offset_width), data.take(length_width)))
        if method == 0 and len(extents) == 1:
            yield item, *extents[0]


class _Cursor:
    def __init__(self, window: Window, offset: int) -> None:
        self._window, self._offset = window, offset

    def take(self, width: int) -> int:
        """The next number, of `width` bytes; 0 where it has none."""
        value = int.from_bytes(self._window.read(self._offset, width), "big")
        self._offset += width
        return value
