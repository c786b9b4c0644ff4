from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    """A run died after it claimed, and before it sent."""
    site = bare_site
    site.configure(("tusk",))
    site.merge({"posts/a.md": post("Is it there?")})
    site.fault("tusk", effect="latency", seconds=30)
    program = site.start("publish")
    while "claimed" not in _types(site):
        assert program.poll() is None, program.communicate()
    program.kill()
    program.wait()
    site.world.faults.clear()
    return site


def _types(site: Site) -> list[str]:
    listed = site.repo.git("ls-remote", "origin", "refs/heads/postops-state")
    return site.types() if listed else []


def test_not_published_lets_the_next_run_send_it(site: Site) -> None:
    assert signal.SIGKILL
    assert site.states() == {"a@tusk": "claimed"}
    ran = site.run("resolve", "a@tusk", "--not-published")
    assert ran.code == 2
    assert "may be at it until" in ran.err  # a run that is at work knows better
    site.after_the_lease()
    ran = site.run("resolve", "a@tusk", "--not-published")
    assert (ran.code, ran.out) == (0, "a@tusk: not published\n")
    assert site.events()[-1]["type"] == "resolved"
    assert site.events()[-1]["by"]
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["Is it there?"]


def test_published_needs_the_post_and_is_never_sent_again(site: Site) -> None:
    other = site.world.add_account("mastodon", "tusk")
    import httpx

    answer = httpx.post(
        site.world.origin("mastodon") + "/api/v1/statuses",
        json={"status": "Is it there?"},
        headers={"Authorization": f"Bearer {other.credentials['access_token']}"},
    ).json()
    ran = site.run("resolve", "a@tusk", "--published", "https://elsewhere.example/1")
    assert ran.code in (1, 2)
    assert site.states() == {"a@tusk": "claimed"}
    site.after_the_lease()
    ran = site.run("resolve", "a@tusk", "--published", answer["url"])
    assert ran.code == 0, ran.err
    assert ran.out == "a@tusk: published\n"
    [row] = site.json("status")["deliveries"]
    assert (row["state"], row["url"]) == ("published", answer["url"])
    assert site.run("publish").out == ""
    assert site.live("tusk") == ["Is it there?"]
    ran = site.run("resolve", "a@tusk", "--not-published")
    assert ran.code == 2
    assert "nothing to resolve" in ran.err


def test_one_verdict_at_a_time(site: Site) -> None:
    for args in ((), ("--published", "https://x", "--not-published")):
        ran = site.run("resolve", "a@tusk", *args)
        assert ran.code == 2
        assert "say one of" in ran.err
