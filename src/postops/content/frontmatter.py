"""From the bytes of a file to its front matter, with marks, and its exact body.

python-frontmatter finds and splits the fences. Its own `parse` is not used: it strips the text
first, so places and the body would be lost, and takes a file it cannot read for plain text, which
would then be published.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from frontmatter.default_handlers import YAMLHandler

from postops.diagnostics import Edit, Fix, Span
from postops.reading import Fault
from postops.reading.marked import MarkedMap
from postops.reading.words import kind
from postops.reading.yaml import parse

if TYPE_CHECKING:
    from postops.content.source import Entry

SIZE_LIMIT = 1024 * 1024
"""Bytes of a post or campaign taken. The longest text any platform takes is 100,000 characters."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class StrictHandler(YAMLHandler):
    """Fences of exactly three dashes, and strict YAML between them.

    Also fit for `frontmatter.loads(text, handler=StrictHandler())`, which then raises `ValueError`
    for what postops would report.
    """

    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)

    def load(self, fm: str, **kwargs: object) -> Any:
        del kwargs
        value, faults = parse(fm, "front matter")
        if faults:
            raise ValueError(f"{faults[0].span}: {faults[0].message}")
        return value


class Document(NamedTuple):
    """A file, taken apart. `front` is `None` where there is none that could be read.

    `body` is exactly what follows the closing fence, and begins in line `body_line`.
    """

    front: MarkedMap | None
    body: str
    body_line: int
    faults: tuple[Fault, ...]


_HANDLER = StrictHandler()


def read_document(data: bytes, path: str) -> Document:
    """Take a file apart. Never raises for what is in it."""
    faults: list[Fault] = []
    text = _decode(data, path, faults)
    if text is None:
        return Document(None, "", 1, tuple(faults))
    if not _HANDLER.detect(text):
        from postops.content.fences import no_opening

        return Document(None, "", 1, (*faults, no_opening(text, path)))
    try:
        front_text, rest = _HANDLER.split(text)
    except ValueError:
        from postops.content.fences import no_closing

        return Document(None, "", 1, (*faults, no_closing(text, path)))
    # The front text begins with the line end of the opening fence, so its lines are the file's.
    parsed = parse(front_text, path)
    body_line = front_text.count("\n") + 2
    front = _keys(parsed.value, path, bool(parsed.faults), faults)
    return Document(front, rest[1:], body_line, (*faults, *parsed.faults))


def _keys(value: Any, path: str, faulty: bool, faults: list[Fault]) -> MarkedMap | None:
    if isinstance(value, MarkedMap) and value:
        return value
    if faulty:
        return None
    if not value:
        message = "the front matter is empty"
        faults.append(Fault("front-matter-missing", Span(path), message, "add a key: `title:`"))
    else:
        message = f"the front matter is {kind(value)}, not keys"
        faults.append(Fault("front-matter-invalid", Span(path, 2), message, "write `key: value`"))
    return None


def _decode(data: bytes, path: str, faults: list[Fault]) -> str | None:
    """The text, with `\\n` line ends; `None`, and a fault, where it cannot be had."""
    if len(data) > SIZE_LIMIT:
        faults.append(too_large(path))
        return None
    if data.startswith(LFS_POINTER):
        faults.append(lfs_pointer(path))
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        faults.append(_not_utf8(data, error, path))
        return None
    if text.startswith("\ufeff"):
        span = Span(path, 1, 1, 1, 2)
        fix = Fix("remove the byte order mark", (Edit(span, ""),))
        message, help_ = "the file begins with a byte order mark", "save it as UTF-8 without BOM"
        faults.append(Fault("byte-order-mark", span, message, help_, fix))
        text = text[1:]
    if "\x00" in text:
        offset = text.index("\x00")
        line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        message = "the file holds a NUL character: git and editors take it for binary"
        faults.append(Fault("control-character", Span(path, line, column), message, "delete it"))
    return text.replace("\r\n", "\n") if "\r" in text else text


def too_large(path: str) -> Fault:
    """A file above `SIZE_LIMIT`."""
    message = f"the file is larger than {SIZE_LIMIT // 1024} KiB"
    return Fault("file-too-large", Span(path), message, "posts are text; media go beside them")


def unread(entry: Entry) -> Fault:
    """Why the source gave no bytes of a file."""
    if entry.size is None or entry.size > SIZE_LIMIT:
        return too_large(entry.path)
    help_ = "look at its permissions"
    return Fault("unreadable-file", Span(entry.path), "the file cannot be read", help_)


def lfs_pointer(path: str) -> Fault:
    """A file of which only the Git LFS pointer is here."""
    message = "the file is only a Git LFS pointer"
    help_ = "`git lfs pull` brings it; in CI: `lfs: true` at actions/checkout; text needs no LFS"
    return Fault("lfs-pointer", Span(path), message, help_)


def _not_utf8(data: bytes, error: UnicodeDecodeError, path: str) -> Fault:
    before = data[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    help_ = "save it as UTF-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        help_ = "it looks like UTF-16: save it as UTF-8"
    message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
    return Fault("invalid-encoding", Span(path, line, column), message, help_)
