"""From a path as written in a post to the media it means, with facts or a fault."""

from __future__ import annotations

import hashlib
from io import BytesIO
from posixpath import normpath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from postops.content.source import LARGEST
from postops.model import Media, MediaFacts

if TYPE_CHECKING:
    from postops.content.source import ContentSource
    from postops.diagnostics import Span

_PAGE = 1024 * 1024

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"

MediaFault = tuple[str, str]
"""The name of a rule, and a few words."""


class Resolved(NamedTuple):
    """A path relative to the repository, and either facts or a fault (or neither, unread)."""

    path: str
    facts: MediaFacts | None = None
    fault: MediaFault | None = None


def media_at(
    post_path: str,
    written: str,
    alt: str | None,
    span: Span,
    source: ContentSource | None,
    *,
    alt_span: Span | None = None,
    focus: tuple[float, float] | None = None,
) -> Media:
    """The media a path in a post means."""
    path, facts, fault = resolve(post_path, written, source)
    return Media(path, alt, span, alt_span, focus, facts, fault)


def resolve(post_path: str, written: str, source: ContentSource | None) -> Resolved:
    """What `written`, in the file `post_path`, points at. Never raises.

    Without a `source` only the path itself is looked at.
    """
    path, fault = repository_path(post_path, written)
    if fault is not None or source is None:
        return Resolved(path, None, fault)
    entry = source.find(path)
    if entry is None:
        why = "is a folder" if source.walk(path) else "does not exist"
        return Resolved(path, None, ("media-missing", why))
    if entry.kind != "file":
        what = {"symlink": "a symbolic link", "submodule": "in a submodule"}
        words = f"is {what.get(entry.kind, 'not a regular file')}"
        return Resolved(path, None, ("path-escapes-repository", words))
    return _read(path, source)


def repository_path(post_path: str, written: str) -> tuple[str, MediaFault | None]:
    """The path relative to the repository, or why it is none. Reads nothing."""
    if "://" in written or written.startswith("//"):
        return written, ("media-missing", "is a URL: put the file into the repository")
    if written.startswith(("/", "~")) or written[1:2] == ":":
        return written, ("path-escapes-repository", "is not relative to the post")
    if "\\" in written:
        return written, ("media-missing", "has a backslash: paths are written with `/`")
    if not written.isprintable():
        return written, ("media-missing", "holds a character that cannot be seen")
    path = normpath(f"{post_path.rpartition('/')[0] or '.'}/{written}")
    if path == ".." or path.startswith("../"):
        return path, ("path-escapes-repository", "lies outside of the repository")
    if ".git" in path.lower().split("/"):
        return path, ("path-escapes-repository", "lies in git's own directory")
    return path, None


def _read(path: str, source: ContentSource) -> Resolved:
    from postops.content.formats.window import Damaged

    try:
        with source.open(path) as file:
            if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
                return Resolved(path, None, ("lfs-pointer", "is only a Git LFS pointer"))
            return Resolved(path, inspect(file))
    except Damaged as error:
        return Resolved(path, None, ("media-damaged", str(error)))
    except OSError as error:
        return Resolved(path, None, ("media-missing", f"cannot be read: {error.strerror or error}"))


def inspect(file: BinaryIO | bytes) -> MediaFacts:
    """What a file's headers say, and the digest of its bytes. Raises `Damaged`.

    The file is read through once for its digest, but never kept or decoded.
    """
    from postops.content.formats import read_header
    from postops.content.formats.window import Damaged, Window

    if isinstance(file, bytes):
        file = BytesIO(file)
    size = file.seek(0, 2)
    if size == 0:
        raise Damaged("is empty")
    if size > LARGEST:
        raise Damaged(f"is larger than {LARGEST // 1024**2} MiB")
    header = read_header(Window(file, size))
    if 0 in (header.width, header.height):
        raise Damaged("has no pixels")
    return MediaFacts(header.mime, size, _digest(file), *header[1:])


def _digest(file: BinaryIO) -> str:
    sum_ = hashlib.sha256()
    file.seek(0)
    while page := file.read(_PAGE):
        sum_.update(page)
    return f"sha256:{sum_.hexdigest()}"
