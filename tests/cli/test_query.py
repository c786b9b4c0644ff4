"""`postops query`, in repositories of every kind."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from postops.cli import run
from postops.insights.views import VIEWS

if TYPE_CHECKING:
    from tests.rigs.git import Repo

POST = "---\ntitle: '=A'\n---\nHello there\n"


@pytest.fixture
def published(repo: Repo, capsys: pytest.CaptureFixture[str]) -> Repo:
    """One post, out on two emulated accounts."""
    repo.commit({"posts/a.md": POST})
    repo.push()
    assert run(["-C", str(repo.path), "publish", "--sandbox"]) == 0
    capsys.readouterr()
    return repo


def ask(repo: Repo, *args: str) -> int:
    return run(["-C", str(repo.path), "query", *args])


SQL = "SELECT account, state, parts FROM deliveries ORDER BY account"


def test_json_is_an_array_of_objects(published: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(published, "--sandbox", "--format", "json", SQL) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"account": "bluesky-main", "state": "published", "parts": 1},
        {"account": "mastodon-main", "state": "published", "parts": 1},
    ]


def test_a_table_is_drawn(published: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(published, "--sandbox", SQL) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["account", "state", "parts"]
    assert lines[2].split() == ["bluesky-main", "published", "1"]
    assert lines[-1] == "(2 rows)"
    assert ask(published, "--sandbox", "SELECT 1 LIMIT 1") == 0
    assert "(1 row)" in capsys.readouterr().out


def test_csv_runs_no_formula(published: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(published, "--sandbox", "--format", "csv", "SELECT title, -1 AS n FROM posts") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [["title", "n"], ["'=A", "-1"]]


def test_the_query_may_come_from_stdin(
    published: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT 41 + 1 AS n\n"))
    assert ask(published, "--sandbox", "--format", "json", "-") == 0
    assert json.loads(capsys.readouterr().out) == [{"n": 42}]


def test_without_sql_programs_get_the_columns_in_their_format(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["query", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["view"] for row in told} == set(VIEWS)
    assert {"view": "deliveries", "column": "account", "type": "VARCHAR"} in told
    assert run(["query", "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["view", "column", "type"]
    assert len(rows) == len(told) + 1


def test_without_sql_the_views_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query"]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if not line.startswith(" ")] == list(VIEWS)
    assert "lateness_seconds" in out


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nope FROM posts", '"nope" not found'),
        ("COPY posts TO 'x.csv'", "only questions"),
        ("FROM read_csv('/etc/passwd')", "nothing else"),
    ],
)
def test_a_bad_query_exits_2_and_says_where(
    sql: str, said: str, published: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(published, "--sandbox", sql) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    if "nope" in sql:
        assert err.startswith("LINE 1: SELECT nope FROM posts\n               ^")
    assert not (published.path / "x.csv").exists()


def test_the_real_ledger_is_another_one(
    published: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(published, "--format", "json", "FROM deliveries") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert not (published.path / "x.csv").exists()


@pytest.mark.parametrize("placement", ["{branch: postops-state}", "{branch: same}"])
def test_what_others_pushed_is_seen(
    placement: str, repo: Repo, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """The head on the remote is asked, wherever the work tree stands."""
    branch = "main" if "same" in placement else "postops-state"
    config = (repo.path / "postops.yaml").read_text() + f"state: {placement}\n"
    base = repo.commit({"postops.yaml": config})
    repo.push()
    event = (
        '{"v":1,"seq":1,"prev":"","id":"01","recorded_at":"2026-03-01T10:00:00.000Z","run":"r",'
        '"type":"skipped","delivery":"a@bluesky-main","reason":"late"}\n'
    )
    repo.commit({"state/ledger/2026/03/01.jsonl": event})
    repo.push(branch)
    repo.git("reset", "--hard", "--quiet", base)
    assert ask(repo, "--format", "json", "SELECT delivery, state, reason FROM deliveries") == 0
    assert json.loads(capsys.readouterr().out) == [
        {"delivery": "a@bluesky-main", "state": "skipped", "reason": "late"}
    ]
    # Branch mode keeps a copy for other tools; the work tree of `same` is the user's.
    assert (repo.path / "state").exists() is (branch != "main")


def test_outcomes_that_are_not_pushed_are_mentioned(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    outbox = repo.path / ".postops" / "outbox" / "dead.jsonl"
    outbox.parent.mkdir(parents=True)
    outbox.write_text(
        '{"v":1,"id":"01","recorded_at":"2026-03-01T10:00:00.000Z","run":"dead","type":"skipped",'
        '"delivery":"a@bluesky-main"}\n'
    )
    assert ask(repo, "SELECT count(*) AS n FROM events") == 0
    assert "1 events are not pushed yet" in capsys.readouterr().err
