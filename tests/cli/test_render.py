from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from postops.cli import run
from tests.cli.site import post
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
accounts:
  sky: {platform: bluesky, handle: sky.test}
  bird: {platform: x}
defaults: {accounts: [sky, bird]}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "posts/launch").mkdir(parents=True)
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "media").mkdir()
    (tmp_path / "media/a.png").write_bytes(png())
    (tmp_path / "postops.yaml").write_text(CONFIG)
    media = [{"path": "../../media/a.png", "alt": "A box"}]
    (tmp_path / "posts/launch/a.md").write_text(
        post("One\n\n---\n\nTwo **bold** ::set-output", media=media)
    )
    link = {"url": "https://example.org/x", "title": "A page", "description": "Of words"}
    (tmp_path / "posts/named.md").write_text(post("Words", id="other", link=link))
    (tmp_path / "posts/bad.md").write_text("No front matter\n")
    return tmp_path


def test_text_shows_parts_counts_media_and_card(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(root), "render", "launch/a"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:4] == [
        "launch/a@sky  bluesky",
        "  part 1 of 2: 3 of 300 graphemes",
        "    | One",
        f'    media/a.png (image/png, 3x2, {len(png())} bytes): "A box"',
    ]
    assert "    | Two bold ::set-output" in out
    assert "launch/a@bird  x" in out
    assert run(["-C", str(root), "render", "other", "--account", "sky"]) == 0
    out = capsys.readouterr().out
    assert "  card: https://example.org/x\n    A page\n    Of words\n" in out
    assert "bird" not in out


@pytest.mark.parametrize("name", ["launch/a", "posts/launch/a.md"])
def test_json_is_what_will_be_sent(
    root: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(root), "render", name, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    sky, bird = document["messages"]
    assert (sky["account"], bird["account"]) == ("sky", "bird")
    assert [part["text"] for part in bird["parts"]] == ["One", "Two bold ::set-output"]
    assert sky["parts"][0]["media"][0]["alt"] == "A box"
    assert sky["digest"].startswith("sha256:")


def test_a_path_is_taken_from_where_one_stands(root: Path) -> None:
    assert run(["-C", str(root / "posts/launch"), "render", "a.md"]) == 0
    assert run(["-C", str(root), "render", str(root / "posts/named.md")]) == 0


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("launch/b",), 2, "did you mean launch/a?"),
        (("xyzzy",), 2, "there is no post 'xyzzy'"),
        (("/etc/hostname",), 2, "there is no post"),
        (("bad",), 1, "posts/bad.md:1:1"),
        (("posts/bad.md",), 1, "posts/bad.md:1:1"),
        (("other", "--account", "tusk"), 2, "it goes to: sky, bird"),
    ],
)
def test_slips(
    root: Path, args: tuple[str, ...], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 where nothing could start, 1 where the post is at fault."""
    assert run(["-C", str(root), "render", *args]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


def test_a_huge_file_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "posts/huge.md").write_bytes(b"x" * 1_100_000)
    assert run(["-C", str(root), "render", "huge"]) == 1
    assert "posts/huge.md" in capsys.readouterr().err
