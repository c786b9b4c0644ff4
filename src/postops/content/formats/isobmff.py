"""Tells pictures (HEIC, AVIF) from films (MP4, MOV) and sounds (M4A) by their brands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.content.formats.boxes import Box, boxes

if TYPE_CHECKING:
    from postops.content.formats import Header
    from postops.content.formats.window import Window

_PICTURES = {
    b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic",
    b"hevc": "image/heic", b"heim": "image/heic", b"heis": "image/heic", b"mif1": "image/heif",
    b"msf1": "image/heif",
}  # fmt: skip
_MOST_BRANDS = 256


def read(window: Window) -> Header:
    """By the major brand, else by the first compatible one that is known."""
    brands = _brands(window)
    mime = next((_PICTURES[brand] for brand in brands if brand in _PICTURES), None)
    if mime is not None and b"qt  " not in brands[:1]:
        from postops.content.formats.heif import read_picture

        # `mif1` leads many files that say what they really are among the compatible brands.
        exact = (_PICTURES[b] for b in brands if b in _PICTURES and b not in (b"mif1", b"msf1"))
        return read_picture(window, next(exact, mime))
    from postops.content.formats.film import read_film

    if brands[:1] == [b"qt  "] or not brands:
        return read_film(window, "video/quicktime")
    return read_film(window, "audio/mp4" if brands[0] in (b"M4A ", b"M4B ") else "video/mp4")


def _brands(window: Window) -> list[bytes]:
    first = next(boxes(window, 0, window.size), Box(b"", 0, 0))
    if first.kind != b"ftyp":
        return []
    data = window.read(first.start, min(first.end - first.start, 4 * _MOST_BRANDS))
    return [data[:4], *(data[i : i + 4] for i in range(8, len(data), 4))]
