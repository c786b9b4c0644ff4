"""`postops metrics pull`, against the emulated platforms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from postops.cli import run
from postops.insights.views import views_sql
from postops.sandbox.faults import Fault
from postops.sandbox.world import World
from tests.ledger.ticking import Ticking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

POST = "---\npublish_at: 2026-03-01T10:00Z\n---\nHello there\n"


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def published(repo: Repo, clock: Ticking, capsys: pytest.CaptureFixture[str]) -> Repo:
    repo.commit({"posts/a.md": POST})
    repo.push()
    assert run(["-C", str(repo.path), "publish", "--sandbox"], clock=clock) == 0
    capsys.readouterr()
    clock.pause(6 * 3600)
    return repo


def pull(repo: Repo, clock: Ticking, *args: str) -> int:
    return run(["-C", str(repo.path), "metrics", "pull", *args], clock=clock)


def state(repo: Repo) -> Path:
    return repo.path / ".postops" / "sandbox" / "clone" / "state"


def test_the_counts_are_committed_with_the_views(
    published: Repo, clock: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull(published, clock, "--sandbox") == 0
    said = capsys.readouterr()
    assert said.out == "2 counted on 2 accounts\n"
    assert sorted(said.err.splitlines()) == ["bluesky-main: 1 counted", "mastodon-main: 1 counted"]
    day = state(published) / "metrics" / f"{clock.at:%Y/%m/%d}.jsonl"
    lines = [json.loads(line) for line in day.read_text().splitlines()]
    assert [line["account"] for line in lines] == ["bluesky-main", "mastodon-main"]
    assert all(line["likes"] > 0 for line in lines)
    assert (state(published) / "views.sql").read_text() == views_sql()

    sql = "SELECT account, likes FROM metrics_latest ORDER BY account"
    args = ["-C", str(published.path), "query", "--sandbox", "--format", "json", sql]
    assert run(args, clock=clock) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"account": line["account"], "likes": line["likes"]} for line in lines
    ]


def test_a_second_pull_appends(
    published: Repo, clock: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pull(published, clock, "--sandbox") == 0
    clock.pause(60)
    assert pull(published, clock, "--sandbox", "--account", "bluesky-main") == 0
    (day,) = state(published).glob("metrics/*/*/*.jsonl")
    assert len(day.read_text().splitlines()) == 3
    clock.pause(3 * 86400)
    capsys.readouterr()
    assert pull(published, clock, "--sandbox", "--since", "2d") == 0
    assert capsys.readouterr().out.startswith("nothing to count")


def test_json_tells_what_was_counted(
    published: Repo, clock: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("--sandbox", "--format", "json", "--account", "mastodon-main")
    assert pull(published, clock, *args) == 0
    assert json.loads(capsys.readouterr().out) == {
        "version": 1,
        "accounts": [{"account": "mastodon-main", "asked": 1, "counted": 1, "error": None}],
        "snapshots": 1,
    }


def test_an_account_that_fails_exits_1_and_the_others_are_kept(
    published: Repo, clock: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = published.path / ".postops" / "sandbox" / "world.json"
    world = World.load(saved, clock.now)
    world.faults.add(Fault("bluesky", None, "*", "*", status=503, times=9))
    world.save(saved)
    assert pull(published, clock, "--sandbox") == 1
    out = capsys.readouterr().out
    assert out == "1 counted on 1 accounts; failed: bluesky-main\n"
    (day,) = state(published).glob("metrics/*/*/*.jsonl")
    assert json.loads(day.read_text())["account"] == "mastodon-main"


@pytest.mark.parametrize("args", [["--account", "nobody"], ["--since", "soon"]])
def test_a_wrong_option_exits_2(args: list[str], published: Repo, clock: Ticking) -> None:
    assert pull(published, clock, "--sandbox", *args) == 2


def test_a_renamed_account_is_counted_from_the_commit_that_says_so(
    published: Repo, clock: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    config = (published.path / "postops.yaml").read_text()
    renamed = config.replace("mastodon-main", "tusk")
    renamed = renamed.replace("  tusk:\n", "  tusk:\n    was: mastodon-main\n", 1)
    published.commit({"postops.yaml": renamed})
    assert pull(published, clock, "--sandbox") == 0
    assert "tusk: 1 counted" in capsys.readouterr().err
