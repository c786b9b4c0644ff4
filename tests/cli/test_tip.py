"""What is published is the content branch of the remote, whatever happens to be checked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.site import footprint, post
from tests.rigs.git import git

if TYPE_CHECKING:
    from tests.cli.site import Site
    from tests.rigs.git_http import HttpBackend


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("sky",))
    return bare_site


def test_an_older_checkout_publishes_the_fetched_tip(site: Site) -> None:
    old = site.merge({"posts/a.md": post("Old words")})
    site.merge({"posts/a.md": post("New words"), "posts/b.md": post("Newer")})
    site.repo.git("reset", "--quiet", "--hard", old)
    site.repo.git("update-ref", "refs/remotes/origin/main", old)
    before = footprint(site.path)
    assert site.run("publish").code == 0
    assert sorted(site.live("sky")) == ["New words", "Newer"]
    assert footprint(site.path) == before


def test_a_detached_head_is_no_obstacle(site: Site) -> None:
    site.merge({"posts/a.md": post("Words")})
    site.repo.git("checkout", "--quiet", "--detach", "HEAD~1")
    before = footprint(site.path)
    assert site.run("publish").code == 0
    assert site.live("sky") == ["Words"]
    assert footprint(site.path) == before


@pytest.mark.parametrize("command", ["publish", "plan", "adopt a@sky"])
def test_the_content_branch_is_not_the_ledgers_own(site: Site, command: str) -> None:
    site.merge({"posts/a.md": post("Words")})
    site.configure(("sky",), state={"branch": "main"})
    before = footprint(site.path)
    ran = site.run(*command.split())
    assert ran.code == 2
    assert "that is the content branch" in ran.err
    assert "state: same" in ran.err
    assert footprint(site.path) == before


def test_what_is_not_committed_is_never_sent(site: Site) -> None:
    site.merge({"posts/a.md": post("Merged words")})
    site.repo.write({"posts/a.md": post("Changed words"), "posts/b.md": post("New")})
    site.repo.git("add", "posts/b.md")
    before = footprint(site.path)
    assert site.run("publish").code == 0
    assert site.live("sky") == ["Merged words"]
    assert footprint(site.path) == before


def test_what_is_not_pushed_waits_and_says_so(site: Site) -> None:
    site.merge({"posts/a.md": post("Merged")})
    site.commit({"posts/b.md": post("Local"), "posts/c.md": post("Mine", id="mine")})
    ran = site.run("publish")
    assert ran.code == 0
    assert "2 committed files are not on main yet" in ran.err
    assert site.live("sky") == ["Merged"]
    assert site.waiting() == {"b@sky": "unpushed", "mine@sky": "unpushed"}
    site.repo.push()
    assert site.run("publish").code == 0
    assert site.live("sky") == ["Merged", "Local", "Mine"]


def test_unpushed_commits_on_a_branch_that_the_remote_left_behind(site: Site) -> None:
    base = site.merge({"posts/a.md": post("Merged")})
    site.merge({"posts/b.md": post("Merged later")})
    site.repo.git("checkout", "--quiet", "-B", "draft", base)
    site.commit({"posts/c.md": post("Local"), "posts/b.md": post("Merged later")})
    site.run("publish")
    assert sorted(site.live("sky")) == ["Merged", "Merged later"]
    assert site.waiting() == {"c@sky": "unpushed"}


def test_a_remote_that_cannot_be_reached_stops_everything(site: Site) -> None:
    site.merge({"posts/a.md": post()})
    site.repo.git("remote", "set-url", "origin", "file:///nowhere/at/all.git")
    for command in ("publish", "plan", "status"):
        ran = site.run(command)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("error: ")
        assert len(ran.err.splitlines()) <= 2
    assert site.live("sky") == []


def test_without_a_remote_it_says_whose_ledger_this_is(site: Site) -> None:
    site.repo.git("remote", "remove", "origin")
    site.commit({"posts/a.md": post("Alone")})
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert "no remote" in ran.err
    assert site.live("sky") == ["Alone"]
    assert site.run("publish").out == ""


def test_another_content_branch(site: Site) -> None:
    site.configure(("sky",), content_branch="live")
    site.merge({"posts/a.md": post("On main")})
    site.repo.git("checkout", "--quiet", "-b", "live")
    site.commit({"posts/a.md": post("On live")})
    site.repo.push("live")
    site.repo.git("checkout", "--quiet", "main")
    assert site.run("publish").code == 0
    assert site.live("sky") == ["On live"]


@pytest.mark.parametrize("kind", ["shallow", "blobless"])
def test_small_clones(site: Site, kind: str) -> None:
    site.merge({"posts/a.md": post("Timed", publish_at="2026-01-01T10:00Z")})
    site.merge({"posts/b.md": post("As soon as merged")})
    small = site.elsewhere(**{kind: True})
    before = footprint(small)
    ran = site.run("publish", "--backfill", at=small)
    assert ran.code == 0, ran.err
    assert sorted(site.live("sky")) == ["As soon as merged", "Timed"]
    assert site.run("publish", at=small).out == ""
    assert footprint(small) == before
    assert (git(small, "rev-parse", "--is-shallow-repository") == "true") is (kind == "shallow")


def test_a_shallow_clone_cannot_tell_when_a_post_was_merged_and_says_what_to_do(
    site: Site,
) -> None:
    site.merge({"posts/b.md": post("As soon as merged")})
    small = site.elsewhere(shallow=True)
    ran = site.run("plan", at=small)
    assert "fetch-depth: 0" in ran.out
    assert site.run("publish", at=small).code == 1
    assert site.live("sky") == []


def test_over_http_with_the_credentials_of_the_clone(site: Site, http_backend: HttpBackend) -> None:
    server = http_backend(site.repo.remote)
    server.credentials = ("x-access-token", "ghs_canarycanarycanary")
    site.merge({"posts/a.md": post("Over HTTP")})
    site.repo.git("remote", "set-url", "origin", server.url)
    ran = site.run("publish")
    assert ran.code == 1
    assert site.live("sky") == []
    site.repo.git("config", f"http.{server.url}.extraheader", f"Authorization: {server.expected()}")
    before = footprint(site.path)
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["Over HTTP"]
    assert footprint(site.path) == before
    assert "canary" not in ran.out + ran.err


def test_a_remote_that_takes_no_push_sends_nothing(site: Site, http_backend: HttpBackend) -> None:
    server = http_backend(site.repo.remote)
    server.read_only = True
    site.merge({"posts/a.md": post()})
    site.repo.git("remote", "set-url", "origin", server.url)
    ran = site.run("publish")
    assert ran.code == 1
    assert site.live("sky") == []
    assert ran.err.startswith("error: ")


def test_a_push_whose_answer_is_lost_has_landed(site: Site, http_backend: HttpBackend) -> None:
    server = http_backend(site.repo.remote)
    server.lose_answers = 2
    site.merge({"posts/a.md": post("Once")})
    site.repo.git("remote", "set-url", "origin", server.url)
    ran = site.run("publish")
    assert ran.code == 0, ran.err
    assert site.live("sky") == ["Once"]
    assert site.types().count("claimed") == 1


def test_a_branch_without_a_configuration(site: Site) -> None:
    site.merge({"postops.yaml": None})
    site.repo.write({"postops.yaml": site.configuration(("sky",))})
    ran = site.run("publish")
    assert ran.code == 2
    assert "commit and push postops.yaml" in ran.err
