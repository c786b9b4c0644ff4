"""What a query may ask, what it gets, and that it gets no further."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from postops.errors import ConfigError
from postops.insights.query import QueryError, check, run, views
from postops.insights.views import VIEWS
from postops.ledger.chain import Link, extend
from tests.insights.histories import written
from tests.rigs.stuck import not_stuck

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    line = orjson.dumps({"v": 1, "id": "a", "title": "A", "tags": ["x"]}) + b"\n"
    # A folder whose name is a pattern to DuckDB.
    root = tmp_path / "it's, [a] *"
    root.mkdir()
    return written(root, {"state/content/posts.jsonl": line})


def test_the_views_are_filled_from_the_folder(state: Path) -> None:
    assert run("SELECT id, tags FROM posts", state) == (("id", "tags"), [("a", ["x"])])
    assert list(run("SELECT id FROM posts", state).objects()) == [{"id": "a"}]
    for view in VIEWS:
        run(f"SELECT * FROM {view}", state)


def test_two_columns_of_one_name_are_both_kept(state: Path) -> None:
    table = run("SELECT 1 AS a, 2 AS a, 3 AS a_1", state)
    assert list(table.objects()) == [{"a": 1, "a_1": 2, "a_1_1": 3}]


def test_the_last_statement_answers(state: Path) -> None:
    assert run("SELECT 1; SELECT 2;", state).rows == [(2,)]
    assert run("DESCRIBE posts", state).rows
    assert "posts" in str(run("SHOW TABLES", state).rows)


def test_days_are_those_of_utc(state: Path) -> None:
    table = run("SELECT date_trunc('day', TIMESTAMPTZ '2026-03-01 23:30:00-05') AS day", state)
    assert table.rows == [("2026-03-02T00:00:00Z",)]


ESCAPES = """\
COPY posts TO '{out}'
COPY (SELECT 1) TO '{out}'
COPY posts FROM '{secret}'
EXPORT DATABASE '{out}'
ATTACH '{out}' AS other
ATTACH ':memory:' AS other
INSTALL httpfs
LOAD httpfs
LOAD '{secret}'
SET enable_external_access = true
RESET lock_configuration
SET GLOBAL threads = 1
PRAGMA enable_external_access
PRAGMA memory_limit = '10GB'
CALL pragma_version()
CREATE TABLE x AS SELECT 1
CREATE PERSISTENT SECRET s (TYPE http)
INSERT INTO posts (id) VALUES ('b')
DELETE FROM posts
DROP VIEW deliveries
USE memory
FROM read_csv('{secret}')
FROM read_text('{secret}')
FROM read_blob('{secret}')
FROM read_json('{secret}')
FROM '{secret}'
FROM 'https://example.org/x.csv'
FROM read_text('state/content/posts.jsonl')
FROM sniff_csv('{secret}')
FROM parquet_metadata('{secret}')
FROM glob('/etc/*')
FROM glob('*')
SELECT getenv('HOME')
SELECT 1; COPY posts TO '{out}'
EXPLAIN ANALYZE COPY posts TO '{out}'
FROM query('COPY posts TO ''{out}''')
SELECT (SELECT content FROM read_text('{secret}'))
FROM secret_of_python
""".splitlines()


@pytest.mark.parametrize("sql", ESCAPES)
def test_there_is_no_way_out(sql: str, state: Path, tmp_path: Path) -> None:
    secret_of_python = duckdb_relation()
    out, secret = tmp_path / "out", tmp_path / "secret.csv"
    secret.write_text("top,secret\n")
    with pytest.raises(QueryError) as raised:
        run(sql.format(out=out, secret=secret), state)
    assert raised.value.exit_code == 2
    assert "top" not in str(raised.value)
    assert not out.exists()
    assert secret_of_python is not None


def duckdb_relation() -> object:
    """What a plain DuckDB would find by the name of a Python variable."""
    import duckdb

    return duckdb.sql("SELECT 42 AS secret")


@pytest.mark.parametrize(
    ("sql", "message", "caret"),
    [
        ("SELEC 1", "syntax error", "SELEC 1\n        ^"),
        ("SELECT nope\nFROM posts", '"nope" not found', "SELECT nope\n               ^"),
        ("SELECT count(* FROM posts", "syntax error", "^"),
        ("SELECT error('no ' || 1)", "no 1", ""),
    ],
)
def test_wrong_sql_is_shown_where_it_is_wrong(
    sql: str, message: str, caret: str, state: Path
) -> None:
    with pytest.raises(ConfigError) as raised:
        run(sql, state)
    assert isinstance(raised.value, QueryError)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert caret in raised.value.excerpt


def test_help_is_what_duckdb_suggests(state: Path) -> None:
    with pytest.raises(QueryError) as raised:
        run("SELECT titel FROM posts", state)
    assert raised.value.help is not None
    assert "title" in raised.value.help


@pytest.mark.parametrize("sql", ["", "  ", "-- nothing", ";"])
def test_an_empty_query_is_none(sql: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        check(sql)


def test_check_needs_no_data() -> None:
    check("SELECT nope FROM nowhere")
    with pytest.raises(QueryError, match="only questions"):
        check("DROP TABLE posts")


def test_a_greedy_query_ends_with_an_error(state: Path) -> None:
    with pytest.raises(QueryError, match=r"(?i)memory"):
        run("SELECT list(i) FROM range(400000000) t(i)", state)


def test_the_views_are_listed_with_their_columns() -> None:
    listed = {view.name: dict(view.columns) for view in views()}
    assert list(listed) == list(VIEWS)
    assert listed["posts"]["tags"] == "VARCHAR[]"
    assert "lateness_seconds" in listed["deliveries"]


def test_an_interrupt_stops_a_query(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    script = (
        "import pathlib, signal, sys; from postops.insights.query import run\n"
        # A shell starts what runs in the background with Ctrl-C ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler); print('go', flush=True)\n"
        "run('SELECT count(*) FROM range(100000000000) a, range(100000) b',"
        " pathlib.Path(sys.argv[1]))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "state")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    try:
        child.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.8)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=10)
    finally:
        child.kill()
    assert b"KeyboardInterrupt" in said


def test_forty_thousand_events_take_a_moment(tmp_path: Path) -> None:
    events = []
    for number in range(40_000):
        kind = ("claimed", "handle", "deferred", "published")[number % 4]
        delivery = f"post-{number // 4}@sky"
        at = f"2026-01-{1 + number // 2000:02}T10:00:00.000Z"
        event = {"v": 1, "id": f"{number:026}", "recorded_at": at, "run": "r", "type": kind}
        events.append(event | {"delivery": delivery, "part": 1, "url": f"https://x/{number}"})
    lines, _ = extend(events, Link())
    days = {
        f"state/ledger/2026/01/{1 + day:02}.jsonl": b"\n".join(lines[day * 2000 :][:2000]) + b"\n"
        for day in range(20)
    }
    posts = [orjson.dumps({"v": 1, "id": f"post-{n}", "campaign": "c"}) for n in range(10_000)]
    folder = written(tmp_path, days | {"state/content/posts.jsonl": b"\n".join(posts)})
    with not_stuck(30):
        sql = "SELECT state, count(*) FROM deliveries d JOIN posts p ON p.id = d.post GROUP BY ALL"
        assert run(sql, folder).rows == [("published", 10_000)]
