"""Diagnostics for a terminal: the place, the finding, the line it is in, the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.output.safe import one_line, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from postops.diagnostics import Diagnostic, Summary

_COLOURS = {"error": "red", "warning": "yellow", "notice": "blue"}


def render(
    diagnostics: Sequence[Diagnostic],
    summary: Summary,
    *,
    line_of: Callable[[str, int], str | None],
    style: Callable[..., str],
) -> str:
    """One block a finding and a closing line. `style(text, fg=, bold=)` colours, or does not."""
    blocks = [_block(diagnostic, line_of, style) for diagnostic in diagnostics]
    return "\n".join([*blocks, closing(summary, style)])


def closing(summary: Summary, style: Callable[..., str]) -> str:
    """What was found, in one line."""
    if not (summary.errors or summary.warnings or summary.notices):
        return style(f"{_files(summary.files)}: nothing to say", fg="green")
    parts = [
        style(_count(summary.errors, "error"), fg="red", bold=bool(summary.errors)),
        style(_count(summary.warnings, "warning"), fg="yellow"),
    ]
    if summary.notices:
        parts.append(style(_count(summary.notices, "notice"), fg="blue"))
    return f"{_files(summary.files)}: {', '.join(parts)}"


def _block(
    diagnostic: Diagnostic, line_of: Callable[[str, int], str | None], style: Callable[..., str]
) -> str:
    span = diagnostic.span
    weight = style(diagnostic.severity.value, fg=_COLOURS[diagnostic.severity.value], bold=True)
    where = style(one_line(str(span)), bold=True)
    who = f" ({diagnostic.account})" if diagnostic.account else ""
    name = style(f"{diagnostic.code} {diagnostic.name}", fg="cyan")
    lines = [f"{where}: {weight}: {one_line(diagnostic.message)}{who} [{name}]"]
    lines += _frame(diagnostic, line_of(span.path, span.line), style)
    if diagnostic.help:
        lines.append(f"  help: {terminal(diagnostic.help)}")
    if diagnostic.fix and diagnostic.fix.safe:
        lines.append(f"  fix:  {terminal(diagnostic.fix.title)} (--fix)")
    return "\n".join(lines) + "\n"


def _frame(diagnostic: Diagnostic, line: str | None, style: Callable[..., str]) -> list[str]:
    """The line of the file with a caret under the place, unless it is too long to help."""
    span = diagnostic.span
    if line is None or not line.strip():
        return []
    start = max(0, span.column - 61)
    place = span.column - 1
    end = place + 1
    if span.end_line == span.line and span.end_column:
        end = max(end, min(span.end_column - 1, start + 100))
    shown = line[start : start + 100]
    caret = _blank(line[start:place]) + "^" * max(1, len(_blank(line[place:end])))
    number = f"{span.line:>5}"
    return [
        style(f"{number} | ", fg="bright_black") + terminal(shown),
        style(f"{' ' * len(number)} | ", fg="bright_black") + style(caret, fg="red"),
    ]


def _blank(text: str) -> str:
    """White space as wide as the text is shown: tabs stay, East Asian characters take two."""
    if text.isascii() and text.isprintable():
        return " " * len(text)
    from unicodedata import combining, east_asian_width

    cells = []
    for char in terminal(text):
        wide = east_asian_width(char) in "WF"
        cells.append("\t" if char == "\t" else "" if combining(char) else "  " if wide else " ")
    return "".join(cells)


def _files(number: int) -> str:
    return _count(number, "file")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
