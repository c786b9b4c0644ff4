"""WAV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.riff import chunks

if TYPE_CHECKING:
    from postops.content.formats.window import Window


def read(window: Window) -> Header:
    """Seconds, from the bytes a second and the bytes of sound that are really there."""
    rate = 0
    for chunk in chunks(window):
        if chunk.kind == b"fmt ":
            rate = window.number(chunk.offset + 8, "<I")
        elif chunk.kind == b"data":
            length = min(chunk.length, window.size - chunk.offset)
            seconds = length / rate if rate else None
            return Header("audio/wav", seconds=seconds, audio_codec="pcm")
    return Header("audio/wav")
