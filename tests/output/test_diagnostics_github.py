from __future__ import annotations

import re

import pytest

from postops.diagnostics import Severity, Span, Summary
from postops.output.diagnostics_github import SHOWN, commands, markdown
from tests.output.sample import HOSTILE, found


def test_one_command_a_finding() -> None:
    assert commands([found()]) == (
        "::error file=posts/a.md,line=4,col=1,title=PO101 text-too-long"
        "::text is 301 graphemes; the limit is 300 (sky)%0Ashorten it"
    )
    assert commands([]) == ""


def test_the_worst_come_first_and_the_hidden_are_counted() -> None:
    many = [found(severity=Severity.NOTICE, span=Span("a", n)) for n in range(1, SHOWN + 2)]
    many += [found(severity=Severity.WARNING)] * SHOWN
    many += [found(span=Span("z", n)) for n in range(1, SHOWN + 4)]
    lines = commands(many).splitlines()
    kinds = [line.split(" ")[0] for line in lines if line.startswith("::")]
    assert kinds == ["::error"] * 13 + ["::warning"] * 10 + ["::notice"] * 11
    assert lines[-2:] == [
        "3 more errors are in the job summary only",
        "1 more notice is in the job summary only",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_can_neither_end_nor_begin_a_command(text: str) -> None:
    said = commands([found(text, help=text, span=Span(text or "p", 1))])
    assert re.fullmatch(r"::error file=[^:,\r\n]*,line=1,col=1,title=[^:,\r\n]*::[^\r\n]*", said)
    assert len(said.splitlines()) == 1
    assert "##[" not in said
    assert "\x1b" not in said


def test_the_summary() -> None:
    what = "`text is 301 graphemes; the limit is 300 (sky)`<br>`shorten it`"
    said = markdown([found()], Summary(2, 1, 0))
    assert said.splitlines() == [
        "### postops validate",
        "",
        "2 files, 1 errors, 0 warnings, 0 notices",
        "",
        "| where | what | rule |",
        "| --- | --- | --- |",
        f"| `posts/a.md:4:1` | {what} | error PO101 text-too-long |",
    ]
    assert "|" not in markdown([], Summary(2, 0, 0))


def test_the_summary_is_cut_under_a_mebibyte() -> None:
    said = markdown(
        [found("é" * 1000, span=Span("p", n)) for n in range(1, 2000)], Summary(1, 1, 0)
    )
    assert len(said.encode()) < 1024**2
    shown = said.count("text-too-long")
    assert f"... and {1999 - shown} more" in said
