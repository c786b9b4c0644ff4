from __future__ import annotations

import pytest

from postops.diagnostics import Diagnostic, Severity, Span, Summary
from postops.output.diagnostics_text import closing, render
from tests.output.sample import FIX, HOSTILE, found, loud, plain


def shown(diagnostic: Diagnostic, line: str | None = None) -> str:
    return render([diagnostic], Summary(1, 1, 0), line_of=lambda *_: line, style=plain)


def test_the_place_the_finding_the_line_and_the_remedy() -> None:
    one = found(span=Span("posts/a.md", 4, 7, 4, 12), fix=FIX)
    assert shown(one, "Some words here") == (
        "posts/a.md:4:7: error: text is 301 graphemes; the limit is 300 (sky)"
        " [PO101 text-too-long]\n"
        "    4 | Some words here\n"
        "      |      " + " ^^^^^\n"
        "  help: shorten it\n"
        "  fix:  remove it (--fix)\n"
        "\n"
        "1 file: 1 error, 0 warnings"
    )


def test_without_a_line_a_remedy_or_an_account() -> None:
    one = found(help=None, account=None)
    for line in (None, "", "   "):
        assert shown(one, line).splitlines()[1] == ""
    assert "(sky)" not in shown(one)


@pytest.mark.parametrize(
    ("line", "column", "before"),
    [
        ("plain text", 7, "plain "),
        ("\ttab", 2, "\t"),
        ("漢字x", 3, "    "),
        ("e\u0301x", 3, " "),
        ("\x1bx", 2, "\\u001b"),
    ],
)
def test_the_caret_stands_under_its_place(line: str, column: int, before: str) -> None:
    caret = shown(found(span=Span("p", 1, column)), line).splitlines()[2]
    blank = "".join(c if c == "\t" else " " for c in before)
    assert caret == f"      | {blank}^"


def test_long_lines_are_cut_round_the_place() -> None:
    lines = shown(
        found(span=Span("p", 1, 500, 1, 900)), "x" * 499 + "HERE" + "y" * 500
    ).splitlines()
    assert "HERE" in lines[1]
    assert len(lines[1]) == 108
    assert lines[2].index("^") == lines[1].index("HERE")
    assert len(lines[2]) <= len(lines[1])


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_obeyed(text: str) -> None:
    one = found(text, help=text, span=Span(text, 1, 1, 1, 5), fix=FIX._replace(title=text))
    said = shown(one, text)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "##[" not in said
    assert "\r" not in said
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (Summary(1, 0, 0), "1 file: nothing to say"),
        (Summary(2, 1, 2, 0), "2 files: 1 error, 2 warnings"),
        (Summary(0, 0, 0, 1), "0 files: 0 errors, 0 warnings, 1 notice"),
    ],
)
def test_the_closing_line(summary: Summary, said: str) -> None:
    assert closing(summary, plain) == said


def test_severities_are_told_apart_by_colour() -> None:
    said = render(
        [found(severity=severity) for severity in Severity],
        Summary(1, 1, 1, 1),
        line_of=lambda *_: None,
        style=loud,
    )
    for colour in ("red", "yellow", "blue"):
        assert f"<{colour}>" in said
