"""MP3: the first frame behind the tags tells the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.content.formats import Header

if TYPE_CHECKING:
    from postops.content.formats.window import Window

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_SEARCH = 4096


def read(window: Window) -> Header:
    """Seconds from the Xing header, else from the first frame's bit rate."""
    start = _after_tag(window)
    head = window.peek(start, _SEARCH)
    at = next((i for i in range(len(head) - 3) if _is_frame(head[i : i + 4])), None)
    seconds = None if at is None else _seconds(head[at:], window.size - start - at)
    return Header("audio/mpeg", seconds=seconds, audio_codec="mp3")


def _after_tag(window: Window) -> int:
    tag = window.peek(0, 10)
    if not tag.startswith(b"ID3") or len(tag) < 10:
        return 0
    size = 0
    for byte in tag[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10


def _is_frame(head: bytes) -> bool:
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rates = head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
    return head[0] == 0xFF and head[1] >= 0xE0 and version != 1 and layer == 1 and rates


def _seconds(frame: bytes, size: int) -> float | None:
    version = frame[1] >> 3 & 3
    rate = _RATES[version][frame[2] >> 2 & 3]
    samples = 1152 if version == 3 else 576
    for name in (b"Xing", b"Info"):
        at = frame.find(name, 0, 200)
        if at >= 0 and len(frame) >= at + 12 and frame[at + 7] & 1:
            return int.from_bytes(frame[at + 8 : at + 12], "big") * samples / rate
    kbits = (_KBITS_1 if version == 3 else _KBITS_2)[frame[2] >> 4]
    return size / (kbits * 125)
