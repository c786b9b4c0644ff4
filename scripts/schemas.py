"""Write the JSON Schemas of schema/ from the code; with --check only say whether they are current.

python scripts/schemas.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from postops import platforms
from postops.content.schema import schemas
from postops.ledger.events import Event

FOLDER = Path(__file__).parents[1] / "schema"


def texts() -> dict[str, str]:
    """Each schema's file name and text."""
    found = schemas({name: platforms.load(name) for name in platforms.names()}, Event)
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in found.items()}


def main(arguments: list[str]) -> int:
    stale = [name for name, text in texts().items() if _read(FOLDER / name) != text]
    if "--check" in arguments:
        for name in stale:
            print(f"schema/{name} is not current: run python scripts/schemas.py", file=sys.stderr)
        return 1 if stale else 0
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
