"""`state/views.sql`: the committed state as views, for `postops query` and for any other DuckDB."""

from __future__ import annotations

from pathlib import Path

PATH = "state/views.sql"

# Those that read files; the others are made from them.
SOURCES = ("posts", "campaigns", "events", "metrics")
VIEWS = ("posts", "campaigns", "deliveries", "metrics_latest", "metrics", "events")

_HERE = Path(__file__).parent
_FILES = ("views.sql", "deliveries.sql")


def views_sql() -> str:
    """The whole script. It reads `state/…` relative to where DuckDB was started."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _FILES)
