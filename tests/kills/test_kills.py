"""kill -9 of the production publisher, and what following runs make of it.

Some twenty kills here, at every kind of failpoint; `python -m tests.kills` for as many as wanted.
"""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.kills import campaign as campaigns
from tests.kills.broken import PUBLISHERS
from tests.kills.campaign import Rigs, Tally, campaign, lines
from tests.kills.points import POINTS
from tests.rigs import lighttpd
from tests.rigs.pds.install import InstallError
from tests.tools.node import unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kills.zygote import Zygote
    from tests.rigs.pds.rig import Pds

ON_A_FILE = (
    "fetch.together",
    "content.after",
    "push.started",
    "outbox.half",
    "media.acted",
    "create.acted",
    "update.acted",
    "settle.after",
)
BEHIND_A_WEB_SERVER = (
    "fold.after",
    "push.together",
    "claim.landed",
    "outbox.settling",
    "create.flying",
    "part.recorded",
    "delete.acted",
    "flush.during",
)
ON_THE_PDS = ("login.acted", "prepare.after", "create.read", "find.acted", "outside.together")


def well(tally: Tally, kills: int) -> None:
    assert tally.violations == [], "\n".join(lines(tally))
    assert (tally.duplicates, tally.losses) == (0, 0)
    assert tally.killed >= kills
    assert tally.recoveries >= kills / 2


def test_what_is_killed_over_a_file_remote_recovers(zygote: Zygote) -> None:
    place = {"remotes": ["file"], "platforms": ["sandbox"], "states": ["branch"]}
    tally = campaign(8, points=ON_A_FILE, zygote=zygote, **place)
    well(tally, 8)
    assert len(tally.kills) > 4


def test_what_is_killed_behind_a_web_server_recovers(zygote: Zygote) -> None:
    try:
        lighttpd.found()
    except InstallError as error:
        unavailable("lighttpd", str(error))
    place = {"remotes": ["http"], "platforms": ["sandbox"], "states": ["same"]}
    tally = campaign(8, points=BEHIND_A_WEB_SERVER, zygote=zygote, **place)
    well(tally, 8)
    assert len(tally.kills) > 4


@pytest.mark.pds
@pytest.mark.xdist_group("pds")
def test_what_is_killed_at_a_real_server_recovers(pds: Pds, zygote: Zygote) -> None:
    tally = campaign(
        6, points=ON_THE_PDS, remotes=["file"], platforms=["pds"], pds=pds, zygote=zygote
    )
    well(tally, 6)


@pytest.mark.parametrize("name", PUBLISHERS)
def test_a_publisher_without_a_guard_is_noticed(name: str, zygote: Zygote) -> None:
    """Within a few kills, and for what it does wrong: else nobody knows what the judge can see."""
    found = PUBLISHERS[name]
    tally = campaign(
        2, points=[found.point], remotes=["file"], platforms=["sandbox"], broken=name, zygote=zygote
    )
    assert any(text.startswith(found.shows) for text in tally.violations), tally.violations
    assert f"--point {found.point}" in tally.violations[0]


def test_every_kind_of_failpoint_has_its_kill_here() -> None:
    chosen = {point.partition(".")[0] for point in (*ON_A_FILE, *BEHIND_A_WEB_SERVER, *ON_THE_PDS)}
    assert {point.partition(".")[0] for point in POINTS} - chosen == {"copy", "close"}


class Gone:
    """A PDS that ended by itself."""

    ended = 1

    def last_words(self) -> str:
        return "out of memory"

    def stop(self) -> None:
        pass


def test_a_server_that_ended_by_itself_is_renewed_and_that_is_told(
    tmp_path: Path, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three times, for the fourth is no accident; and one that is there is not what is the matter."""
    tally = Tally()
    with contextlib.ExitStack() as stack:
        rigs = Rigs(stack, tmp_path, tally, 1, zygote, Gone())
        monkeypatch.setattr(campaigns, "start_pds", Gone)
        assert [rigs.mended() for _ in range(4)] == [True, True, True, False]
        there = Rigs(stack, tmp_path, tally, 1, zygote, SimpleNamespace(ended=None))
        assert not there.mended()
    assert tally.notes == ["the PDS ended with 1 and was renewed: out of memory"] * 3
    assert tally.violations == []


def test_figures_of_several_campaigns_add_up() -> None:
    one, other = Tally(runs=2, violations=["a"]), Tally(runs=3, violations=["b"])
    one.kills["push.after"], other.kills["push.after"] = 1, 2
    one.add(other)
    assert (one.runs, one.killed, one.violations) == (5, 3, ["a", "b"])
