"""SQL over the committed state, by people and by whoever sends us a query to run.

The views are filled from `state/` first. Then the door is shut for good: no files, no network, no
extensions, no settings; what the query can reach is what is in memory.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from postops.errors import ConfigError
from postops.insights.values import plain
from postops.insights.views import SOURCES, VIEWS, views_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

_Got = TypeVar("_Got")

# Queries are over some hundred thousand lines; a runaway one must not take the machine with it.
_MEMORY = "1GB"
_THREADS = 4

_SHUT = """
SET python_enable_replacements = false;
SET temp_directory = '';
SET enable_external_access = false;
SET lock_configuration = true;
"""


class QueryError(ConfigError):
    """The query is wrong, or reaches too far. `excerpt` shows where, with a caret under it."""

    def __init__(self, message: str, *, help: str | None = None, excerpt: str = "") -> None:  # noqa: A002
        super().__init__(message, help=help)
        self.excerpt = excerpt


class Table(NamedTuple):
    """What a query gave. Column names are unique; values are what JSON knows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def objects(self) -> Iterator[dict[str, Any]]:
        """Each row by column name."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


class View(NamedTuple):
    """One view with its columns: name and type."""

    name: str
    columns: tuple[tuple[str, str], ...]


def check(sql: str) -> None:
    """Raise `QueryError` where it is no SQL, or something else than a question."""
    import duckdb

    with _told(), duckdb.connect() as connection:
        _statements(connection, sql)


def run(sql: str, state_dir: Path) -> Table:
    """Answer a query from the files in `state_dir`, a folder called `state`.

    Raises `QueryError` with DuckDB's own words for SQL that is wrong, or that reaches for anything
    but the views. With several statements the answer is the last one's.
    """
    with _told(), _opened(state_dir) as connection:
        statements = _statements(connection, sql)
        columns, rows = _interruptible(connection, lambda: _asked(connection, statements))
    kinds = [str(column[1]) for column in columns]
    return Table(
        _unique([column[0] for column in columns]),
        [tuple(map(plain, row, kinds)) for row in rows],
    )


def _asked(
    connection: duckdb.DuckDBPyConnection, statements: Sequence[duckdb.Statement]
) -> tuple[list[Any], list[tuple[Any, ...]]]:
    for statement in statements:
        connection.execute(statement)
    columns = connection.description or []
    return columns, connection.fetchall()


def _interruptible(connection: duckdb.DuckDBPyConnection, call: Callable[[], _Got]) -> _Got:
    """Call on a thread of its own: DuckDB sees no Ctrl-C while it works on the main one."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(call)
        try:
            return answer.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def views() -> list[View]:
    """Every view and its columns, without any data."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder, "state")
        state.mkdir()
        with _opened(state) as connection:
            return [View(name, _columns(connection, name)) for name in VIEWS]


def _columns(connection: duckdb.DuckDBPyConnection, view: str) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in connection.execute(f"DESCRIBE {view}").fetchall())


@contextlib.contextmanager
def _opened(state_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the views filled, and nothing else in reach."""
    import duckdb

    config: dict[str, Any] = {
        "memory_limit": _MEMORY,
        "threads": _THREADS,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_persistent_secrets": False,
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # The script speaks of `state/…`; a path put into it could hold what DuckDB takes for a
        # pattern.
        with contextlib.chdir(state_dir.parent):
            _fill(connection)
        connection.execute(_SHUT)
        yield connection


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace the views that read files by tables with what they read."""
    connection.execute(views_sql())
    for name in SOURCES:
        connection.execute(f"CREATE TABLE filled AS FROM {name}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE filled RENAME TO {name}")


def _statements(connection: duckdb.DuckDBPyConnection, sql: str) -> Sequence[duckdb.Statement]:
    import duckdb

    asking = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    found = connection.extract_statements(sql)
    for statement in found:
        if statement.type not in asking:
            raise QueryError(
                f"only questions can be asked, and this is {statement.type.name}",
                help="SELECT, FROM, WITH, DESCRIBE, SUMMARIZE or EXPLAIN",
            )
    if not found:
        raise QueryError("the query is empty", help="postops query --help")
    return found


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """DuckDB's errors as ours."""
    import duckdb

    try:
        yield
    except duckdb.PermissionException as error:
        raise QueryError(
            "a query reaches the views and nothing else", help=_split(error)[0]
        ) from error
    except duckdb.Error as error:
        message, help_, excerpt = _split(error)
        raise QueryError(message, help=help_, excerpt=excerpt) from error


def _split(error: duckdb.Error) -> tuple[str, str | None, str]:
    """The fault, what DuckDB suggests, and the line with the caret."""
    text, line, caret = str(error).partition("\nLINE ")
    message, _, more = text.strip().partition("\n")
    return message, " ".join(more.split()) or None, (line + caret).strip("\n")


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """A join may give one name twice; in an object only one of them would be left."""
    taken: set[str] = set()
    unique = []
    for name in names:
        free, number = name, 0
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        unique.append(free)
    return tuple(unique)
