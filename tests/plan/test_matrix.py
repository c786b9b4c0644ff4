"""Which shards a workflow has to start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postops.plan import Action, Plan, Waiting
from postops.plan.matrix import Matrix, matrix
from tests.plan.test_decide import NOW

PLATFORMS = {"bird": "x", "sky": "bluesky", "tusk": "mastodon"}  # dealt: sky, tusk, bird
SOON = NOW + timedelta(minutes=10)


def made(*found: Action | Waiting, count: int = 3, held: str | None = None) -> Matrix:
    actions = tuple(one for one in found if isinstance(one, Action))
    waiting = tuple(one for one in found if isinstance(one, Waiting))
    until = NOW + timedelta(minutes=15)
    return matrix(Plan(NOW, actions, waiting), PLATFORMS, count, until, held)


def action(account: str) -> Action:
    return Action(f"a@{account}", "a", account, PLATFORMS[account], "publish", NOW)


def test_only_shards_with_something_to_do_are_wanted() -> None:
    assert made().wanted == []
    assert made(action("sky"), action("bird")).wanted == ["1/3", "3/3"]
    assert made(action("bird"), count=2).wanted == ["1/2"]
    assert [load.accounts for load in made(count=2).loads] == [("bird", "sky"), ("tusk",)]


def test_more_shards_than_accounts_are_not_listed() -> None:
    assert [str(load.shard) for load in made(count=9999).loads] == ["1/9999", "2/9999", "3/9999"]


def test_without_an_account_there_is_one_shard_with_nothing_to_do() -> None:
    empty = matrix(Plan(NOW, (), ()), {}, 3, NOW)
    assert (len(empty.loads), empty.wanted) == (1, [])


@pytest.mark.parametrize(
    ("waiting", "wanted"),
    [
        (Waiting("a@tusk", "not-due", SOON), ["2/3"]),
        (Waiting("a@tusk", "not-due", NOW + timedelta(hours=1)), []),
        (Waiting("a@tusk", "spacing", SOON), ["2/3"]),
        (Waiting("a@tusk", "claimed", SOON), []),  # another run is at it
        (Waiting("a@tusk", "late", NOW), ["2/3"]),  # somebody has to write down that it is skipped
        (Waiting("a@tusk", "expired", NOW), ["2/3"]),
        (Waiting("a@tusk", "failed"), ["2/3"]),  # or the matrix would be green
        (Waiting("a@tusk", "no-credentials"), ["2/3"]),  # this job may have none; the shard has
        (Waiting("a@tusk", "draft"), []),
        (Waiting("a@tusk", "ask", NOW), []),
        (Waiting("a@gone", "in-doubt"), ["1/3"]),
        (Waiting("posts/bad.md", "invalid"), ["1/3"]),
    ],
)
def test_what_starts_a_shard(waiting: Waiting, wanted: list[str]) -> None:
    assert made(waiting).wanted == wanted


def test_somebody_has_to_say_that_everything_is_held() -> None:
    assert made(held="the branch is gone").wanted == ["1/3"]
    assert made(action("tusk"), held="the branch is gone").wanted == ["2/3"]


def test_json_has_the_documented_shape() -> None:
    hour = NOW + timedelta(hours=1)
    document = made(action("sky"), Waiting("b@tusk", "not-due", hour), count=2).as_json()
    assert document == {
        "version": 1,
        "at": "2026-03-01T12:00:00Z",
        "matrix": {"shard": ["1/2"]},
        "shards": [
            {"shard": "1/2", "accounts": ["bird", "sky"], "due": 1, "next_at": None},
            {"shard": "2/2", "accounts": ["tusk"], "due": 0, "next_at": "2026-03-01T13:00:00Z"},
        ],
    }
