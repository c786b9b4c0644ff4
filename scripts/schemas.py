"""Write the JSON Schemas of schema/ from the code; with --check only say whether they are current.

python scripts/schemas.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from postops.cli.schema import as_text, schemas

FOLDER = Path(__file__).parents[1] / "schema"


def main(arguments: list[str]) -> int:
    texts = {name: as_text(schema) for name, schema in schemas().items()}
    if "--check" not in arguments:
        for name, text in texts.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
        return 0
    stale = [name for name, text in texts.items() if _read(FOLDER / name) != text]
    for name in stale:
        print(f"schema/{name} is not current: run python scripts/schemas.py", file=sys.stderr)
    return 1 if stale else 0


def _read(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
