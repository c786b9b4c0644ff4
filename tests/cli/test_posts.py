"""POST as typed: an id, a path from here, a path from the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.cli._posts import as_typed, find
from postops.config import read_config
from postops.content.source import WorkTree
from postops.errors import PostopsError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "posts" / "x").mkdir(parents=True)
    (tmp_path / "posts" / "x" / "a.md").write_text("---\ntitle: A\n---\nHi\n")
    (tmp_path / "posts" / "b.md").write_text("---\nid: named\n---\nHi\n")
    (tmp_path / "posts" / "bad.md").write_text("Hi\n")
    return tmp_path


def test_a_path_as_typed_is_one_from_the_root(root: Path) -> None:
    assert as_typed("a.md", root / "posts" / "x", root) == "posts/x/a.md"
    assert as_typed("x/a", root / "posts", root) == "x/a"
    assert as_typed("../b.md", root / "posts" / "x", root) == "posts/b.md"
    assert as_typed("b.md", root / "posts", root / "posts" / "x") == "b.md"


@pytest.mark.parametrize(
    ("name", "id_"),
    [("x/a", "x/a"), ("posts/x/a.md", "x/a"), ("named", "named"), ("posts/b.md", "named")],
)
def test_a_post_has_an_id_and_a_path(root: Path, name: str, id_: str) -> None:
    config = read_config(b"version: 1\naccounts: {}\n", root)
    assert find(WorkTree(root), config, name).id == id_


@pytest.mark.parametrize(
    ("name", "code", "says"), [("x/b", 2, "there is no post 'x/b'"), ("bad", 1, "front matter")]
)
def test_no_post(root: Path, name: str, code: int, says: str) -> None:
    config = read_config(b"version: 1\naccounts: {}\n", root)
    with pytest.raises(PostopsError) as caught:
        find(WorkTree(root), config, name)
    assert caught.value.exit_code == code
    assert says in f"{caught.value} {caught.value.help}"
