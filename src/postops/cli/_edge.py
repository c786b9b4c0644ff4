"""The one catcher: known errors become one line, unknown ones a ready bug report."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from postops.errors import PostopsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from postops.config import Config

BUG, INTERRUPTED = 3, 130


@dataclass(frozen=True, slots=True)
class Invocation:
    """Where and with which configuration the command was started."""

    directory: Path
    config_file: Path | None

    def config(self) -> Config:
        """Load `postops.yaml`. Raises `ConfigError`."""
        from postops.config import load_config

        return load_config(self.directory, self.config_file)


def at_the_edge(call: Callable[[], Any]) -> int:
    """Call, and turn whatever comes out into an exit code and one line on stderr."""
    try:
        returned = call()
    except PostopsError as error:
        _say(str(error), where=error.where, help_=error.help)
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader (head, less) had enough. Python would complain once more while shutting down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _os_error(error)
    except Exception as error:  # noqa: BLE001 - the edge: everything else is a bug of ours
        return _bug(error)
    return returned if isinstance(returned, int) else 0


def _say(message: str, *, where: str | None = None, help_: str | None = None) -> None:
    prefix = click.style("error", fg="red", bold=True)
    click.echo(f"{prefix}: {f'{where}: ' if where else ''}{printable(message)}", err=True)
    if help_:
        click.echo(f"  help: {printable(help_)}", err=True)


def _interrupted() -> int:
    click.echo("interrupted", err=True)
    return INTERRUPTED


def _os_error(error: OSError) -> int:
    _say(f"{error.filename or 'the system'}: {error.strerror or error}")
    return 1


def _bug(error: Exception) -> int:
    """Say it is ours, and leave a report that can be pasted as it is."""
    import platform
    import tempfile
    import traceback

    from postops import __version__

    report = (
        f"### postops {__version__} failed unexpectedly\n\n"
        f"Python {platform.python_version()} on {platform.system()} {platform.release()}\n\n"
        f"```\n{''.join(traceback.format_exception(error))}```\n"
    )
    with tempfile.NamedTemporaryFile(
        "w", prefix="postops-bug-", suffix=".md", delete=False, encoding="utf-8"
    ) as file:
        file.write(report)
    _say(
        f"a bug in postops: {type(error).__name__}: {error}",
        help_=f"nothing is lost; please report it with {file.name}",
    )
    return BUG


def colour(choice: str) -> bool | None:
    """Whether to colour. `None` leaves it to whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return None


def printable(text: str) -> str:
    """The text without what a terminal would obey: escape sequences and other control codes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
