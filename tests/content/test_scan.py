"""Which files are posts, which never are, and which names are trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.content.scan import is_content, scan
from postops.content.source import Entry

if TYPE_CHECKING:
    from postops.content.source import EntryKind


class Listed:
    """A source that only has names: some of these no file system here could hold at once."""

    def __init__(self, *paths: str, kind: EntryKind = "file") -> None:
        self.entries = [Entry(path, kind) for path in paths]

    def walk(self, prefix: str) -> list[Entry]:
        return [e for e in self.entries if e.path.startswith(f"{prefix}/")]


def rules(*paths: str, kind: EntryKind = "file") -> list[tuple[str, str]]:
    return [(f.rule, f.span.path) for f in scan(Listed(*paths, kind=kind), "posts").faults]


def test_markdown_files_are_posts_at_any_depth() -> None:
    found = scan(
        Listed("posts/a.md", "posts/2026/03/b.md", "posts/README.md", "posts/x/readme.md"), "posts"
    )
    assert [e.path for e in found.files] == ["posts/a.md", "posts/2026/03/b.md"]
    assert found.faults == ()


@pytest.mark.parametrize(
    "name",
    ["a.markdown", "a.MD", "a.mdx", "a.txt", "a.md.bak", "a", "a.yaml", "a.md~", ".hidden", "a.Md"],
)
def test_what_does_not_end_in_md_is_never_published(name: str) -> None:
    assert rules(f"posts/{name}") == [("never-published", f"posts/{name}")]
    assert not is_content(f"posts/{name}")


@pytest.mark.parametrize(
    "name",
    ["a.png", "A.JPG", "a.webp", "a.mp4", "a.MOV", "a.vtt", "README.md", "README", "Readme.txt",
     ".gitkeep", ".DS_Store", ".gitattributes"],
)  # fmt: skip
def test_media_readmes_and_gits_own_files_are_no_mistake(name: str) -> None:
    assert rules(f"posts/{name}") == []


def test_a_folder_that_must_not_be_read_is_a_mistake_not_an_empty_one() -> None:
    assert rules("posts/a", kind="closed") == [("unreadable-file", "posts/a")]


@pytest.mark.parametrize("char", ["\n", "\t", "\x1b", "\u202e", "\u200b"])
def test_a_name_that_shows_otherwise_than_it_is(char: str) -> None:
    found = scan(Listed(f"posts/a{char}b.md"), "posts").faults
    assert [fault.rule for fault in found][-1] == "invalid-value"
    assert all(char not in fault.message for fault in found)


@pytest.mark.parametrize("kind", ["symlink", "submodule", "other"])
def test_what_is_not_a_regular_file_is_never_followed(kind: EntryKind) -> None:
    source = Listed("posts/a.md", kind=kind)
    assert scan(source, "posts").files == ()
    assert rules("posts/a.md", kind=kind) == [("never-published", "posts/a.md")]


def test_twins_that_are_one_file_elsewhere() -> None:
    assert rules("posts/A.md", "posts/a.md") == [("twin-path", "posts/a.md")]
    assert rules("posts/caf\u00e9.md", "posts/cafe\u0301.md") == [
        ("twin-path", "posts/cafe\u0301.md")
    ]
    assert rules("posts/stra\u00dfe.md", "posts/strasse.md") == [("twin-path", "posts/strasse.md")]
    assert rules("posts/a.md", "posts/b/a.md") == []


@pytest.mark.parametrize(
    "path", ["posts/con.md", "posts/aux/a.md", "posts/a:b.md", "posts/a?.md", "posts/COM1.md",
             "posts/trailing ./a.md", "posts/a\\b.md"]
)  # fmt: skip
def test_names_some_machines_cannot_have(path: str) -> None:
    (fault,) = scan(Listed(path), "posts").faults
    assert fault.rule == "unportable-path"


def test_other_scripts_are_fine() -> None:
    assert rules("posts/каникулы.md", "posts/春.md", "posts/été 2026.md", "posts/console.md") == []
