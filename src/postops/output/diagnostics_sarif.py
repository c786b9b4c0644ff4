"""Diagnostics as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from postops.output.safe import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postops.diagnostics import Diagnostic

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}


def render(
    diagnostics: Sequence[Diagnostic], *, version: str, pages: Mapping[str, tuple[str, str]]
) -> str:
    """One run. `pages` gives each rule code its one-line description and its page in Markdown."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    names = {diagnostic.code: diagnostic.name for diagnostic in diagnostics}
    rules = [_rule(code, names[code], pages.get(code, (names[code], ""))) for code in codes]
    driver = {
        "name": "postops",
        "semanticVersion": version,
        "rules": rules,
    }
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "the repository"}}},
        "results": [
            _result(diagnostic, codes.index(diagnostic.code), seen) for diagnostic in diagnostics
        ],
    }
    document = {"version": "2.1.0", "$schema": SCHEMA, "runs": [run]}
    return json_text(json.dumps(document, ensure_ascii=False))


def _rule(code: str, name: str, page: tuple[str, str]) -> dict[str, Any]:
    described, markdown = page
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": described},
        "help": {"text": described, "markdown": markdown or described},
    }


def _result(diagnostic: Diagnostic, index: int, seen: Counter[str]) -> dict[str, Any]:
    span = diagnostic.span
    who = f" ({diagnostic.account})" if diagnostic.account else ""
    text = f"{diagnostic.message}{who}" + (f"; {diagnostic.help}" if diagnostic.help else "")
    region: dict[str, Any] = {"startLine": span.line, "startColumn": span.column}
    if span.end_line:
        region["endLine"] = span.end_line
    if span.end_column:
        region["endColumn"] = span.end_column
    place = {"uri": quote(span.path, errors="backslashreplace"), "uriBaseId": "ROOT"}
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity.value],
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": region}}],
        "partialFingerprints": {"postops/v1": _fingerprint(diagnostic, seen)},
    }


def _fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    """Stays the same while lines move: the rule, the file, who and what, but not where.

    The second of two that are alike says so, or code scanning would take them for one.
    """
    parts = (diagnostic.code, diagnostic.span.path, diagnostic.account or "", diagnostic.message)
    text = "\n".join(parts)
    seen[text] += 1
    text += f"\n{seen[text]}"
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]
