from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from postops.content.saving import save

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    file, link = tmp_path / "a.md", tmp_path / "b.md"
    file.write_bytes(b"old and longer")
    file.chmod(0o640)
    link.symlink_to("a.md")
    save(link, b"new")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"new")
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_a_full_disk_leaves_it_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.md"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(file, b"new, and much longer")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
