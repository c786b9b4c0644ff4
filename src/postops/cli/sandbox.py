"""`postops sandbox`: emulated platforms on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from postops.cli._edge import Invocation


@click.group("sandbox")
def command() -> None:
    """Run emulated platforms on this machine."""


@command.command(
    "serve",
    epilog="""\b
Examples:
  postops sandbox serve                see what `publish --sandbox` sent, in a browser
  postops sandbox serve --port 8000    the page on this port
\b
Prints one line of JSON with the origin of each platform and of the page.
""",
)
@click.option(
    "--port", type=click.IntRange(0, 65000), default=0, help="Of the page; 0: any free one."
)
@click.option("--host", default="127.0.0.1", help="Loopback only.")
@click.option("--state", type=click.Path(path_type=Path), help="Where the platforms are kept.")
@click.pass_obj
def serve(invocation: Invocation, /, port: int, host: str, state: Path | None) -> None:
    """Serve the emulated platforms, and a page that shows every account's timeline.

    For people, and for any client library that can be pointed at another host. Ends with Ctrl-C.
    """
    import asyncio

    from postops.cli import _sandbox
    from postops.errors import ConfigError
    from postops.sandbox.serve import serve as serve_world

    path = state or invocation.config().root / _sandbox.FOLDER / "world.json"
    ports = {"page": port} if port else {}
    with _sandbox.alone(path):
        world = _sandbox.load(path, invocation.clock)
        try:
            asyncio.run(serve_world(world, ports=ports, host=host, announce=_announce, path=path))
        except (OSError, ValueError) as error:
            raise ConfigError(str(error), help="another --port, or a loopback --host") from error


def _announce(line: str) -> None:
    click.echo(line)  # which flushes: a program may be waiting at the other end of a pipe
