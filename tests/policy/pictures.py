"""Media for the cases, made of a few words: `png 100x50`, `gif 9x9 2 frames`, `mp4 9x9 3 seconds`.

More words: `90 frames` and `in hvc1` (a codec) in an MP4, `2000001 bytes` fills the file up, `gps` puts a position into a PNG. `text …` is itself, `letters 99` so many
letters, `title 99` a post with so long a title.
"""

from __future__ import annotations

import re
import struct
import zlib

_EXIF_WITH_GPS = (
    b"II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\x1a\x00\x00\x00"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x02\x00\x02\x00\x00\x00N\x00\x00\x00\x00\x00\x00\x00"
)


def make(words: str) -> bytes:
    """The bytes of the file these words describe."""
    kind, _, rest = words.strip().partition(" ")
    if kind == "text":
        return rest.encode()
    if kind == "letters":
        return b"a" * int(rest)
    if kind == "title":
        return b"---\ntitle: " + b"a" * int(rest) + b"\n---\nHello\n"
    size = re.search(r"([0-9]+)x([0-9]+)", rest)
    width, height = (int(size[1]), int(size[2])) if size else (1, 1)
    if kind == "png":
        return png(width, height, _number(rest, "bytes"), gps="gps" in rest)
    if kind == "gif":
        return gif(width, height, _number(rest, "frames") or 1)
    if kind == "mp4":
        codec = re.search(r"in ([A-Za-z0-9]{4})", rest)
        four = codec[1].encode() if codec else b"avc1"
        return mp4(width, height, _number(rest, "seconds") or 1, _number(rest, "frames"), four)
    raise ValueError(f"no such media: {words}")


def _number(words: str, what: str) -> int:
    found = re.search(rf"([0-9]+) {what}", words)
    return int(found[1]) if found else 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, size: int, *, gps: bool) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + _chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    )
    place = _chunk(b"eXIf", _EXIF_WITH_GPS) if gps else b""
    end = _chunk(b"IEND", b"")
    spare = max(0, size - len(head) - len(place) - len(end) - 12)
    return head + place + (_chunk(b"tEXt", b"\0" * spare) if spare else b"") + end


def gif(width: int, height: int, frames: int) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x01\x44\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + frame * frames + b";"


def _box(kind: bytes, *data: bytes) -> bytes:
    whole = b"".join(data)
    return struct.pack(">I", len(whole) + 8) + kind + whole


def mp4(width: int, height: int, seconds: int, frames: int, codec: bytes) -> bytes:
    length = struct.pack(">IIIIII", 0, 0, 0, 1000, seconds * 1000, 0)
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    sizes = _box(b"stsz", struct.pack(">III", 0, 1, frames))
    track = _box(
        b"trak",
        _box(b"tkhd", b"\0" * 40, matrix, struct.pack(">II", width << 16, height << 16)),
        _box(
            b"mdia",
            _box(b"hdlr", b"\0" * 8, b"vide", b"\0" * 12),
            _box(b"minf", _box(b"stbl", _box(b"stsd", b"\0" * 12, codec, b"\0" * 8), sizes)),
        ),
    )
    return _box(b"ftyp", b"isom", b"\0" * 4) + _box(b"moov", _box(b"mvhd", length), track)
