from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("sky", "tusk"))
    return bare_site


def test_posts_are_named_by_id_or_path(site: Site) -> None:
    site.merge({"posts/a.md": post("A", id="first"), "posts/b.md": post("B")})
    for name in ("first", "posts/a.md"):
        assert {a["post"] for a in site.json("plan", "--post", name)["actions"]} == {"first"}
    both = site.json("plan", "--post", "first", "--post", "b")
    assert len(both["actions"]) == 4
    ran = site.run("plan", "--post", "a")
    assert (ran.code, ran.out) == (2, "")


def test_what_is_committed_here_only_can_be_asked_about(site: Site) -> None:
    site.commit({"posts/new.md": post("New")})
    told = site.json("plan", "--post", "new")
    assert {w["reason"] for w in told["waiting"]} == {"unpushed"}


def test_a_narrowed_plan_says_nothing_of_other_files(site: Site) -> None:
    site.merge({"posts/a.md": post("A"), "posts/bad.md": "No front matter\n"})
    assert site.json("plan", "--post", "a")["waiting"] == []
    assert len(site.json("plan")["waiting"]) == 1
    assert site.run("publish", "--post", "a").code == 0


def test_the_configuration_of_the_branch_counts(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    local = site.configuration(("sky",))
    site.repo.write({"postops.yaml": local})
    assert {a["account"] for a in site.json("plan")["actions"]} == {"sky", "tusk"}


def test_credentials_never_go_to_a_host_that_was_not_merged(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    text = (site.path / "postops.yaml").read_text()
    assert site.world.origin("mastodon") in text
    site.repo.write({"postops.yaml": text.replace(site.world.origin("mastodon"), "http://[::1]:9")})
    assert site.run("publish").code == 0
    assert site.live("tusk") == ["A"]


def test_an_account_that_is_only_on_the_branch_waits_for_its_credentials(site: Site) -> None:
    site.configure(("sky", "tusk", "bird"))
    site.merge({"posts/a.md": post("A")})
    site.patch.delenv("BIRD_TOKEN")
    assert site.waiting() == {"a@bird": "no-credentials"}


def test_an_account_of_the_branch_is_used_from_an_older_checkout(site: Site) -> None:
    old = site.repo.git("rev-parse", "HEAD")
    site.configure(("sky", "tusk", "bird"))
    site.merge({"posts/a.md": post("A")})
    site.repo.git("reset", "--quiet", "--hard", old)
    ran = site.run("publish")
    assert ran.code == 0, ran.out + ran.err
    assert site.live("bird") == ["A"]
