"""Diagnostics for programs. The shape is versioned; see docs/json.md."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from postops.output.safe import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.diagnostics import Diagnostic, Fix, Summary


def render(diagnostics: Sequence[Diagnostic], summary: Summary) -> str:
    """`{"version":1,"diagnostics":[...],"summary":{...}}`."""
    document = {
        "version": 1,
        "diagnostics": [_one(diagnostic) for diagnostic in diagnostics],
        "summary": summary._asdict(),
    }
    return json_text(json.dumps(document, ensure_ascii=False, indent=1))


def _one(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "post": diagnostic.post,
        "account": diagnostic.account,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [edit.span._asdict() | {"text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
