"""`postops schema`: the JSON Schemas, put together from the shapes of every room."""

from __future__ import annotations

import json
from typing import Any

import click

_NAMES = ["post", "campaign", "config", "ledger-event"]


@click.command(
    "schema",
    epilog="""\b
Examples:
  postops schema post > post.schema.json
\b
In a file, for editors with a YAML language server:
  # yaml-language-server: $schema=../schema/post.schema.json
""",
)
@click.argument("name", type=click.Choice(_NAMES))
def command(name: str) -> None:
    """Print a JSON Schema for editors."""
    click.echo(as_text(schemas()[f"{name}.schema.json"]), nl=False)


def schemas() -> dict[str, dict[str, Any]]:
    """All schemas by file name."""
    from postops import platforms
    from postops.content import schema
    from postops.ledger.events import Event

    known = {name: platforms.load(name) for name in platforms.names()}
    return schema.schemas(known, Event)


def as_text(document: dict[str, Any]) -> str:
    """As it is committed in `schema/`."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
