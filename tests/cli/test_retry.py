from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from postops.ledger.journal import Ledger
from tests.cli.site import post
from tests.rigs.git import install_hook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("tusk",))
    return bare_site


def test_what_the_platform_refused_is_sent_again_only_when_asked(site: Site) -> None:
    site.merge({"posts/a.md": post("Once more")})
    site.fault("tusk", status=422)
    assert site.run("publish").code == 1
    ran = site.run("publish")
    assert ran.code == 1  # it waits for a person, and says so every time
    assert "the platform said no" in ran.out
    assert site.live("tusk") == []
    assert site.run("retry", "a@tusk").out == "a@tusk: the next run may send it\n"
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Once more"]
    ran = site.run("retry", "a@tusk")
    assert ran.code == 2
    assert "postops withdraw first" in ran.err


def test_an_edit_lets_a_refused_post_try_again(site: Site) -> None:
    site.merge({"posts/a.md": post("Bad words")})
    site.fault("tusk", status=422)
    assert site.run("publish").code == 1
    site.merge({"posts/a.md": post("Good words")})
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Good words"]


def test_what_was_withdrawn_comes_back_as_a_new_post(site: Site) -> None:
    site.merge({"posts/a.md": post("Back again")})
    assert site.run("publish").code == 0
    assert site.run("withdraw", "a", "--yes").code == 0
    assert site.run("publish").out == ""
    assert site.live("tusk") == []
    assert site.run("retry", "a@tusk").code == 0
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Back again"]
    assert len(site.world.timeline("mastodon", "tusk")) >= 1


def test_what_was_skipped(site: Site) -> None:
    assert site.run("publish").code == 0
    site.merge({"posts/a.md": post("Late", late="skip", publish_at="2026-01-01T10:00Z")})
    assert site.run("publish").code == 0
    assert site.states() == {"a@tusk": "skipped"}
    assert site.run("retry", "a@tusk").code == 0
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Late"]


def test_a_retry_the_remote_refused_is_not_brought_in_later(site: Site) -> None:
    """By then others may have sent it: it would go out twice."""
    site.merge({"posts/a.md": post("Once")})
    site.fault("tusk", status=422)
    assert site.run("publish").code == 1
    install_hook(site.repo.remote, "pre-receive", "exit 1")
    ran = site.run("retry", "a@tusk")
    assert (ran.code, "refused" in ran.err) == (1, True)
    install_hook(site.repo.remote, "pre-receive", "exit 0")
    before = site.types()
    assert site.run("flush").err == "nothing was left behind\n"
    assert (site.types(), site.states()) == (before, {"a@tusk": "failed"})


def test_after_a_lost_race_a_retry_is_judged_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.merge({"posts/a.md": post("Once")})
    site.fault("tusk", status=422)
    assert site.run("publish").code == 1
    other, claim = site.elsewhere(), Ledger.claim

    async def late(self: Ledger, drafts: Any) -> Any:
        monkeypatch.setattr(Ledger, "claim", claim)
        ran = await asyncio.to_thread(_elsewhere, site, other)
        assert ran == [0, 0]
        return await self.claim(drafts)

    monkeypatch.setattr(Ledger, "claim", late)
    ran = site.run("retry", "a@tusk")
    assert (ran.code, "a@tusk is published: nothing to retry" in ran.err) == (2, True)
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Once"]


def _elsewhere(site: Site, path: Path) -> list[int]:
    """Somebody else is faster: asks for it as well, and sends it."""
    programs = (site.start(*args, at=path) for args in (("retry", "a@tusk"), ("publish",)))
    return [program.wait(60) for program in programs]
