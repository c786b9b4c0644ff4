"""`python -m postops` and the `postops` command, as programs of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from postops import __version__

COMMANDS = [
    [sys.executable, "-m", "postops"],
    [str(Path(sys.executable).with_name("postops"))],
]


def run(command: list[str], *args: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *args], capture_output=True, text=True, **more)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("command", COMMANDS, ids=["module", "script"])
def test_both_ways_in_say_the_same(command: list[str]) -> None:
    done = run(command, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"postops {__version__}\n", "")


def test_the_exit_code_is_passed_on(tmp_path: Path) -> None:
    done = run(COMMANDS[0], "validate", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: no postops.yaml in ")
    assert "postops init" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_the_caller_closed_is_no_mistake_of_ours(closed: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}>&-', "sh", *COMMANDS[0], "count", "--format", "json"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0
    assert "bug" not in done.stderr
    assert ('"counts"' in done.stdout) == (closed != 1)


def test_a_query_leaves_nothing_on_stderr(tmp_path: Path) -> None:
    """DuckDB counts its objects at the end of the process, and complains of what is left."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "postops.yaml").write_text("version: 1\naccounts: {}\n")
    (tmp_path / "state").mkdir()
    done = run(COMMANDS[0], "query", "SELECT 41 + 1 AS answer", "--format", "csv", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "answer\n42\n", "")
