"""`postops query`: ask the committed state with SQL."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postops.cli import _options
from postops.cli._options import style as paint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.insights.query import Table
    from postops.ledger.view import View


@click.command(
    "query",
    epilog="""\b
Examples:
  postops query                          the views and their columns
  postops query "SELECT account, state, url FROM deliveries ORDER BY published_at DESC"
  postops query "SELECT post, likes FROM metrics_latest ORDER BY likes DESC LIMIT 5"
  postops query --format csv "FROM metrics" > metrics.csv
  postops query - < report.sql

\b
The same views in a DuckDB of your own, in the root of the repository:
  duckdb -init state/views.sql
""",
)
@click.argument("sql", required=False)
@_options.sandbox
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="For people, for programs, or for spreadsheets.",
)
@click.pass_obj
def command(invocation: Invocation, /, sql: str | None, sandbox: bool, style: str) -> None:
    """Ask the committed state with SQL.

    SQL is DuckDB's; `-` reads it from stdin. The ledger is fetched first. A query sees the views
    and nothing else: no files, no network, no settings. JSON is an array of objects. Without SQL:
    the views and their columns.
    """
    if sql is None and style == "table":
        click.echo(_views())
        return
    if sql is None:
        table = _columns()
    else:
        text = sys.stdin.read() if sql == "-" else sql
        table = _ask(invocation, text, sandbox=sandbox)
    if style == "json":
        click.echo(_json(table))
    elif style == "csv":
        from postops.output.tables import csv

        click.echo(csv(table.columns, table.rows), nl=False)
    else:
        _draw(table)


def _ask(invocation: Invocation, sql: str, *, sandbox: bool) -> Table:
    from postops.cli import _open
    from postops.insights import query
    from postops.output.safe import terminal

    try:
        query.check(sql)  # before anything is fetched
        with _open.place(invocation, sandbox=sandbox) as at:
            found = _open.view(at, whole=True)
            _warn(found)
            with _state(at, found) as folder:
                return query.run(sql, folder)
    except query.QueryError as error:
        if error.excerpt:
            click.echo(terminal(error.excerpt), err=True)
        raise


@contextmanager
def _state(at: Place, found: View) -> Iterator[Path]:
    """`state/` as it was fetched: the reading copy, or a copy of what is on the content branch."""
    if not at.remote.same:
        yield at.root / "state"
        return
    # The work tree may stand elsewhere than the head that was fetched.
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="postops-query-") as folder:
        Path(folder, "state").mkdir()
        for path, data in found.head.read_many(found.head.paths("state/")).items():
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        yield Path(folder, "state")


def _warn(found: View) -> None:
    from postops.output.safe import one_line

    if found.held is not None:
        click.echo(f"note: the ledger is held: {one_line(found.held)}", err=True)
    if found.unpushed:
        click.echo(f"note: {found.unpushed} events are not pushed yet: postops flush", err=True)


def _json(table: Table) -> str:
    from postops.output.safe import json_text

    lines = [json.dumps(row, ensure_ascii=False) for row in table.objects()]
    return json_text("[\n" + ",\n".join(lines) + "\n]" if lines else "[]")


def _draw(table: Table) -> None:
    from postops.output.tables import draw

    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if table.columns:
        click.echo("\n".join(draw(table.columns, table.rows, paint, room)))
    count = len(table.rows)
    click.echo(paint(f"({count} row{'' if count == 1 else 's'})", dim=True))


def _columns() -> Table:
    """The views and their columns, for programs."""
    from postops.insights.query import Table, views

    rows = [(view.name, name, kind) for view in views() for name, kind in view.columns]
    return Table(("view", "column", "type"), rows)


def _views() -> str:
    from postops.insights.query import views

    lines = []
    for view in views():
        lines.append(paint(view.name, bold=True))
        lines += [f"  {name:<17} {paint(kind.lower(), dim=True)}" for name, kind in view.columns]
    return "\n".join(lines)
