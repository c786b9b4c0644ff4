"""What the files say should become of every delivery: edited, renamed, removed, broken."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("sky",))
    return bare_site


def publish(site: Site, code: int = 0) -> str:
    ran = site.run("publish")
    assert ran.code == code, ran.err
    return ran.out


def test_an_edit_after_publishing_is_ignored_or_carried_over(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky", "tusk", "bird"))
    site.merge({"posts/a.md": post("One"), "posts/b.md": post("Two", on_edit="update")})
    publish(site)
    site.merge({"posts/a.md": post("One!"), "posts/b.md": post("Two!", on_edit="update")})
    publish(site)
    assert sorted(site.live("tusk")) == ["One", "Two!"]
    assert sorted(site.live("bird")) == ["One", "Two"]  # X cannot change a post
    assert set(site.waiting().values()) == {"edited"}
    assert publish(site) == ""


def test_a_removed_post_stays_or_goes_as_it_said_when_it_was_published(site: Site) -> None:
    site.merge({"posts/a.md": post("Stays"), "posts/b.md": post("Goes", on_remove="withdraw")})
    publish(site)
    for _ in range(2):
        publish(site)  # nothing was removed, so nothing is withdrawn
        assert sorted(site.live("sky")) == ["Goes", "Stays"]
    site.merge({"posts/a.md": None, "posts/b.md": None})
    publish(site)
    assert site.live("sky") == ["Stays"]
    assert site.states() == {"a@sky": "published", "b@sky": "withdrawn"}
    site.merge({"posts/b.md": post("Goes", on_remove="withdraw")})
    publish(site)
    assert site.live("sky") == ["Stays"]  # only `postops retry` brings it back


def test_four_removals_are_one_too_many(site: Site) -> None:
    names = [f"posts/{n}.md" for n in "abcd"]
    site.merge({n: post(f"Post {n}", on_remove="withdraw") for n in names})
    publish(site)
    site.merge(dict.fromkeys(names))
    assert "held by the guard" in publish(site, code=1)
    assert len(site.live("sky")) == 1
    publish(site)
    assert site.live("sky") == []


def test_a_renamed_post_is_held_until_a_person_says_which_it_is(site: Site) -> None:
    site.merge({"posts/old.md": post("The same")})
    publish(site)
    site.merge({"posts/old.md": None, "posts/new.md": post("The same")})
    assert "renamed-after-publish in posts/new.md:1:1: " in publish(site, code=1)
    assert site.live("sky") == ["The same"]
    site.merge({"posts/new.md": post("The same", id="old")})
    publish(site)
    assert site.live("sky") == ["The same"]
    assert site.waiting() == {}


def test_a_path_with_another_id_is_held(site: Site) -> None:
    site.merge({"posts/a.md": post("Words")})
    publish(site)
    site.merge({"posts/a.md": post("Words", id="other")})
    assert "id-changed in posts/a.md:3:1: " in publish(site, code=1)
    assert site.live("sky") == ["Words"]
    site.merge({"posts/a.md": post("Words", id="other", allow=["id-changed"])})
    assert "looks like a renamed post" in publish(site, code=1)
    assert site.waiting() == {"other@sky": "renamed"}  # allowed or not, it is never sent twice


def test_drafts_and_holds_wait(site: Site) -> None:
    site.merge({"posts/a.md": post("A", draft=True), "posts/b.md": post("B", hold=True)})
    publish(site)
    assert site.live("sky") == []
    assert site.waiting() == {"a@sky": "draft", "b@sky": "hold"}
    site.merge({"posts/a.md": post("A"), "posts/b.md": post("B")})
    publish(site)
    assert sorted(site.live("sky")) == ["A", "B"]


def test_errors_stop_their_delivery_or_their_post_and_no_other(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky", "bird"))
    long = "x" * 290  # fits Bluesky, not X
    site.merge({"posts/long.md": post(long), "posts/ok.md": post("Fine")})
    out = publish(site, code=1)
    assert "text-too-long in posts/long.md" in out
    assert sorted(site.live("sky")) == sorted(["Fine", long])
    assert site.live("bird") == ["Fine"]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("No front matter at all\n", "front-matter-missing"),
        ("---\naccounts: [sky\n---\nWords\n", "front-matter-invalid"),
        ("---\na: &a 1\n---\nWords\n", "alias-or-anchor"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_alarm_and_nothing_of_it_is_sent(
    site: Site, broken: str, says: str
) -> None:
    site.merge({"posts/bad.md": broken, "posts/ok.md": post("Fine")})
    out = publish(site, code=1)
    assert f"posts/bad.md  has errors ({says} in posts/bad.md:" in out
    assert site.live("sky") == ["Fine"]
    assert publish(site, code=1) == out.splitlines()[-1] + "\n"
    told = site.json("plan")
    assert [w["delivery"] for w in told["waiting"]] == ["posts/bad.md"]


def test_a_name_that_is_no_text_stops_nothing_else(site: Site) -> None:
    with open(os.fsencode(site.path) + b"/posts/caf\xe9.md", "wb") as file:  # noqa: PTH123
        file.write(post("Words").encode())
    site.repo.git("add", "-A", "posts")
    site.merge({"posts/ok.md": post("Fine")})
    assert "posts/caf\\udce9.md  has errors (unportable-path" in publish(site, code=1)
    assert site.live("sky") == ["Fine"]
    assert site.states() == {"ok@sky": "published", "posts/caf\udce9.md": "waiting"}


def test_what_is_settled_is_not_read_again_and_a_lost_index_costs_only_reading(site: Site) -> None:
    site.merge({"posts/a.md": post("A")})
    publish(site)
    site.configure(("sky",), timezone="Europe/Berlin")
    assert publish(site) == ""
    head = site.repo.git("ls-remote", "origin", "refs/heads/postops-state").split()[0]
    assert publish(site) == ""
    assert site.repo.git("ls-remote", "origin", "refs/heads/postops-state").split()[0] == head


def test_an_image_in_the_text_is_not_taken_for_an_edit(site: Site) -> None:
    files = {"media/a.png": png(), "posts/a.md": post("Look\n\n![A box](../media/a.png)")}
    site.merge({**files, "posts/b.md": post("Kept", on_edit="update")})
    site.fault("sky", when="after", effect="drop", times=9)  # settled from the claim's commit
    publish(site)
    assert sorted(site.live("sky")) == ["Kept", "Look"]
    site.world.faults.clear()
    assert publish(site) == ""
    assert site.waiting() == {}
