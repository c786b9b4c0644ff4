from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from postops.cli._progress import Progress
from postops.plan import Action, Plan
from postops.publish.ports import Result

if TYPE_CHECKING:
    import pytest

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
PLAN = Plan(AT, tuple(Action(f"{n}@sky", n, "sky", "bluesky", "publish", AT) for n in "ab"), ())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    def write(self, text: str) -> int:
        raise OSError


def watch() -> None:
    progress = Progress()
    progress.planned(PLAN)
    progress.result(Result("a@sky", "published", "https://x/1"))
    progress.result(Result("b@sky", "failed", error="no"))
    progress.waits(AT)


def test_a_terminal_sees_a_counter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    watch()
    seen = terminal.getvalue()
    assert "0 of 2" in seen
    assert "1 of 2" in seen
    assert "2 of 2" not in seen  # it goes away with the last one
    assert capsys.readouterr().out.splitlines() == [
        "published a@sky  https://x/1",
        "failed    b@sky  no",
    ]


def test_nobody_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    watch()
    out, err = capsys.readouterr()
    assert out.count("\n") == 2
    assert err == "waiting for what is due at 2026-03-01T10:30:00Z\n"


def test_a_terminal_that_went_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr", Gone())
    progress = Progress()
    progress.planned(PLAN)
    progress.result(Result("a@sky", "published"))
    assert capsys.readouterr().out == "published a@sky\n"
