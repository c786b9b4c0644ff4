"""`state/views.sql` in a DuckDB that knows nothing of postops."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import pytest

from postops.insights.views import SOURCES, VIEWS, views_sql
from postops.ledger.events import Event
from postops.ledger.state import DeliveryState, LedgerState, fold
from tests.insights import histories
from tests.insights.histories import History, written

if TYPE_CHECKING:
    from pathlib import Path

POST = {
    "v": 1,
    "path": "posts/a.md",
    "blob": "b1",
    "id": "a",
    "title": "Ä",
    "campaign": "c",
    "tags": ["x", "y"],
    "accounts": None,
    "publish_at": "2026-03-01T09:30:00Z",
    "late": None,
    "expires_at": None,
    "draft": False,
    "hold": True,
    "on_edit": "ignore",
    "on_remove": "keep",
}
SNAPSHOT = {
    "v": 1,
    "at": "2026-03-01T10:00:00.250Z",
    "delivery": "a@sky",
    "post": "a",
    "account": "sky",
    "platform": "bluesky",
    "part": 1,
    "remote_id": "r1",
    "likes": 3,
    "clicks": None,
    "raw": {"likeCount": 3},
}


def jsonl(*lines: dict[str, Any]) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    """DuckDB as anybody starts it in the root of a repository."""
    monkeypatch.chdir(tmp_path)
    return duckdb.connect()


def ask(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


@pytest.mark.parametrize("folders", [[], ["state/metrics", "state/content", "state/ledger/2026"]])
def test_nothing_there_is_an_empty_view(
    bare: duckdb.DuckDBPyConnection, tmp_path: Path, folders: list[str]
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    bare.execute(views_sql())
    assert [ask(bare, f"SELECT count(*) FROM {view}") for view in VIEWS] == [[(0,)]] * len(VIEWS)


def test_the_script_can_be_run_again_and_states_every_type(
    bare: duckdb.DuckDBPyConnection,
) -> None:
    bare.execute(views_sql())
    bare.execute(views_sql())
    made = ask(bare, "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL")
    assert [name for (name,) in made] == sorted(VIEWS)
    assert set(SOURCES) < set(VIEWS)
    kinds = {row[0]: row[1] for row in ask(bare, "DESCRIBE deliveries")}
    assert kinds["published_at"] == "TIMESTAMP WITH TIME ZONE"
    assert kinds["lateness_seconds"] == "DOUBLE"
    assert "NULL" not in kinds.values()


def test_files_that_come_later_are_seen(bare: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    bare.execute(views_sql())
    later = SNAPSHOT | {"at": "2026-03-02T10:00:00Z", "likes": 5}
    older = SNAPSHOT | {"part": 2, "likes": 1, "views": 7}
    torn = b'{"v": 1, "at": "2026-03-0'
    campaign = {"v": 1, "id": "c", "starts": "2026-03-01", "utm": {"source": "s"}, "tags": []}
    files = {
        "state/content/posts.jsonl": jsonl(POST),
        "state/content/campaigns.jsonl": jsonl(campaign),
        "state/metrics/2026/03/01.jsonl": jsonl(SNAPSHOT, older),
        "state/metrics/2026/03/02.jsonl": jsonl(later) + torn,
    }
    written(tmp_path, files)
    assert ask(bare, "SELECT id, title, tags, accounts, hold FROM posts") == [
        ("a", "Ä", ["x", "y"], None, True)
    ]
    assert ask(bare, "SELECT (publish_at AT TIME ZONE 'UTC')::VARCHAR FROM posts") == [
        ("2026-03-01 09:30:00",)
    ]
    assert ask(bare, "SELECT starts::VARCHAR, ends, utm ->> 'source' FROM campaigns") == [
        ("2026-03-01", None, "s")
    ]
    latest = "SELECT part, likes, views, clicks FROM metrics_latest ORDER BY part"
    assert ask(bare, latest) == [(1, 5, None, None), (2, 1, 7, None)]
    assert ask(bare, "SELECT count(*), min(raw ->> 'likeCount') FROM metrics") == [(3, "3")]


@pytest.mark.parametrize("seed", range(12))
def test_the_view_tells_what_the_fold_tells(
    bare: duckdb.DuckDBPyConnection, tmp_path: Path, seed: int
) -> None:
    assert_told_alike(bare, tmp_path, History(seed, 400))


@pytest.mark.parametrize("seed", range(4))
def test_of_two_histories_that_meet_both_keep_the_same_one(
    bare: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """At a renaming: many were only given up."""
    monkeypatch.setattr(histories, "TYPES", (*histories.TYPES, *["skipped"] * 60))
    assert_told_alike(bare, tmp_path, History(seed, 300))


def assert_told_alike(bare: duckdb.DuckDBPyConnection, tmp_path: Path, history: History) -> None:
    files = history.files()
    state = fold(files)
    written(tmp_path, files)
    bare.execute(views_sql() + "SET TimeZone = 'UTC';")
    answer = bare.execute("FROM deliveries")
    names = [column[0] for column in answer.description or []]
    seen = {row[0]: dict(zip(names, row, strict=True)) for row in answer.fetchall()}
    assert seen.keys() == state.deliveries.keys()
    for name, delivery in state.deliveries.items():
        told = expected(state, delivery)
        assert {key: seen[name][key] for key in told} == told


def expected(state: LedgerState, done: DeliveryState) -> dict[str, Any]:
    bound = state.bound.get(done.account)
    first = done.live[0] if done.live else None
    same = ("post", "account", "generation", "attempt", "action", "error", "reason")
    content = ("source", "payload", "commit", "blob", "path")
    times = ("due_at", "published_at", "until")
    return {
        "state": done.phase,
        "platform": bound.platform if bound else None,
        "parts": done.parts_total,
        "lateness_seconds": done.lateness,
        "url": first.url if first else None,
        "remote_id": first.remote_id if first else None,
        **{key: getattr(done, key) for key in (*same, *content)},
        **{key: _time(getattr(done, key)) for key in times},
    }


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_every_key_of_an_event_is_a_column(bare: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written(tmp_path, History(0, 3).files())
    bare.execute(views_sql())
    described = bare.execute("DESCRIBE events").fetchall()
    assert {row[0] for row in described} == {field.name for field in fields(Event)}


def test_the_histories_reach_every_state() -> None:
    phases = set()
    renamed = False
    for seed in range(12):
        state = fold(History(seed, 400).files())
        phases |= {delivery.phase for delivery in state.deliveries.values()}
        renamed = renamed or bool(state.renamed)
    assert {"claimed", "published", "partial", "withdrawn", "in_doubt", "deferred"} <= phases
    assert "scheduled" in phases
    assert {"failed", "skipped", "released", "new"} & phases
    assert renamed
