"""Rule 12, clock: whoever is wrong about the time touches nothing.

| sentence | proof |
|---|---|
| before sending, compare with the `Date` header of a free answer; more than `clock_skew` holds | here; `tests/publish/test_sessions.py` |
| before taking over a lease, too | here |
| ... and before giving up what is late or expired | here |
| what is within `clock_skew` is fine | here |
| a ledger from the future holds | here; `tests/plan/test_pace.py` |
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import VARIABLES, post
from tests.protocol.scene import ALL

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


@pytest.mark.parametrize("off", [130, -3600], ids=["ahead", "behind"])
def test_a_clock_off_by_more_than_clock_skew_sends_nothing(scene: Scene, off: int) -> None:
    scene.merge({"posts/a.md": post("Now", accounts=ALL, publish_at=_now(scene))})
    scene.clock_is(off)
    if off < 0:
        scene.publishes()  # not due yet, by a clock that is behind
    ran = scene.run("publish", "--post", "a", "--now")
    assert ran.code == 1
    told = re.findall(r"this machine's clock is ([+-]\d+) s from the platform's", ran.out)
    assert len(told) == 3
    for seconds in map(int, told):  # a Date has whole seconds, and a busy machine is slow
        assert off - 2 <= seconds <= off + 30
    assert scene.remote_events() == []
    assert [scene.calls(account) for account in ALL] == [0, 0, 0]


def _now(scene: Scene) -> str:
    return scene.clock.now().isoformat()


@pytest.mark.parametrize("off", [100, -100])
def test_within_clock_skew_it_goes_out(scene: Scene, off: int) -> None:
    scene.clock_is(off)
    scene.merge({"posts/a.md": post("Now", publish_at=_now(scene))})
    scene.publishes()
    assert scene.live("tusk") == ["Now"]


def test_a_clock_that_is_ahead_does_not_take_over_a_lease(scene: Scene) -> None:
    """By its own clock the lease is over; the run that holds it is at work."""
    scene.merge({"posts/a.md": post("Once")})
    scene.dies_at_call("tusk", sent=False)
    scene.world.offset -= 25 * 60  # for the platform, no time has gone by
    before = scene.types()
    assert "this machine's clock is +" in scene.publishes(code=1)
    assert scene.types() == before
    assert scene.calls("tusk") == 1


def test_a_clock_that_is_ahead_gives_nothing_up(scene: Scene) -> None:
    """By its own clock the post is too late; without a login nobody could tell."""
    ends = (scene.clock.now() + timedelta(minutes=30)).isoformat()
    scene.merge({"posts/a.md": post("In time", publish_at=_now(scene), expires_at=ends)})
    scene.clock_is(3600)
    token = os.environ[VARIABLES["tusk"]]
    scene.patch.delenv(VARIABLES["tusk"])
    scene.publishes()
    assert scene.remote_events() == []
    scene.patch.setenv(VARIABLES["tusk"], token)
    assert "this machine's clock is +" in scene.publishes(code=1)
    assert scene.remote_events() == []
    scene.clock_is(-3600)
    scene.publishes()
    assert scene.live("tusk") == ["In time"]


@pytest.mark.parametrize("late", ["post", "skip"])
def test_a_ledger_from_the_future_holds_everything(scene: Scene, late: str) -> None:
    """The platform agrees with this machine, or says nothing: then the ledger is the witness."""
    scene.merge({"posts/a.md": post("First"), "posts/b.md": post("Elsewhere", accounts=["sky"])})
    scene.clock.pause(3600)
    scene.publishes()
    scene.clock.pause(-3600)
    scene.merge({"posts/c.md": post("Third", late=late, publish_at="2026-01-01T10:00Z")})
    scene.merge({"posts/d.md": post("Fourth", accounts=["sky"])})
    before = scene.types()
    said = scene.publishes(code=1)
    assert "set this machine's clock right" in said
    assert scene.types() == before
    assert (scene.live("tusk"), scene.live("sky")) == (["First"], ["Elsewhere"])
