"""`postops count`: how long a text is, by the rules of each platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops import platforms
from postops.cli._options import as_json, formats
from postops.errors import ConfigError

if TYPE_CHECKING:
    from typing import BinaryIO


@click.command(
    "count",
    epilog="""\b
Examples:
  postops count draft.txt
  echo "Hello" | postops count --platform x
  postops count --platform x --platform bluesky --format json -
""",
)
@click.option(
    "--platform",
    "names",
    multiple=True,
    metavar="PLATFORM",
    help="Only this platform; may be given again. Otherwise all.",
)
@formats("text", "json")
@click.argument("file", type=click.File("rb"), default="-")
def command(names: tuple[str, ...], style: str, file: BinaryIO) -> None:
    """Count a text by the rules of each platform.

    The text is taken as it is, without Markdown; one final newline is not part of it. Needs no
    postops.yaml. Exits 0 whatever fits.
    """
    text = _read(file)
    counts = [_count(name, text) for name in sorted(set(names)) or platforms.names()]
    if style == "json":
        click.echo(as_json({"version": 1, "counts": counts}))
        return
    width = max(len(count["platform"]) for count in counts)
    for count in counts:
        verdict = (
            click.style("fits", fg="green") if count["fits"] else click.style("too long", fg="red")
        )
        size = f"{count['count']:>6} of {count['limit']} {count['unit']}"
        click.echo(f"{count['platform']:<{width}} {size}, {count['bytes']} bytes: {verdict}")


def _read(file: BinaryIO) -> str:
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file.name} is not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}",
            help="save it as UTF-8",
        ) from error
    text = text.replace("\r\n", "\n")
    return text.removesuffix("\n")


def _count(name: str, text: str) -> dict[str, Any]:
    measure = platforms.load(name).measure(text)
    return {
        "platform": name,
        "count": measure.count,
        "limit": measure.limit,
        "unit": measure.unit,
        "fits": measure.fits,
        "bytes": measure.bytes,
    }
