"""Sixteen publishers started at the same moment: everything is sent once, and all of them end well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.kills.broken import RACERS
from tests.kills.crowd import POSTS, PUBLISHERS, Crowded, crowd, misclaimed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kills.zygote import Zygote
    from tests.rigs.lighttpd import WebServer


def well(raced: Crowded, rounds: int) -> None:
    assert raced.faults == [], raced
    assert (raced.publishers, raced.rounds, raced.posts) == (PUBLISHERS, rounds, rounds * POSTS)
    assert raced.yielded > PUBLISHERS / 2  # or it was no race
    assert raced.refused > PUBLISHERS / 2
    assert raced.pushes > raced.refused


def test_sixteen_publishers_send_everything_once(tmp_path: Path, zygote: Zygote) -> None:
    """All for all that is due, on a new ledger; then each for a share of its own."""
    well(crowd(tmp_path, zygote, rounds=2), 2)


def test_the_same_behind_a_web_server(
    tmp_path: Path, zygote: Zygote, web_server: WebServer
) -> None:
    well(crowd(tmp_path, zygote, rounds=1, web=web_server(tmp_path)), 1)


@pytest.mark.parametrize("name", RACERS)
def test_publishers_without_a_guard_are_noticed(name: str, tmp_path: Path, zygote: Zygote) -> None:
    """Four are enough of a crowd for them."""
    raced = crowd(tmp_path, zygote, rounds=3, publishers=4, broken=name)
    assert any(fault.startswith(RACERS[name].shows) for fault in raced.faults), raced


def event(kind: str, run: str, delivery: str = "a@sky") -> dict[str, Any]:
    return {"type": kind, "run": run, "delivery": delivery}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ([("claimed", "one"), ("published", "one"), ("published", "one")], []),
        ([("claimed", "one"), ("released", "one"), ("claimed", "two"), ("published", "two")], []),
        ([("claimed", "one"), ("claimed", "two")], ["claimed twice: a@sky by one and two"]),
        (
            [("claimed", "one"), ("published", "one"), ("claimed", "two")],
            ["claimed twice: a@sky by one and two"],
        ),
        ([("published", "one")], ["unclaimed: one sent a@sky, which nobody has claimed"]),
        (
            [("claimed", "one"), ("published", "two")],
            ["unclaimed: two sent a@sky, which one has claimed"],
        ),
    ],
)
def test_who_sent_what_another_had_claimed_is_said(
    told: list[tuple[str, str]], says: list[str]
) -> None:
    bound = {"type": "bound", "run": "one", "account": "sky"}
    assert misclaimed([bound, *(event(*one) for one in told)]) == says
