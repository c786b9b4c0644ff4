from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from postops.cli import run

SHELLS = ("bash", "zsh", "fish")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_postops(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capfd.readouterr().out
    assert f"_POSTOPS_COMPLETE={shell}_complete" in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True)


def test_another_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "'bash', 'fish', 'zsh'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("postops pub", {"publish"}),
        ("postops publish --dr", {"--dry-run"}),
        ("postops validate --format s", {"sarif"}),
        ("postops sandbox ", {"serve"}),
    ],
)
def test_words_are_completed(
    words: str, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = words.split(" ")
    monkeypatch.setenv("_POSTOPS_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(line) - 1))
    program = str(Path(sys.executable).with_name("postops"))
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert {row.partition(",")[2] for row in done.stdout.splitlines()} == expected
    assert done.stderr == ""
