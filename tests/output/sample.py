"""Diagnostics, plans and results to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from postops.diagnostics import Diagnostic, Edit, Fix, Severity, Span

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
HOSTILE = (
    "::set-output name=a::b",
    "##[add-mask]x",
    "a\n::stop-commands::t",
    "a\r::error::x",
    "\x1b]52;c;aGk=\x07",
    "\x1b[31mred",
    "left \u202eright",
    "| cell | @everyone <details> `code` ``more``",
    "a%0Ab\u2028c",
    "\udce9",
    "\\|x",
    "`",
    "",
)


def plain(text: object, **_: Any) -> str:
    """A style that does nothing."""
    return str(text)


def loud(text: object, **how: Any) -> str:
    """A style that can be seen."""
    return f"<{how.get('fg', 'bold')}>{text}</>"


def found(
    message: str = "text is 301 graphemes; the limit is 300",
    severity: Severity = Severity.ERROR,
    **more: Any,
) -> Diagnostic:
    given: dict[str, Any] = {
        "code": "PO101",
        "name": "text-too-long",
        "severity": severity,
        "span": Span("posts/a.md", 4, 1),
        "message": message,
        "help": "shorten it",
        "post": "a",
        "account": "sky",
    }
    return Diagnostic(**(given | more))


FIX = Fix("remove it", (Edit(Span("posts/a.md", 4, 1, 4, 3), "x"),))
