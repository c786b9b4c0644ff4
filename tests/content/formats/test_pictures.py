"""Pictures: real ones written by Pillow, and ones that lie."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from postops.content.formats.exif import read_exif
from postops.content.formats.window import Damaged, Window
from postops.content.media import inspect
from postops.model import MediaFacts
from tests.rigs.stuck import not_stuck

GPS = {1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)}


def saved(form: str, size: tuple[int, int] = (30, 20), frames: int = 1, **options: Any) -> bytes:
    pictures = [Image.new("RGB", size, (n * 40 % 255, 9, 9)) for n in range(frames)]
    out = io.BytesIO()
    if frames > 1:
        options |= {"save_all": True, "append_images": pictures[1:]}
    pictures[0].save(out, form, **options)
    return out.getvalue()


def exif(*, gps: dict[int, Any] | None = None, orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010F] = "Maker"
    if gps:
        found[0x8825] = gps
    return found


def facts(data: bytes) -> tuple[str, int | None, int | None, int | None, bool]:
    found = inspect(data)
    return found.mime, found.width, found.height, found.frames, found.has_gps


@pytest.mark.parametrize(
    ("form", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp"),
     ("AVIF", "image/avif"), ("BMP", "image/bmp"), ("TIFF", "image/tiff")],
)  # fmt: skip
def test_each_format_is_known_by_its_bytes(form: str, mime: str) -> None:
    found = inspect(saved(form))
    assert found.mime == mime
    assert found.kind == "image"
    if form not in ("BMP", "TIFF"):
        assert (found.width, found.height, found.has_gps) == (30, 20, False)


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": exif(gps=GPS)}])
def test_webp_in_its_three_forms(options: dict[str, Any]) -> None:
    assert facts(saved("WEBP", (301, 20), **options)) == (
        "image/webp", 301, 20, 1, "exif" in options,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize(
    ("gps", "told"), [(GPS, True), (None, False), ({0: b"\x02\x03\x00\x00"}, False)]
)
def test_where_a_picture_was_taken_is_noticed(form: str, gps: Any, told: bool) -> None:
    assert facts(saved(form, exif=exif(gps=gps)))[4] is told


def test_xmp_may_say_it_too() -> None:
    packet = b"<x:xmpmeta><rdf:Description exif:GPSLatitude='52,30N'/></x:xmpmeta>"
    assert facts(saved("JPEG", xmp=packet))[4]
    assert facts(saved("WEBP", xmp=packet))[4]
    assert not facts(saved("JPEG", xmp=b"<x:xmpmeta/>"))[4]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_as_shown(orientation: int) -> None:
    for form in ("JPEG", "PNG"):
        shown = (20, 30) if orientation >= 5 else (30, 20)
        assert facts(saved(form, exif=exif(orientation=orientation)))[1:3] == shown


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_frames_are_counted(form: str) -> None:
    found = inspect(saved(form, frames=5, duration=200))
    assert found.frames == 5
    if form in ("GIF", "WEBP"):
        assert found.seconds == pytest.approx(1.0)
    if form == "GIF":
        assert found.kind == "gif"


def test_progressive_and_grey_and_palette_pictures() -> None:
    assert facts(saved("JPEG", progressive=True))[1:3] == (30, 20)
    out = io.BytesIO()
    Image.new("L", (7, 9)).save(out, "JPEG")
    assert facts(out.getvalue())[1:3] == (7, 9)
    out = io.BytesIO()
    Image.new("P", (7, 9)).save(out, "PNG")
    assert facts(out.getvalue())[1:3] == (7, 9)


def chunk(kind: bytes, data: bytes, length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return struct.pack(">I", size) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"\x89PNG\r\n\x1a\n"


def test_a_picture_of_65535_squared_is_measured_and_not_decoded() -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 65_535, 65_535, 8, 2, 0, 0, 0))
    data = PNG + head + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")
    assert facts(data)[1:3] == (65_535, 65_535)


HEIC_BOXES = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + kind + data


def heic(*, rotated: bool = False, exif_block: bytes = b"") -> bytes:
    """A HEIC as a phone writes it: a grid of tiles, a thumbnail, an Exif item."""
    sizes = b"".join(
        box(b"ispe", bytes(4) + struct.pack(">II", *s))
        for s in ((512, 512), (4032, 3024), (320, 240))
    )
    turn = box(b"irot", b"\x01") if rotated else b""
    iprp = box(b"iprp", box(b"ipco", sizes + turn))
    infe = box(b"infe", b"\x02\0\0\0" + struct.pack(">HH", 1, 0) + b"Exif\0")
    iinf = box(b"iinf", bytes(4) + struct.pack(">H", 1) + infe)
    payload = struct.pack(">I", 6) + b"Exif\0\0" + exif_block

    def whole(offset: int) -> bytes:
        iloc = box(
            b"iloc",
            bytes(4) + b"\x44\x00" + struct.pack(">HHHHII", 1, 1, 0, 1, offset, len(payload)),
        )
        meta = box(b"meta", bytes(4) + iinf + iloc + iprp)
        return HEIC_BOXES + meta + box(b"mdat", payload)

    return whole(len(whole(0)) - len(payload))


def test_heic_as_phones_write_it() -> None:
    block = exif(gps=GPS).tobytes().removeprefix(b"Exif\0\0")
    assert facts(heic()) == ("image/heic", 4032, 3024, 1, False)
    assert facts(heic(rotated=True))[1:3] == (3024, 4032)
    assert facts(heic(exif_block=block))[4]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_a_file_that_is_cut_off_never_crashes(form: str) -> None:
    whole = saved(form, (64, 64), exif=exif(gps=GPS)) if form != "GIF" else saved(form, frames=3)
    for length in range(1, len(whole), max(1, len(whole) // 200)):
        try:
            found = inspect(whole[:length])
        except Damaged:
            continue
        assert isinstance(found, MediaFacts)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PNG + chunk(b"IHDR", b"\0" * 13), "cut off"),
        (PNG + chunk(b"IDAT", b"\0" * 13), "size"),
        (PNG + chunk(b"IHDR", b"\0" * 13) + chunk(b"IDAT", b"", 2**31), "cut off"),
        (PNG, "cut off"),
        (b"\xff\xd8\xff\xe0\x00\x00", "no length"),
        (b"\xff\xd8\xff\xe0\xff\xff", "cut off"),
        (b"\xff\xd8\xff\xe0\x00\x04abxx", "does not end"),
        (b"\xff\xd8\xff\xd9", "no picture"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00\x99", "no known kind"),
        (b"RIFF\0\0\0\0WEBPABCD\0\0\0\0", "no picture"),
        (b"RIFF\0\0\0\0WEBPVP8 \xff\xff\xff\xff", "cut off"),
        (HEIC_BOXES, "no picture"),
        (HEIC_BOXES + box(b"meta", bytes(4)), "no picture"),
        (HEIC_BOXES + b"\0\0\0\x04meta", "no length"),
        (HEIC_BOXES + b"\0\0\0\x01meta" + b"\xff" * 8, "cut off"),
    ],
)
def test_lengths_that_lie_are_told(data: bytes, words: str) -> None:
    with pytest.raises(Damaged, match=words):
        inspect(data)


@pytest.mark.uncounted
@pytest.mark.parametrize(
    "make",
    [
        lambda: b"GIF89a\x01\x00\x01\x00\x00\x00\x00" + b"!\xfe\x00" * 600_000,
        lambda: PNG + chunk(b"IHDR", b"\0" * 13) + chunk(b"tEXt", b"") * 300_000,
        lambda: b"\xff\xd8" + b"\xff" * 1_500_000,
        lambda: b"\xff\xd8" + b"\xff\xe0\x00\x02" * 300_000,
        lambda: b"RIFF\0\0\0\0WEBP" + b"ABCD\0\0\0\0" * 300_000,
        lambda: HEIC_BOXES + box(b"free", b"") * 300_000,
        lambda: b"\x1aE\xdf\xa3\x80" + b"\x18S\x80g\xff" + b"\xec\x80" * 600_000,
    ],
)
def test_hundreds_of_thousands_of_parts_end_soon(make: Any) -> None:
    data = make()
    with pytest.raises(Damaged), not_stuck():
        inspect(data)


def test_exif_that_is_nonsense_says_nothing() -> None:
    for data in (
        b"",
        b"II",
        b"II*\0",
        b"MM\0*\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"Exif\0\0",
    ):
        assert read_exif(data) == (False, False)


def test_a_window_counts_what_it_reads() -> None:
    window = Window(io.BytesIO(b"abcdef"), 6)
    assert window.read(2, 3) == b"cde"
    assert window.peek(4, 10) == b"ef"
    assert window.number(0, ">H") == 0x6162
    with pytest.raises(Damaged):
        window.read(4, 3)
    with pytest.raises(Damaged):
        Window(io.BytesIO(b"ab"), 100).read(0, 50)
