"""Which files under `posts/` and `campaigns/` are what, by their names alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from postops.diagnostics import Span
from postops.reading import Fault
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postops.content.source import ContentSource, Entry

SUFFIX = ".md"
MEDIA_SUFFIXES = frozenset(
    [
        ".png",
        ".apng",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".avif",
        ".heic",
        ".heif",
        ".bmp",
        ".tif",
        ".tiff",
        ".svg",
        ".mp4",
        ".m4v",
        ".mov",
        ".webm",
        ".mkv",
        ".avi",
        ".mp3",
        ".m4a",
        ".ogg",
        ".oga",
        ".opus",
        ".wav",
        ".flac",
        ".srt",
        ".vtt",
        ".pdf",
    ]
)
"""Files beside posts that are no mistake."""

_QUIET = frozenset((".gitkeep", ".gitattributes", ".gitignore", ".ds_store", "thumbs.db"))
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|.*[. ]|.*[<>:\"|?*\\].*", re.IGNORECASE
)


class Scan(NamedTuple):
    """The files of one folder: those to read, and what is wrong with the names of others."""

    files: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def scan(source: ContentSource, folder: str) -> Scan:
    """Sort out what lies under `posts` or `campaigns`."""
    entries = source.walk(folder)
    faults = [fault for entry in entries if (fault := _stray(entry, folder))]
    files = tuple([e for e in entries if e.kind == "file" and is_content(e.path)])
    return Scan(files, (*faults, *_names(files)))


def is_content(path: str) -> bool:
    """Whether a path is read: it ends in `.md` and is not a README."""
    name = path.rpartition("/")[2]
    return name.endswith(SUFFIX) and name.lower() != "readme.md"


def _stray(entry: Entry, folder: str) -> Fault | None:
    name = entry.path.rpartition("/")[2]
    if entry.kind == "closed":
        message = "the folder cannot be read"
        return Fault("unreadable-file", Span(entry.path), message, "look at its permissions")
    if entry.kind != "file":
        what = {"symlink": "a symbolic link", "submodule": "a submodule"}
        message = f"{what.get(entry.kind, 'not a regular file')}, which is never followed"
        return _never(entry, message, "put the file itself here")
    stem, dot, suffix = name.lower().rpartition(".")
    if is_content(entry.path) or name.lower() in _QUIET or (stem or name.lower()) == "readme":
        return None
    if dot + suffix in MEDIA_SUFFIXES:
        return None
    message = f"this file is never published: it does not end in `{SUFFIX}`"
    return _never(entry, message, f"rename it to end in `{SUFFIX}`, or move it out of {folder}/")


def _never(entry: Entry, message: str, help_: str) -> Fault:
    return Fault("never-published", Span(entry.path), message, help_)


def _names(files: Iterable[Entry]) -> list[Fault]:
    """Names that are one on some machines, or that some cannot have at all."""
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for entry in files:
        folded = normalize("NFC", entry.path).casefold()
        twin = seen.setdefault(folded, entry.path)
        if twin != entry.path:
            message = f"on some machines this is the same file as {show(twin)}"
            faults.append(Fault("twin-path", Span(entry.path), message, "rename one of the two"))
        bad = next((p for p in entry.path.split("/") if _RESERVED.fullmatch(p)), None)
        if bad is not None:
            message = f"Windows cannot have a file called {show(bad)}"
            faults.append(Fault("unportable-path", Span(entry.path), message, "rename it"))
        if not entry.path.isprintable():  # it could pass for two lines, or for other letters
            message = f"the path {show(entry.path)} holds a character that cannot be seen"
            faults.append(Fault("invalid-value", Span(entry.path), message, "rename it"))
    return faults
