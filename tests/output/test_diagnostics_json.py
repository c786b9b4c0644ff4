from __future__ import annotations

import json

from postops.diagnostics import Span, Summary
from postops.output.diagnostics_json import render
from tests.output.sample import FIX, HOSTILE, found


def test_the_whole_document() -> None:
    one = found(span=Span("posts/a.md", 4, 1, 4, 9), fix=FIX)
    assert json.loads(render([one], Summary(3, 1, 0))) == {
        "version": 1,
        "diagnostics": [
            {
                "code": "PO101",
                "name": "text-too-long",
                "severity": "error",
                "path": "posts/a.md",
                "line": 4,
                "column": 1,
                "end_line": 4,
                "end_column": 9,
                "message": "text is 301 graphemes; the limit is 300",
                "help": "shorten it",
                "post": "a",
                "account": "sky",
                "fix": {
                    "title": "remove it",
                    "safe": True,
                    "edits": [
                        {
                            "path": "posts/a.md",
                            "line": 4,
                            "column": 1,
                            "end_line": 4,
                            "end_column": 3,
                            "text": "x",
                        }
                    ],
                },
            }
        ],
        "summary": {"files": 3, "errors": 1, "warnings": 0, "notices": 0},
    }


def test_texts_come_back_as_they_were_and_command_nothing() -> None:
    said = render([found(text) for text in HOSTILE], Summary(1, 1, 0))
    assert [d["message"] for d in json.loads(said)["diagnostics"]] == list(HOSTILE)
    assert "##[" not in said
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())


def test_nothing_found() -> None:
    assert json.loads(render([], Summary(0, 0, 0)))["diagnostics"] == []
