from __future__ import annotations

from typing import get_args

import pytest

from postops.output.results import closing, counts, line
from postops.publish.ports import ALARMS, Outcome, Result
from tests.output.sample import HOSTILE, loud, plain


def test_a_line_a_result() -> None:
    assert line(Result("a@sky", "published", "https://x/1", "1"), plain) == (
        "published a@sky  https://x/1"
    )
    assert line(Result("a@sky", "failed", error="too long"), plain) == "failed    a@sky  too long"
    both = Result("a@sky", "unknown", "https://x/1", error="no answer")
    assert line(both, plain).endswith("https://x/1  no answer")
    assert line(Result("a@sky", "withdrawn"), plain) == "withdrawn a@sky"


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_alarms_are_red(outcome: Outcome) -> None:
    assert line(Result("a@sky", outcome), loud).startswith("<red>") is (outcome in ALARMS)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_platform_says_commands_nothing(text: str) -> None:
    said = line(Result(f"{text}@sky", "failed", text, error=text), plain)
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said
    assert "##[" not in said


def test_counting() -> None:
    results = [Result("a", "published"), Result("b", "failed"), Result("c", "published")]
    assert counts(results) == {"failed": 1, "published": 2}
    assert list(counts(results)) == ["failed", "published"]
    assert closing(results, 3) == "1 failed, 2 published; 3 waiting"
    assert closing([], 0) == "nothing was due; 0 waiting"
