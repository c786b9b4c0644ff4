"""What the command line says when something goes wrong, and how it colours."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from postops.cli import COMMANDS, main, run
from postops.cli._edge import Edge, at_the_edge, colour, say
from postops.errors import ConfigError, UnsafePlan

if TYPE_CHECKING:
    from pathlib import Path


def fails(error: BaseException) -> int:
    def call() -> None:
        raise error

    return at_the_edge(call, Edge())


def test_a_known_error_is_one_line_with_place_and_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = ConfigError("no \x1b[31mgood\nreally", help="mend\rit", where="postops.yaml:3:1")
    error.add_note("and another: postops.yaml:9:1")
    assert fails(error) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "error: postops.yaml:3:1: no \\u001b[31mgood⏎really\n"
        "  also: and another: postops.yaml:9:1\n"
        "  help: mend⏎it\n"
    )


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (UnsafePlan("too much"), 1, "error: too much\n"),
        (ConfigError("a.yaml:3: no", where="a.yaml:3"), 2, "error: a.yaml:3: no\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (click.Abort(), 1, "nothing was done\n"),
        (FileNotFoundError(2, "No such file", "a.txt"), 1, "error: a.txt: No such file\n"),
        (OSError("odd"), 1, "error: the system: odd\n"),
        (click.UsageError("not so"), 2, "Error: not so\n"),
        (click.exceptions.Exit(7), 7, ""),
        (SystemExit(5), 5, ""),
        (SystemExit(None), 0, ""),
    ],
)
def test_exit_codes(
    error: BaseException,
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert fails(error) == code
    assert capsys.readouterr().err == says


def test_ctrl_c_inside_click_is_an_interrupt(capsys: pytest.CaptureFixture[str]) -> None:
    abort = click.Abort()
    abort.__cause__ = KeyboardInterrupt()
    assert fails(abort) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_bug_leaves_a_report_without_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("SOME_TOKEN", "canary-canary-canary")
    assert fails(ZeroDivisionError("with canary-canary-canary")) == 3
    err = capsys.readouterr().err
    [report] = tmp_path.iterdir()
    assert err.startswith("error: a bug in postops: ZeroDivisionError: with $SOME_TOKEN\n")
    assert str(report) in err
    text = report.read_text()
    assert "ZeroDivisionError" in text
    assert "Traceback" in text
    assert "canary" not in err + text


def test_a_bug_where_no_report_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert fails(ZeroDivisionError("x")) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "report it with the lines above" in err


def test_a_bug_in_a_command_is_exit_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("forced")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("postops.config.load_config", broken)
    assert run(["-C", str(tmp_path), "validate"]) == 3
    assert "a bug in postops: RuntimeError: forced" in capsys.readouterr().err


def test_what_a_command_returns_is_the_exit_code() -> None:
    assert at_the_edge(lambda: 4, Edge()) == 4
    assert at_the_edge(lambda: None, Edge()) == 0


# ------------------------------------------------------------------------ colour


@pytest.mark.parametrize(
    ("choice", "environ", "expected"),
    [
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, None),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, True),
        ("auto", {}, None),
    ],
)
def test_choosing_colour(
    choice: str,
    environ: dict[str, str],
    expected: bool | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert colour(choice) is expected


@pytest.mark.parametrize(
    ("args", "coloured"),
    [(("--color", "always"), True), (("--color", "never"), False), ((), False)],
)
def test_results_and_errors_are_coloured_alike(
    args: tuple[str, ...], coloured: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("Hello")
    assert run([*args, "count", str(tmp_path / "text")]) == 0
    assert ("\x1b[" in capsys.readouterr().out) is coloured
    assert run([*args, "-C", str(tmp_path), "plan"]) == 2
    assert ("\x1b[" in capsys.readouterr().err) is coloured


def on_a_terminal(*args: str, **environ: str) -> str:
    """What a program writes to a terminal."""
    ours, theirs = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    program = subprocess.Popen(
        [sys.executable, "-m", "postops", *args], stdout=theirs, stderr=theirs, env=clean | environ
    )
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 4096):
            seen += part
    except OSError:  # how Linux says that the other end is closed
        pass
    program.wait()
    os.close(ours)
    return seen.decode()


def test_a_terminal_gets_colour_unless_it_asks_for_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Hello")
    assert "\x1b[32m" in on_a_terminal("count", str(tmp_path / "text"))
    assert "\x1b[" not in on_a_terminal("count", str(tmp_path / "text"), NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal("-C", str(tmp_path), "plan", NO_COLOR="1")


# ------------------------------------------------------------------------ the root command


def test_every_command_is_there_and_says_what_the_list_says() -> None:
    for name, (module, line) in COMMANDS.items():
        command = main.get_command(click.Context(main), name)
        assert command is not None, name
        assert command.get_short_help_str(200) == line, name
        assert module == name


def commands(command: click.Command = main, *path: str):
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            assert found is not None
            yield from commands(found, *path, name)
    else:
        yield path


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_help_leads_with_examples(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*path, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "Examples:" in out
    assert "postops " + " ".join(path) in out.partition("Examples:")[2]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("valdate", "Did you mean validate?"),
        ("pubish", "Did you mean publish?"),
        ("xyzzy", "--help"),
    ],
)
def test_an_unknown_command(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([word]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert hint in err


def test_the_folder_and_the_configuration_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "other.yaml").write_text(
        "version: 1\naccounts: {b: {platform: bluesky, handle: a.example}}\n"
    )
    assert run(["-C", str(tmp_path), "--config", "other.yaml", "validate"]) == 0
    assert run(["-C", str(tmp_path / "posts"), "--config", "../other.yaml", "validate"]) == 0
    assert run(["-C", str(tmp_path), "validate"]) == 2
    assert "postops init" in capsys.readouterr().err
    assert run(["-C", str(tmp_path / "nowhere"), "validate"]) == 2


def test_names_no_encoding_can_hold_are_shown(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    def call() -> None:
        say("caf\udce9")

    click.echo()  # the stream is there
    assert run(["count", "caf\udce9"]) == 2
    assert b"caf" in capsysbinary.readouterr().err
    assert at_the_edge(call, Edge()) == 0


def test_a_reader_that_goes_away_is_no_error() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "postops", "rule"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    program.stdout.close()
    assert program.stderr is not None
    assert program.stderr.read() == b""
    assert program.wait() == 0
    program.stderr.close()
