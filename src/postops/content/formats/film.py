"""MP4 and MOV: films and sounds described in `moov`."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from postops.content.formats import Header
from postops.content.formats.boxes import Box, boxes, find
from postops.content.formats.window import Damaged

if TYPE_CHECKING:
    from postops.content.formats.window import Window

_CODECS = {
    b"avc1": "h264", b"avc3": "h264", b"hvc1": "hevc", b"hev1": "hevc", b"av01": "av1",
    b"vp08": "vp8", b"vp09": "vp9", b"mp4v": "mpeg4", b"mp4a": "aac", b"Opus": "opus",
    b"fLaC": "flac", b"ac-3": "ac3", b"ec-3": "eac3", b".mp3": "mp3",
}  # fmt: skip
_LARGEST_TEXT = 1024 * 1024


class _Film:
    width: int | None = None
    height: int | None = None
    video: str | None = None
    audio: str | None = None
    frames: int | None = None


def read_film(window: Window, mime: str) -> Header:
    """Seconds, width and height as shown, codecs, and whether it says where it was taken."""
    moov = next((b for b in boxes(window, 0, window.size) if b.kind == b"moov"), None)
    if moov is None:
        raise Damaged("holds no film")
    film = _Film()
    for box in boxes(window, moov.start, moov.end):
        if box.kind == b"trak":
            _track(window, box, film)
    if film.video is None and film.audio is not None and mime == "video/mp4":
        mime = "audio/mp4"
    return Header(
        mime, film.width, film.height, _seconds(window, moov), film.frames,
        _has_place(window, moov), film.video, film.audio,
    )  # fmt: skip


def _seconds(window: Window, moov: Box) -> float | None:
    head = find(window, moov, b"mvhd")
    if head is None:
        return None
    wide = window.read(head.start, 1)[0] == 1
    scale = window.number(head.start + (20 if wide else 12), ">I")
    length = window.number(head.start + (24 if wide else 16), ">Q" if wide else ">I")
    if length in (0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
        length = _fragmented(window, moov)  # written while it was recorded
    return length / scale if scale and length else None


def _fragmented(window: Window, moov: Box) -> int:
    head = find(window, moov, b"mvex", b"mehd")
    if head is None:
        return 0
    wide = window.read(head.start, 1)[0] == 1
    return window.number(head.start + 4, ">Q" if wide else ">I")


def _track(window: Window, track: Box, film: _Film) -> None:
    handler = find(window, track, b"mdia", b"hdlr")
    table = find(window, track, b"mdia", b"minf", b"stbl", b"stsd")
    if handler is None or table is None:
        return
    kind = window.read(handler.start + 8, 4)
    four = window.read(table.start + 12, 4)
    codec = _CODECS.get(four) or four.decode("ascii", "replace").strip()
    if kind == b"soun" and film.audio is None:
        film.audio = codec
    elif kind == b"vide" and film.video is None:
        film.video = codec
        film.width, film.height = _shown_size(window, track)
        sizes = find(window, track, b"mdia", b"minf", b"stbl", b"stsz")
        # A film in fragments counts none here: the number is then not known.
        film.frames = (window.number(sizes.start + 8, ">I") or None) if sizes else None


def _shown_size(window: Window, track: Box) -> tuple[int | None, int | None]:
    """From the track head, whose matrix says how it is turned."""
    head = find(window, track, b"tkhd")
    if head is None:
        return None, None
    start = head.start + (52 if window.read(head.start, 1)[0] == 1 else 40)
    matrix = struct.unpack(">9i", window.read(start, 36))
    width, height = (side >> 16 for side in struct.unpack(">II", window.read(start + 36, 8)))
    turned = matrix[0] == 0 and matrix[1] != 0
    return (height or None, width or None) if turned else (width or None, height or None)


def _has_place(window: Window, moov: Box) -> bool:
    """Phones write coordinates into `udta` (`©xyz`) or into QuickTime metadata keys."""
    for box in boxes(window, moov.start, moov.end):
        if box.kind in (b"udta", b"meta") and box.end - box.start <= _LARGEST_TEXT:
            data = window.read(box.start, box.end - box.start)
            if b"\xa9xyz" in data or b"loci" in data or b"location.ISO6709" in data:
                return True
    return False
