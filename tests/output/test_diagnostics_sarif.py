from __future__ import annotations

import json

import pytest

from postops.diagnostics import Severity, Span
from postops.output.diagnostics_sarif import render
from tests.output.sample import HOSTILE, found

PAGES = {"PO101": ("Finds long texts", "# text-too-long\n\nWhat, why, how.")}


def run(*diagnostics, pages=PAGES):
    document = json.loads(render(diagnostics, version="0.1.0", pages=pages))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    [found_run] = document["runs"]
    return found_run


def test_the_structure_the_standard_asks_for() -> None:
    """What section 3 of SARIF 2.1.0 requires of the objects used here."""
    given = run(
        found(span=Span("posts/ä b.md", 4, 2, 5, 3)), found(code="PO102", name="empty-post")
    )
    driver = given["tool"]["driver"]
    assert driver["name"] == "postops"
    assert [rule["id"] for rule in driver["rules"]] == ["PO101", "PO102"]
    assert driver["rules"][0]["help"]["markdown"].startswith("# text-too-long")
    assert driver["rules"][1]["shortDescription"] == {"text": "empty-post"}
    for result in given["results"]:
        rule = driver["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        [location] = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] in given["originalUriBaseIds"]
        assert min(place["region"].values()) >= 1
    first = given["results"][0]["locations"][0]["physicalLocation"]
    assert first["artifactLocation"]["uri"] == "posts/%C3%A4%20b.md"
    assert first["region"] == {"startLine": 4, "startColumn": 2, "endLine": 5, "endColumn": 3}


def test_levels() -> None:
    given = run(*(found(severity=severity) for severity in Severity))
    assert [result["level"] for result in given["results"]] == ["error", "warning", "note"]


def test_fingerprints_stay_while_lines_move_and_tell_twins_apart() -> None:
    def prints(*lines: int) -> list[str]:
        results = run(*(found(span=Span("posts/a.md", line)) for line in lines))["results"]
        return [result["partialFingerprints"]["postops/v1"] for result in results]

    assert prints(1) == prints(99)
    assert prints(1, 2) == prints(8, 9)
    assert len(set(prints(1, 2, 3))) == 3
    other = run(found(account="tusk"))["results"][0]["partialFingerprints"]["postops/v1"]
    assert other != prints(1)[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_and_any_name(text: str) -> None:
    said = render([found(text, span=Span(text or "p", 1))], version="0", pages={})
    assert json.loads(said)["runs"][0]["results"][0]["message"]["text"].startswith(text)
    assert "##[" not in said
    assert "\n" not in said


def test_nothing_found() -> None:
    assert run()["results"] == []
