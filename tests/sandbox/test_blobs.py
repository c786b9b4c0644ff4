from __future__ import annotations

import hashlib

import pytest

from postops.sandbox.blobs import Blobs


def test_bytes_by_digest(tmp_path):
    blobs = Blobs()
    digest = blobs.put(b"hello")
    assert digest == hashlib.sha256(b"hello").hexdigest() == blobs.put(b"hello")
    blobs.save(tmp_path / "b")
    blobs.save(tmp_path / "b")
    assert [p.name for p in (tmp_path / "b").iterdir()] == [digest]
    assert Blobs(tmp_path / "b").get(digest) == b"hello"


def test_nothing_to_save_makes_no_folder(tmp_path):
    Blobs().save(tmp_path / "b")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("digest", ["", "../secret", "a" * 64, "../" + "a" * 61])
def test_only_digests_are_read(tmp_path, digest):
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "b").mkdir()
    for blobs in (Blobs(), Blobs(tmp_path / "b")):
        with pytest.raises(KeyError):
            blobs.get(digest)
