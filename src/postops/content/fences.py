"""Why a file's front matter was not found: people nearly had it."""

from __future__ import annotations

import re

from postops.diagnostics import Span
from postops.reading import Fault
from postops.reading.words import show

_DASHES = "‐‑‒–—―−─━"
_FENCE = re.compile(rf"[ \t]*(?:-{{2,}}|[{_DASHES}-]+|_{{3,}}|\*{{3,}}|(?:-[ \t]+)+-)[ \t]*")
_HELP = "begin the file with `---`, keys such as `accounts:`, and `---` again"


def no_opening(text: str, path: str) -> Fault:
    """The first line is not `---`."""
    lines = text.split("\n")
    number = next((i for i, line in enumerate(lines) if line.strip()), None)
    if number is None:
        return _missing(path, 1, "the file is empty", _HELP)
    line = lines[number]
    if number and line.rstrip() == "---":
        message = "the opening `---` is not in the first line"
        return _missing(path, number + 1, message, "remove the empty lines above it")
    if line.strip() in ("+++", "{") or line.startswith(("```", "~~~", "<!--")):
        message = f"front matter that begins with {show(line.strip())} is not read"
        return _missing(path, number + 1, message, "write YAML between two lines of `---`")
    if _FENCE.fullmatch(line) or line.lstrip().startswith("---"):
        message = f"{show(line)} does not open front matter"
        return _missing(path, number + 1, message, "write exactly `---`, at the line's beginning")
    if re.match(r"[A-Za-z_-]+:(\s|$)", line):
        message = "the keys do not stand between two lines of `---`"
        return _missing(path, number + 1, message, "put `---` above the first key")
    return _missing(path, 1, "there is no front matter", _HELP)


def no_closing(text: str, path: str) -> Fault:
    """No second line of `---`."""
    for number, line in enumerate(text.split("\n")[1:], 2):
        if _FENCE.fullmatch(line) or line.rstrip() == "..." or line.startswith("---"):
            message = f"{show(line)} does not close front matter"
            help_ = "write exactly `---`, at the line's beginning"
            return _missing(path, number, message, help_)
    return _missing(path, 1, "the front matter is never closed", "put `---` below the last key")


def _missing(path: str, line: int, message: str, help_: str) -> Fault:
    return Fault("front-matter-missing", Span(path, line), message, help_)
