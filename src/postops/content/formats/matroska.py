"""Matroska and WebM: elements of an id, a length and data (EBML)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from postops.content.formats import Header
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.content.formats.window import Window

_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = (
    0x1A45DFA3,
    0x18538067,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
)
_DOC_TYPE, _SCALE, _DURATION = 0x4282, 0x2AD7B1, 0x4489
_TRACK, _TYPE, _CODEC, _VIDEO, _WIDTH, _HEIGHT = 0xAE, 0x83, 0x86, 0xE0, 0xB0, 0xBA
_SHORT = 64  # no number or name that is read here is longer


class _Element(NamedTuple):
    id: int
    start: int
    end: int


def read(window: Window) -> Header:
    """Codecs, width, height and seconds, as far as they stand before the first cluster."""
    kind, facts = b"webm", _Facts()
    for top in _elements(window, 0, window.size):
        if top.id == _EBML:
            kind = _child(window, top, _DOC_TYPE) or kind
        elif top.id == _SEGMENT:
            _segment(window, top, facts)
    family = "video" if facts.video or not facts.audio else "audio"
    mime = f"{family}/webm" if kind.rstrip(b"\0") == b"webm" else f"{family}/x-matroska"
    return Header(
        mime, facts.width, facts.height, facts.seconds,
        video_codec=facts.video, audio_codec=facts.audio,
    )  # fmt: skip


class _Facts:
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    video: str | None = None
    audio: str | None = None


def _segment(window: Window, segment: _Element, facts: _Facts) -> None:
    for part in _elements(window, segment.start, segment.end):
        if part.id == _CLUSTER:
            return
        if part.id == _INFO:
            scale = int.from_bytes(_child(window, part, _SCALE) or b"\x0f\x42\x40", "big")
            facts.seconds = _float(_child(window, part, _DURATION), scale)
        elif part.id == _TRACKS:
            for track in _elements(window, part.start, part.end):
                if track.id == _TRACK:
                    _track(window, track, facts)


def _track(window: Window, track: _Element, facts: _Facts) -> None:
    codec = (_child(window, track, _CODEC) or b"").decode("ascii", "replace").rstrip("\0")
    codec = codec.partition("_")[2].partition("/")[0].lower() or codec
    kind = _child(window, track, _TYPE)
    if kind == b"\x01" and facts.video is None:
        facts.video = codec
        for part in _elements(window, track.start, track.end):
            if part.id == _VIDEO:
                facts.width = int.from_bytes(_child(window, part, _WIDTH) or b"", "big") or None
                facts.height = int.from_bytes(_child(window, part, _HEIGHT) or b"", "big") or None
    elif kind == b"\x02" and facts.audio is None:
        facts.audio = codec


def _child(window: Window, parent: _Element, wanted: int) -> bytes | None:
    for part in _elements(window, parent.start, parent.end):
        if part.id == wanted:
            return window.read(part.start, min(part.end - part.start, _SHORT))
    return None


def _float(data: bytes | None, scale: int) -> float | None:
    if data is None or len(data) not in (4, 8):
        return None
    (value,) = struct.unpack(">f" if len(data) == 4 else ">d", data)
    seconds: float = value * scale / 1e9
    return seconds if 0 < seconds < 1e8 else None


def _elements(window: Window, offset: int, end: int) -> Iterator[_Element]:
    while offset < end:
        id_, offset = _variable(window, offset, keep_marker=True)
        length, offset = _variable(window, offset, keep_marker=False)
        stop = end if length < 0 else min(offset + length, end)
        yield _Element(id_, offset, stop)
        offset = stop


def _variable(window: Window, offset: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number whose first byte tells its length; -1 for the unknown length of a live stream."""
    first = window.read(offset, 1)[0]
    if first == 0:
        raise Damaged("has an element of no known kind")
    length = 9 - first.bit_length()
    value = int.from_bytes(window.read(offset, length), "big")
    ones = (1 << 7 * length) - 1
    if not keep_marker:
        value &= ones
        value = -1 if value == ones else value
    return value, offset + length
