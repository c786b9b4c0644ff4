from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    site = bare_site
    site.configure(("sky", "tusk"))
    site.merge({"posts/a.md": post("One\n\n---\n\nTwo"), "posts/b.md": post("Other")})
    assert site.run("publish").code == 0
    return site


def test_everywhere_or_from_one_account(site: Site) -> None:
    ran = site.run("withdraw", "posts/a.md", "--account", "sky", "-y")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("withdrawn a@sky")
    assert (site.live("sky"), len(site.live("tusk"))) == (["Other"], 3)
    assert site.run("withdraw", "a", "-y").code == 0
    assert site.live("tusk") == ["Other"]
    assert site.run("publish").out == ""
    ran = site.run("withdraw", "a", "-y")
    assert ran.code == 2
    assert "nothing of 'a' is published" in ran.err


@pytest.mark.parametrize(("answer", "gone"), [("y\n", True), ("n\n", False), ("", False)])
def test_it_asks_first(site: Site, answer: str, gone: bool) -> None:
    import io

    site.patch.setattr("sys.stdin", io.StringIO(answer))
    ran = site.run("withdraw", "b")
    assert "delete 2 published deliveries of b?" in ran.err
    assert ran.code == (0 if gone else 1)
    assert ("nothing was done" in ran.err) is not gone
    assert ("Other" not in site.live("sky")) is gone


def test_slips(site: Site) -> None:
    for args in (("zz",), ("a", "--account", "ski")):
        ran = site.run("withdraw", *args, "-y")
        assert (ran.code, ran.out) == (2, "")
    assert len(site.live("sky")) == 3


def test_a_platform_that_refuses_is_an_alarm(site: Site) -> None:
    from postops.sandbox.faults import Fault

    site.world.faults.add(Fault("mastodon", "tusk", "DELETE", "*", status=403, times=9))
    ran = site.run("withdraw", "b", "-y")
    assert ran.code == 1
    assert "withdrawn b@sky" in ran.out
    assert len(site.live("tusk")) == 3


def test_in_the_sandbox_nobody_is_asked(site: Site) -> None:
    assert site.run("publish", "--sandbox").code == 0
    assert site.run("withdraw", "b", "--sandbox").code == 0
    assert len(site.live("sky")) == 3
