from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post

if TYPE_CHECKING:
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
