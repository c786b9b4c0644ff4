from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
import pytest

from postops.cli import run
from postops.cli._options import DurationType, TimeType, as_json, in_zone, style
from postops.config import read_config

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert DurationType().convert(text, None, None) == expected


@pytest.mark.parametrize("text", ["", "15", "m", "-5m", "1.5h", "soon"])
def test_no_durations(text: str) -> None:
    with pytest.raises(click.UsageError, match="is not a duration such as"):
        DurationType().convert(text, None, None)


def test_times_with_and_without_an_offset(tmp_path: Path) -> None:
    convert = TimeType().convert
    at = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert convert("2026-07-01T10:30+02:00", None, None) == at
    assert convert("2026-07-01T08:30Z", None, None) == at
    assert convert(at, None, None) is at
    berlin = read_config(b"version: 1\naccounts: {}\ntimezone: Europe/Berlin\n", tmp_path)
    assert in_zone(convert("2026-07-01T10:30", None, None), berlin) == at
    assert in_zone(at, berlin) == at
    for text in ("soon", "12:30", ""):
        with pytest.raises(click.UsageError, match="is not a time such as"):
            convert(text, None, None)


def test_json_for_logs() -> None:
    assert as_json({"a": "##[x]"}) == '{\n "a": "#\\u0023[x]"\n}'


def test_styling() -> None:
    assert style(3, fg="red") == click.style("3", fg="red")


def test_the_environment_sets_the_form(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "t").write_text("x")
    monkeypatch.setenv("POSTOPS_FORMAT", "json")
    assert run(["count", str(tmp_path / "t")]) == 0
    assert capsys.readouterr().out.startswith("{")
    assert run(["count", "--format", "text", str(tmp_path / "t")]) == 0
    assert not capsys.readouterr().out.startswith("{")
