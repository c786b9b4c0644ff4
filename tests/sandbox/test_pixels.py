from __future__ import annotations

import io

import pytest
from PIL import Image

from postops.sandbox.pixels import gif_frames, media_type, size

from .conftest import gif, mp4, png


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
def test_sizes_of_files_pillow_wrote(kind):
    stream = io.BytesIO()
    Image.new("RGB", (301, 17)).save(stream, kind)
    data = stream.getvalue()
    assert media_type(data) == f"image/{kind.lower()}"
    assert size(data) == (301, 17)
    assert size(data[:9]) is None


def test_the_rest():
    stream = io.BytesIO()
    Image.new("RGB", (3, 3)).save(stream, "WEBP")
    assert media_type(stream.getvalue()) == "image/webp"
    assert size(stream.getvalue()) is None
    assert media_type(mp4()) == "video/mp4"
    assert media_type(b"\0\0\0\x14ftypqt  ") == "video/quicktime"
    assert media_type(b"<svg/>") is None
    assert media_type(b"") is None
    assert size(png(9, 8)) == (9, 8)


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        *((b"\0\0\0\x1cftyp" + brand, "image/avif") for brand in (b"avif", b"avis")),
        *(
            (b"\0\0\0\x1cftyp" + brand, "image/heic")
            for brand in (b"heic", b"heix", b"heim", b"heis")
        ),
        *((b"\0\0\0\x1cftyp" + brand, "image/heif") for brand in (b"mif1", b"msf1")),
        (b"\0\0\0\x14ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x14ftypisom", "video/mp4"),
        (b"\0\0\0\x14ftyp", "video/mp4"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\xff\xf9\x50\x80", "audio/aac"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
    ],
)
def test_types_by_brand_and_first_bytes(data, mime):
    assert media_type(data) == mime


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_frames_of_gifs_pillow_wrote(frames):
    data = gif(frames=frames)
    assert gif_frames(data) == frames
    # A comment that looks like an image is none.
    assert gif_frames(data[:-1] + b"\x21\xfe\x0c" + b"," * 12 + b"\0;") == frames


def test_a_broken_gif_has_the_frames_it_shows():
    data = gif(frames=3)
    for end in range(len(data)):
        assert gif_frames(data[:end]) <= 3
    assert gif_frames(b"GIF89a") == 0
    assert gif_frames(b"GIF89a" + b"\0" * 20) == 0
