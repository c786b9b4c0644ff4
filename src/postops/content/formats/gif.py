"""GIF: blocks, walked through to count the frames and their delays."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from postops.content.formats.window import Window

_IMAGE, _EXTENSION, _TRAILER, _CONTROL = 0x2C, 0x21, 0x3B, 0xF9


def read(window: Window) -> Header:
    """Width, height, the number of frames, and how long one round takes."""
    width, height, flags = struct.unpack("<HHB", window.read(6, 5))
    offset = 13 + _table(flags)
    frames, hundredths = 0, 0
    while (block := window.read(offset, 1)[0]) != _TRAILER:
        if block == _IMAGE:
            frames += 1
            offset = _sub_blocks(window, offset + 11 + _table(window.read(offset + 9, 1)[0]))
        elif block == _EXTENSION:
            if window.read(offset + 1, 1)[0] == _CONTROL:
                hundredths += window.number(offset + 4, "<H")
            offset = _sub_blocks(window, offset + 2)
        else:
            raise Damaged("has a block of no known kind")
    seconds = hundredths / 100 if frames > 1 else None
    return Header("image/gif", width, height, seconds, frames)


def _table(flags: int) -> int:
    """The bytes of a colour table, by the flags before it."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(window: Window, offset: int) -> int:
    while length := window.read(offset, 1)[0]:
        offset += length + 1
    return offset + 1
