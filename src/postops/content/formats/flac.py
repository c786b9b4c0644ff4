"""FLAC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.content.formats import Header

if TYPE_CHECKING:
    from postops.content.formats.window import Window


def read(window: Window) -> Header:
    """Seconds, from the samples and the rate in STREAMINFO."""
    bits = int.from_bytes(window.read(18, 8), "big")
    rate, samples = bits >> 44, bits & 0xFFFFFFFFF
    seconds = samples / rate if rate and samples else None
    return Header("audio/flac", seconds=seconds, audio_codec="flac")
