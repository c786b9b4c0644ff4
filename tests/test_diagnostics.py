from __future__ import annotations

from postops.diagnostics import (
    Diagnostic,
    Severity,
    Span,
    Summary,
    ordered,
    selects,
    summarize,
    with_severity,
    worst_first,
)


def found(
    code: str = "PO101",
    severity: Severity = Severity.ERROR,
    path: str = "posts/a.md",
    line: int = 1,
    column: int = 1,
    message: str = "too long",
) -> Diagnostic:
    return Diagnostic(code, "a-rule", severity, Span(path, line, column), message)


def test_a_place_reads_as_editors_expect() -> None:
    assert str(Span("posts/a.md", 3, 7)) == "posts/a.md:3:7"
    assert str(Span("posts/a.md")) == "posts/a.md:1:1"


def test_order_is_by_place_and_nothing_is_said_twice() -> None:
    late, early = found(line=10), found(line=9)
    other, column = found(path="posts/b.md"), found(line=9, column=2)
    code = found("PO100", line=10)
    given = [other, late, early, column, code, found(line=9)]
    assert ordered(given) == [early, column, code, late, other]


def test_the_worst_come_first() -> None:
    notice, warning = found(severity=Severity.NOTICE), found(severity=Severity.WARNING)
    error, later = found(path="posts/z.md"), found(path="posts/z.md", line=2)
    assert worst_first([notice, later, warning, error]) == [error, later, warning, notice]


def test_counting() -> None:
    severities = [Severity.ERROR, Severity.WARNING, Severity.WARNING, Severity.NOTICE]
    assert summarize([found(severity=s) for s in severities], 7) == Summary(7, 1, 2, 1)
    assert summarize([], 0) == Summary(0, 0, 0, 0)


def test_selecting_by_code_prefix_and_name() -> None:
    assert selects(["PO101"], "PO101", "text-too-long")
    assert selects(["PO1"], "PO101", "text-too-long")
    assert selects(["text-too-long"], "PO101", "text-too-long")
    assert not selects(["text-too", "PO2", "po101"], "PO101", "text-too-long")
    assert not selects([], "PO101", "text-too-long")


def test_weighing_anew_changes_nothing_else() -> None:
    lighter = with_severity(found(), Severity.NOTICE)
    assert lighter.severity == "notice"
    assert with_severity(lighter, Severity.ERROR) == found()
