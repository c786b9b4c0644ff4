"""Diagnostics as annotations on a pull request, and as its job summary.

GitHub shows ten errors and ten warnings a step and hides the rest without a word, so the worst
come first and the summary holds them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.diagnostics import Severity, worst_first
from postops.output.safe import cell, command_data, command_property, cut, one_line, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.diagnostics import Diagnostic, Summary

SHOWN = 10
"""Annotations of one severity a step may show (github.com/orgs/community, discussion 26680)."""


def commands(diagnostics: Sequence[Diagnostic]) -> str:
    """Workflow commands, worst first, and how many GitHub will hide."""
    lines = [_command(diagnostic) for diagnostic in worst_first(diagnostics)]
    for severity in Severity:
        hidden = sum(d.severity is severity for d in diagnostics) - SHOWN
        if hidden > 0:
            many = "s are" if hidden > 1 else " is"
            lines.append(f"{hidden} more {severity.value}{many} in the job summary only")
    return "\n".join(lines)


def _command(diagnostic: Diagnostic) -> str:
    # The end of the span is left out: GitHub misplaces annotations that span to the end of a line.
    span = diagnostic.span
    who = f" ({diagnostic.account})" if diagnostic.account else ""
    text = terminal(diagnostic.message) + who
    if diagnostic.help:
        text += f"\n{terminal(diagnostic.help)}"
    title = command_property(f"{diagnostic.code} {diagnostic.name}")
    place = f"file={command_property(one_line(span.path))},line={span.line},col={span.column}"
    return f"::{diagnostic.severity.value} {place},title={title}::{command_data(text)}"


def markdown(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """A table for a job summary or a comment, cut to what GitHub takes."""
    head = (
        f"### postops validate\n\n{summary.files} files, {summary.errors} errors, "
        f"{summary.warnings} warnings, {summary.notices} notices\n"
    )
    if not diagnostics:
        return head
    rows = ["", "| where | what | rule |", "| --- | --- | --- |"]
    return head + cut(rows, [_row(diagnostic) for diagnostic in worst_first(diagnostics)])


def _row(diagnostic: Diagnostic) -> str:
    who = f" ({diagnostic.account})" if diagnostic.account else ""
    what = cell(diagnostic.message + who)
    if diagnostic.help:
        what += f"<br>{cell(diagnostic.help)}"
    rule = f"{diagnostic.severity.value} {diagnostic.code} {diagnostic.name}"
    return f"| {cell(str(diagnostic.span))} | {what} | {rule} |"
