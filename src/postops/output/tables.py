"""Rows and columns: drawn for people, or as CSV."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from postops.output.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_GAP = "  "
_NARROWEST = 8
# What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def draw(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    style: Callable[..., str],
    room: int | None = None,
) -> list[str]:
    """The lines of a table. Numbers stand on the right, what does not fit into `room` is cut.

    `room` is the width of the terminal in cells; `None` cuts nothing.
    """
    shown = [[_cell(value) for value in row] for row in rows]
    right = [all(_is_number(row[at]) for row in rows) and bool(rows) for at in range(len(columns))]
    heads = [one_line(name) for name in columns]
    widths = [max(map(width, cells)) for cells in zip(heads, *shown, strict=True)]
    if room is not None:
        widths = _fitted(widths, room)
    lines = [
        _line(heads, widths, right, lambda text: style(text, bold=True)),
        style(_GAP.join("─" * wide for wide in widths), dim=True),
    ]
    lines += [_line(cells, widths, right, lambda text: text) for cells in shown]
    return [line.rstrip() for line in lines]


def csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """RFC 4180 with bare line feeds; NULL is empty, nested values are JSON.

    Text a spreadsheet would run as a formula gets a `'` before it.
    """
    import csv as writer
    import io

    out = io.StringIO()
    to = writer.writer(out, lineterminator="\n")
    to.writerow([_guarded(name) for name in columns])
    to.writerows([_guarded(value) for value in row] for row in rows)
    return out.getvalue()


def width(text: str) -> int:
    """How many cells of a terminal a text takes: two for wide letters, none for marks."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def _guarded(value: Any) -> Any:
    if isinstance(value, list | dict | bool):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    return one_line(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _fitted(widths: list[int], room: int) -> list[int]:
    """Take from the widest until all fit, or nothing can be taken without hiding everything."""
    widths = list(widths)
    left = room - len(_GAP) * (len(widths) - 1)
    while sum(widths) > left and max(widths) > _NARROWEST:
        widest = max(widths)
        next_wide = max([wide for wide in widths if wide < widest], default=_NARROWEST)
        count = widths.count(widest)
        take = min(widest - max(next_wide, _NARROWEST), -(-(sum(widths) - left) // count))
        widths = [wide - take if wide == widest else wide for wide in widths]
    return widths


def _line(
    cells: Sequence[str],
    widths: Sequence[int],
    right: Sequence[bool],
    style: Callable[[str], str],
) -> str:
    drawn = []
    for text, wide, is_right in zip(cells, widths, right, strict=True):
        cut = _cut(text, wide)
        fill = " " * (wide - width(cut))
        drawn.append(fill + style(cut) if is_right else style(cut) + fill)
    return _GAP.join(drawn)


def _cut(text: str, wide: int) -> str:
    if width(text) <= wide:
        return text
    kept, taken = "", 0
    for letter in text:
        taken += width(letter)
        if taken > wide - 1:
            break
        kept += letter
    return f"{kept}…"
