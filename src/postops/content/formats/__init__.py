"""What the first bytes of a media file say. One file per family of formats.

Only headers are read, nothing is decoded, and every length is checked against the file: a file is
what a stranger put into a pull request.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from postops.content.formats.window import Window


class Header(NamedTuple):
    """What a format's headers say. Sizes in pixels as shown (after rotation), times in seconds."""

    mime: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    frames: int | None = None
    has_gps: bool = False
    video_codec: str | None = None
    audio_codec: str | None = None


class _Format(Protocol):
    def read(self, window: Window) -> Header: ...


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
)
_PLAIN = (
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"\0\0\1\0", "image/x-icon"),
)
UNKNOWN = "application/octet-stream"


def read_header(window: Window) -> Header:
    """Tell the format by its first bytes, never by the file's name. Raises `Damaged`."""
    head = window.peek(0, 1024)
    name = _format(head)
    if name is not None:
        module = cast("_Format", import_module(f"{__name__}.{name}"))
        return module.read(window)
    for magic, mime in _PLAIN:
        if head.startswith(magic):
            return Header(mime)
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:  # a frame of ADTS
        return Header("audio/aac", audio_codec="aac")
    return Header("image/svg+xml" if b"<svg" in head else UNKNOWN)


def _format(head: bytes) -> str | None:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12])
    if head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat"):
        return "isobmff"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "mp3"
    return None
