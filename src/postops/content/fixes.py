"""Writes fixes back: the edits of a fix, and not one byte besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postops.diagnostics import Fix, Span


class Fixed(NamedTuple):
    """The new bytes, and how many fixes are in them. Those that overlap others were left out."""

    data: bytes
    applied: int


def apply_fixes(data: bytes, fixes: Iterable[Fix]) -> Fixed:
    """Apply the safe ones of `fixes`, all of one file, whose places were found in `data`.

    Line ends, a byte order mark and everything else stay as they are. Of two fixes that touch the
    same text the first is applied: the next run offers the other again.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Fixed(data, 0)
    starts = _line_starts(text)
    taken: list[tuple[int, int, str]] = []
    applied = 0
    for fix in dict.fromkeys(fixes):
        edits = [(*_offsets(edit.span, starts, len(text)), edit.text) for edit in fix.edits]
        if fix.safe and not any(_overlap(one, two) for one in edits for two in taken):
            taken += edits
            applied += 1
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    return Fixed(text.encode(), applied)


def diff(path: str, before: bytes, after: bytes) -> str:
    """A unified diff that `git apply` takes; empty where nothing changed."""
    if before == after:
        return ""
    from difflib import unified_diff

    old, new = (_lines(data.decode("utf-8", "replace")) for data in (before, after))
    lines = unified_diff(old, new, f"a/{path}", f"b/{path}")
    whole = "\n\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else line + whole for line in lines)


def _lines(text: str) -> list[str]:
    # str.splitlines would also end lines at U+2028, which git does not.
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _line_starts(text: str) -> list[int]:
    starts = [0]
    while (end := text.find("\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return starts


def _offsets(span: Span, starts: list[int], length: int) -> tuple[int, int]:
    start = _offset(span.line, span.column, starts, length)
    if span.end_line is None or span.end_column is None:
        return start, start
    return start, max(start, _offset(span.end_line, span.end_column, starts, length))


def _offset(line: int, column: int, starts: list[int], length: int) -> int:
    if line > len(starts):
        return length
    return min(starts[line - 1] + column - 1, length)


def _overlap(one: tuple[int, int, str], two: tuple[int, int, str]) -> bool:
    """Whether two edits touch the same text, or put text at the same place."""
    return (one[0] < two[1] and two[0] < one[1]) or one[:2] == two[:2] or one[0] == two[0]
