"""What postops has to say about a file: where, what, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Severity(StrEnum):
    """An error stops the delivery or the post; a warning fails only `--strict`; a notice never."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


class Span(NamedTuple):
    """A place in a file. Lines and columns count from 1; columns count code points."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Edit(NamedTuple):
    """Replace the text of `span` (whose end is exclusive) by `text`."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits that mend a fault. Only safe fixes are applied by `--fix`."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of one rule at one place.

    `message` is lower case, without a full stop and without the remedy; the remedy is `help`.
    `post` and `account` say what the finding stops: with an account only that delivery.
    """

    code: str
    name: str
    severity: Severity
    span: Span
    message: str
    help: str | None = None
    fix: Fix | None = None
    post: str | None = None
    account: str | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        span = self.span
        return (span.path, span.line, span.column, self.code, self.message, self.account or "")


class Summary(NamedTuple):
    """How many files were looked at and what was found."""

    files: int
    errors: int
    warnings: int
    notices: int = 0


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By path, line, column, code and account, without repetitions."""
    return sorted(set(diagnostics), key=lambda d: d.sort_key)


def worst_first(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Errors before warnings before notices: for surfaces that show only the first few."""
    return sorted(diagnostics, key=lambda d: (_RANK[d.severity], d.sort_key))


def summarize(diagnostics: Iterable[Diagnostic], files: int) -> Summary:
    """Count by severity."""
    counts = dict.fromkeys(Severity, 0)
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    return Summary(files, counts[Severity.ERROR], counts[Severity.WARNING], counts[Severity.NOTICE])


def selects(patterns: Collection[str], code: str, name: str) -> bool:
    """Whether a list of codes (`PO101`), prefixes (`PO1`) or names takes in this rule."""
    return any(p == name or code.startswith(p) for p in patterns)


def with_severity(diagnostic: Diagnostic, severity: Severity) -> Diagnostic:
    """The same finding, weighed as the configuration asks."""
    return replace(diagnostic, severity=severity)
