"""Ogg: Vorbis, Opus, and whatever else it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.content.formats import Header

if TYPE_CHECKING:
    from postops.content.formats.window import Window

_TAIL = 64 * 1024  # a page is at most 65,307 bytes
_OPUS_RATE = 48_000  # RFC 7845: granules always count 48 kHz


def read(window: Window) -> Header:
    """The codec of the first stream; seconds from the last page's granule position."""
    head = window.peek(28, 64)
    if head.startswith(b"OpusHead"):
        return Header("audio/ogg", seconds=_seconds(window, _OPUS_RATE), audio_codec="opus")
    if head.startswith(b"\x01vorbis"):
        rate = int.from_bytes(head[12:16], "little")
        return Header("audio/ogg", seconds=_seconds(window, rate), audio_codec="vorbis")
    if head.startswith(b"\x80theora"):
        return Header("video/ogg", video_codec="theora")
    return Header("audio/ogg")


def _seconds(window: Window, rate: int) -> float | None:
    start = max(0, window.size - _TAIL)
    tail = window.peek(start, window.size - start)
    page = tail.rfind(b"OggS")
    granule = int.from_bytes(tail[page + 6 : page + 14], "little", signed=True)
    return granule / rate if page >= 0 and granule > 0 and rate else None
