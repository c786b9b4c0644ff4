from __future__ import annotations

import io

import pytest
from PIL import Image

from postops.sandbox.pixels import media_type, size

from .conftest import mp4, png


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
