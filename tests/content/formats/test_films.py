"""Films and sounds: written box by box, as cameras, phones and browsers write them."""

from __future__ import annotations

import io
import struct
import wave
from typing import Any

import pytest

from postops.content.formats.window import Damaged
from postops.content.media import inspect

PLAIN = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
TURNED = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)


def box(kind: bytes, *parts: bytes, wide: bool = False) -> bytes:
    data = b"".join(parts)
    if wide:
        return struct.pack(">I4sQ", 1, kind, 16 + len(data)) + data
    return struct.pack(">I4s", 8 + len(data), kind) + data


def track(
    kind: bytes,
    codec: bytes,
    size: tuple[int, int] = (0, 0),
    matrix: Any = PLAIN,
    version: int = 0,
    sizes: bytes = b"",
) -> bytes:
    head = bytes([version, 0, 0, 3]) + bytes(36 + 12 * version)
    tkhd = box(
        b"tkhd", head, struct.pack(">9i", *matrix), struct.pack(">II", size[0] << 16, size[1] << 16)
    )
    stbl = box(b"stbl", box(b"stsd", bytes(4), struct.pack(">I", 1), box(codec, bytes(70))), sizes)
    mdia = box(b"mdia", box(b"hdlr", bytes(8), kind, bytes(12)), box(b"minf", stbl))
    return box(b"trak", tkhd, mdia)


def movie_head(seconds: float, version: int = 0) -> bytes:
    if version:
        return box(
            b"mvhd",
            b"\x01\0\0\0",
            bytes(16),
            struct.pack(">IQ", 1000, int(seconds * 1000)),
            bytes(80),
        )
    return box(
        b"mvhd", bytes(4), bytes(8), struct.pack(">II", 1000, int(seconds * 1000)), bytes(80)
    )


VIDEO = track(b"vide", b"avc1", (1920, 1080))
AUDIO = track(b"soun", b"mp4a")


def film(*parts: bytes, brand: bytes = b"isom", before: bytes = b"") -> bytes:
    return box(b"ftyp", brand, bytes(4), b"mp42") + before + box(b"moov", *parts)


def test_an_mp4() -> None:
    found = inspect(film(movie_head(12.5), VIDEO, AUDIO))
    assert (found.mime, found.kind) == ("video/mp4", "video")
    assert (found.width, found.height, found.seconds) == (1920, 1080, 12.5)
    assert (found.video_codec, found.audio_codec, found.has_gps) == ("h264", "aac", False)


def test_the_frames_of_a_film_are_its_samples() -> None:
    head = movie_head(2)
    counted = track(b"vide", b"avc1", (9, 9), sizes=box(b"stsz", struct.pack(">III", 0, 0, 60)))
    assert inspect(film(head, AUDIO, counted)).frames == 60
    in_fragments = track(b"vide", b"avc1", (9, 9), sizes=box(b"stsz", bytes(12)))
    assert inspect(film(head, in_fragments)).frames is None
    assert inspect(film(head, VIDEO)).frames is None


def test_the_description_may_stand_at_the_end_behind_a_wide_box() -> None:
    data = box(b"mdat", bytes(100_000), wide=True)
    assert inspect(film(movie_head(1), VIDEO, before=data)).seconds == 1


@pytest.mark.parametrize("version", [0, 1])
def test_phones_film_upright_by_a_matrix(version: int) -> None:
    found = inspect(
        film(movie_head(3, version), track(b"vide", b"hvc1", (1920, 1080), TURNED, version))
    )
    assert (found.width, found.height, found.seconds) == (1080, 1920, 3)
    assert found.video_codec == "hevc"


@pytest.mark.parametrize(
    ("brand", "parts", "mime", "kind"),
    [
        (b"qt  ", (VIDEO,), "video/quicktime", "video"),
        (b"M4A ", (AUDIO,), "audio/mp4", "audio"),
        (b"isom", (AUDIO,), "audio/mp4", "audio"),
        (b"mp42", (VIDEO,), "video/mp4", "video"),
        (b"avis", (), "image/avif", None),
    ],
)
def test_brands_tell_films_from_sounds(
    brand: bytes, parts: Any, mime: str, kind: str | None
) -> None:
    data = film(movie_head(1), *parts, brand=brand)
    if kind is None:
        with pytest.raises(Damaged, match="no picture"):
            inspect(data)
        return
    found = inspect(data)
    assert (found.mime, found.kind) == (mime, kind)


def test_old_quicktime_has_no_brand() -> None:
    assert inspect(box(b"moov", movie_head(2), VIDEO)).mime == "video/quicktime"
    assert (
        inspect(box(b"wide") + box(b"mdat", b"x") + box(b"moov", movie_head(2), VIDEO)).seconds == 2
    )


@pytest.mark.parametrize(
    "place",
    [
        box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7+52.5+013.4/")),
        box(b"meta", b"mdtacom.apple.quicktime.location.ISO6709"),
        box(b"udta", box(b"loci", bytes(10))),
    ],
)
def test_where_a_film_was_taken_is_noticed(place: bytes) -> None:
    assert inspect(film(movie_head(1), VIDEO, place)).has_gps
    assert not inspect(film(movie_head(1), VIDEO, box(b"udta", b"nothing"))).has_gps


def test_films_written_while_they_were_recorded() -> None:
    length = box(b"mvex", box(b"mehd", bytes(4), struct.pack(">I", 5000)))
    assert inspect(film(movie_head(0), VIDEO, length)).seconds == 5
    assert inspect(film(movie_head(0), VIDEO)).seconds is None


def test_codecs_without_a_name_of_ours_keep_theirs() -> None:
    assert inspect(film(movie_head(1), track(b"vide", b"apcn"))).video_codec == "apcn"
    assert inspect(film(movie_head(1), track(b"text", b"tx3g"))).video_codec is None


def test_a_film_without_heads_says_what_is_left() -> None:
    bare = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), b"vide", bytes(12)),
               box(b"minf", box(b"stbl", box(b"stsd", bytes(8), box(b"avc1"))))))  # fmt: skip
    found = inspect(film(bare, box(b"trak")))
    assert (found.seconds, found.width, found.height, found.video_codec) == (
        None,
        None,
        None,
        "h264",
    )


def test_a_last_box_may_reach_to_the_end() -> None:
    whole = film(movie_head(4), VIDEO)
    start = whole.index(b"moov") - 4
    assert inspect(whole[:start] + bytes(4) + whole[start + 4 :]).seconds == 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (box(b"ftyp", b"isom", bytes(4)), "no film"),
        (film(movie_head(1), VIDEO)[:-30], "cut off"),
        (film(struct.pack(">I4s", 4, b"trak")), "no length"),
        (film(struct.pack(">I4s", 2**31, b"trak")), "cut off"),
        (box(b"ftyp", b"isom", bytes(4)) + struct.pack(">I4sQ", 1, b"moov", 2**63), "cut off"),
        (film(box(b"mvhd", b"")), "cut off"),
    ],
)
def test_films_that_lie(data: bytes, words: str) -> None:
    with pytest.raises(Damaged, match=words):
        inspect(data)


@pytest.mark.parametrize(
    "data", [film(movie_head(9), VIDEO, AUDIO), film(movie_head(9, 1), VIDEO, brand=b"qt  ")]
)
def test_a_film_cut_off_anywhere_never_crashes(data: bytes) -> None:
    for length in range(1, len(data)):
        try:
            inspect(data[:length])
        except Damaged:
            continue


# --------------------------------------------------------------------------- webm


def element(id_: int, data: bytes, *, unknown: bool = False) -> bytes:
    head = id_.to_bytes((id_.bit_length() + 7) // 8, "big")
    return (
        head
        + (b"\x01" + b"\xff" * 7 if unknown else (len(data) | 1 << 56).to_bytes(8, "big"))
        + data
    )


def webm(
    kind: bytes = b"webm", *, unknown: bool = False, tracks: tuple[bytes, ...] | None = None
) -> bytes:
    info = element(
        0x1549A966, element(0x2AD7B1, b"\x0f\x42\x40") + element(0x4489, struct.pack(">d", 4500.0))
    )
    size = element(0xE0, element(0xB0, b"\x05\x00") + element(0xBA, b"\x02\xd0"))
    video = element(0xAE, element(0x83, b"\x01") + element(0x86, b"V_VP9") + size)
    audio = element(0xAE, element(0x83, b"\x02") + element(0x86, b"A_OPUS"))
    body = info + element(0x1654AE6B, b"".join((video, audio) if tracks is None else tracks))
    body += element(0x1F43B675, b"frames")
    return element(0x1A45DFA3, element(0x4282, kind)) + element(0x18538067, body, unknown=unknown)


@pytest.mark.parametrize("unknown", [False, True])
def test_webm_also_as_a_browser_records_it(unknown: bool) -> None:
    found = inspect(webm(unknown=unknown))
    assert (found.mime, found.width, found.height) == ("video/webm", 1280, 720)
    assert (found.seconds, found.video_codec, found.audio_codec) == (4.5, "vp9", "opus")


def test_matroska_and_sound_alone() -> None:
    assert inspect(webm(b"matroska")).mime == "video/x-matroska"
    audio = element(0xAE, element(0x83, b"\x02") + element(0x86, b"A_OPUS"))
    assert inspect(webm(tracks=(audio,))).mime == "audio/webm"


def test_webm_cut_off_anywhere_never_crashes() -> None:
    data = webm()
    for length in range(1, len(data)):
        try:
            inspect(data[:length])
        except Damaged:
            continue
    with pytest.raises(Damaged):
        inspect(b"\x1aE\xdf\xa3\x80\x00")


# --------------------------------------------------------------------------- sounds


def test_aac_without_a_container() -> None:
    for sync in (b"\xff\xf1", b"\xff\xf9"):
        found = inspect(sync + b"\x50\x80" + bytes(40))
        assert (found.mime, found.kind, found.audio_codec) == ("audio/aac", "audio", "aac")


def test_wav() -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 4000))
    found = inspect(out.getvalue())
    assert (found.mime, found.kind, found.seconds) == ("audio/wav", "audio", 0.5)
    assert inspect(b"RIFF\0\0\0\0WAVE").mime == "audio/wav"


def test_flac() -> None:
    bits = 44_100 << 44 | 1 << 41 | 15 << 36 | 88_200
    found = inspect(b"fLaC\x00\x00\x00\x22" + bytes(10) + bits.to_bytes(8, "big") + bytes(16))
    assert (found.mime, found.seconds) == ("audio/flac", 2.0)


@pytest.mark.parametrize(
    ("head", "mime", "seconds"),
    [
        (b"OpusHead" + bytes(11), "audio/ogg", 2.0),
        (b"\x01vorbis" + bytes(5) + struct.pack("<I", 48_000), "audio/ogg", 2.0),
        (b"\x80theora", "video/ogg", None),
        (b"other", "audio/ogg", None),
    ],
)
def test_ogg(head: bytes, mime: str, seconds: float | None) -> None:
    first = b"OggS\0\x02" + bytes(20) + b"\x01\x13" + head + bytes(20)
    last = b"OggS\0\x04" + struct.pack("<q", 96_000) + bytes(14)
    found = inspect(first + bytes(200) + last)
    assert (found.mime, found.seconds) == (mime, seconds)


def test_mp3_with_a_tag_in_front_and_by_its_frame_alone() -> None:
    frame = b"\xff\xfb\x90\x00"  # MPEG 1 layer 3, 128 kbit/s, 44.1 kHz
    constant = inspect(frame + bytes(16_000 - 4))
    assert (constant.mime, constant.seconds) == ("audio/mpeg", 1.0)
    xing = frame + bytes(32) + b"Xing" + struct.pack(">II", 1, 1000) + bytes(500)
    tagged = inspect(b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128) + xing)
    assert tagged.seconds == pytest.approx(1000 * 1152 / 44_100)
    assert inspect(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f").seconds is None
    assert inspect(b"ID3").mime == "audio/mpeg"
