"""What an uploaded file is, by its first bytes: its media type, its size in pixels, its frames."""

from __future__ import annotations

import struct

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
# Films, pictures and sound share one container; its brand says which it is.
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}


def media_type(data: bytes) -> str | None:
    """Return the media type, or None for bytes no platform here would take."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "video/mp4")
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12])
    return next((mime for magic, mime in _MAGIC if data.startswith(magic)), None)


def size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) of a PNG, GIF or JPEG; None for the rest."""
    mime = media_type(data)
    if mime == "image/png" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if mime == "image/gif" and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg_size(data) if mime == "image/jpeg" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        # C4, C8 and CC sit among the start-of-frame markers but hold tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def gif_frames(data: bytes) -> int:
    """Count the images in a GIF, as far as its blocks can be followed."""
    frames, at = 0, 13 + _palette(data, 10)
    while at + 10 <= len(data):
        if data[at] == 0x2C:  # an image: its own palette, one byte for the coder, the data
            frames += 1
            at = _after_blocks(data, at + 11 + _palette(data, at + 9))
        elif data[at] == 0x21:  # an extension: what kind, the data
            at = _after_blocks(data, at + 2)
        else:
            break
    return frames


def _palette(data: bytes, flags: int) -> int:
    """Return the length of the palette that these flags announce."""
    given = data[flags] if flags < len(data) else 0
    return 3 << ((given & 7) + 1) if given & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1
