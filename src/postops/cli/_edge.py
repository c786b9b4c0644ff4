"""The one catcher: known errors become one line, unknown ones a ready bug report."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from postops.errors import PostopsError
from postops.output.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO

    from postops.clock import Clock
    from postops.config import Config

ABORTED, BUG, INTERRUPTED = 1, 3, 130


@dataclass(slots=True)
class Edge:
    """What is the same for whatever command is called. `colour` is known once options are read."""

    given_clock: Clock | None = None
    colour: bool | None = None

    @property
    def clock(self) -> Clock:
        """The clock that was passed in, or the system's."""
        from postops.clock import SystemClock

        return self.given_clock or SystemClock()


@dataclass(frozen=True, slots=True)
class Invocation:
    """Where and with which configuration the command was started."""

    directory: Path
    config_file: Path | None
    edge: Edge

    @property
    def clock(self) -> Clock:
        """Time, sleep and ids for this command."""
        return self.edge.clock

    def config(self) -> Config:
        """Load `postops.yaml`. Raises `ConfigError`."""
        from postops.config import load_config

        named = self.config_file
        return load_config(self.directory, None if named is None else self.directory / named)


def at_the_edge(call: Callable[[], Any], edge: Edge) -> int:
    """Call, and turn whatever comes out into an exit code and one line on stderr."""
    try:
        returned = call()
    except PostopsError as error:
        _say(error, edge.colour)
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort as abort:
        return _aborted(abort)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0  # after a completion
    except OSError as error:
        _say(PostopsError(_told(error)), edge.colour)
        return 1
    except Exception as error:  # noqa: BLE001 - the edge: everything else is a bug of ours
        return _bug(error, edge.colour)
    return returned if isinstance(returned, int) else 0


def say(text: str, *, err: bool = False) -> None:
    """Print, and go on where nobody reads any more: what was begun has to come to its end."""
    try:
        click.echo(text, err=err)
    except OSError as error:
        mute(sys.stderr if err else sys.stdout)
        if not isinstance(error, BrokenPipeError):
            _complain(f"the output is cut off: {_told(error)}", None)


def mute(stream: TextIO) -> None:
    """The reader (head, less) had enough. Python would complain once more while shutting down."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _say(error: PostopsError, colour: bool | None) -> None:
    """The place and the fault in one line, the other faults and the remedy below."""
    prefix = click.style("error", fg="red", bold=True)
    where = f"{error.where}: " if error.where else ""
    said = str(error).removeprefix(where)  # some say where for themselves, for those who log them
    lines = [f"{prefix}: {one_line(where)}{one_line(said)}"]
    lines += [f"  also: {one_line(note)}" for note in getattr(error, "__notes__", ())]
    if error.help:
        lines.append(f"  help: {one_line(error.help)}")
    _complain("\n".join(lines), colour)


def _complain(text: str, colour: bool | None) -> None:
    with contextlib.suppress(OSError):  # nobody listens: the exit code still tells
        click.echo(text, err=True, color=decided(colour))


def _aborted(abort: click.Abort) -> int:
    """A question that was answered with no, or by nobody; or Ctrl-C, which click makes one of."""
    if isinstance(abort.__cause__ or abort.__context__, KeyboardInterrupt):
        return _interrupted()
    _complain("nothing was done", None)
    return ABORTED


def _interrupted() -> int:
    _complain("interrupted", None)
    return INTERRUPTED


def _told(error: OSError) -> str:
    return f"{error.filename or 'the system'}: {error.strerror or error}"


def _bug(error: Exception, colour: bool | None) -> int:
    """Say it is ours, and leave a report that can be pasted as it is."""
    import platform
    import traceback

    from postops import __version__

    report = _without_environment(
        f"### postops {__version__} failed unexpectedly\n\n"
        f"Python {platform.python_version()} on {platform.system()} {platform.release()}\n\n"
        f"```\n{''.join(traceback.format_exception(error))}```\n"
    )
    said = _without_environment(f"{type(error).__name__}: {error}")
    _say(
        PostopsError(
            f"a bug in postops: {said}",
            help=f"nothing is lost; please report it with {_kept(report)}",
        ),
        colour,
    )
    return BUG


def _kept(report: str) -> str:
    """Where the report is; on stderr, where there is no room for a file."""
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="postops-bug-",
            suffix=".md",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(report)
    except OSError:
        _complain(report, None)
        return "the lines above"
    return file.name


def _without_environment(text: str) -> str:
    """Tokens come from the environment, and no report needs anything of it."""
    longest_first = sorted(os.environ.items(), key=lambda pair: -len(pair[1]))
    for name, value in longest_first:
        if len(value) >= 8:
            text = text.replace(value, f"${name}")
    return text


def colour(choice: str) -> bool | None:
    """Whether to colour. `None` leaves it to whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return None


def decided(known: bool | None) -> bool | None:
    """The same, before or after the options were read: a usage error comes before."""
    return colour("auto") if known is None else known
