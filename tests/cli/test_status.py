from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from postops.cli.status import _late
from tests.cli.site import post
from tests.rigs.git import STATE, git

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    bare_site.configure(("sky", "tusk"))
    return bare_site


def test_before_anything(site: Site) -> None:
    assert site.run("status").out == "nothing was published yet\n"
    assert site.json("status")["deliveries"] == []


def test_what_was_done_and_what_waits(site: Site) -> None:
    due = site.clock.now().replace(microsecond=0) - timedelta(minutes=10)
    site.merge({"posts/a.md": post("A", publish_at=due.isoformat())})
    site.fault("tusk", status=422)
    assert site.run("publish").code == 1
    site.merge({"posts/b.md": post("B", draft=True), "posts/c.md": post("C")})
    rows = {row["delivery"]: row for row in site.json("status")["deliveries"]}
    assert sorted(rows["a@sky"]) == [
        "delivery",
        "lateness_seconds",
        "published_at",
        "reason",
        "state",
        "until",
        "url",
    ]
    assert rows["a@sky"]["state"] == "published"
    assert rows["a@sky"]["url"].startswith("http")
    assert rows["a@sky"]["published_at"].endswith("Z")
    assert 600 <= rows["a@sky"]["lateness_seconds"] < 700
    assert rows["a@tusk"]["state"] == "failed"
    assert rows["a@tusk"]["reason"].startswith("the platform said no")
    assert (rows["b@sky"]["state"], rows["b@sky"]["reason"]) == ("waiting", "a draft")
    assert rows["c@sky"]["reason"] == "the next run will publish it"
    text = site.run("status").out
    assert "10 min late" in text
    assert [line.split()[0] for line in text.splitlines()] == sorted(rows)


def test_one_post_also_one_that_was_removed(site: Site) -> None:
    site.merge({"posts/a.md": post("A"), "posts/b.md": post("B")})
    assert site.run("publish").code == 0
    for name in ("a", "posts/a.md"):
        rows = site.json("status", name)["deliveries"]
        assert [row["delivery"] for row in rows] == ["a@sky", "a@tusk"]
    site.merge({"posts/a.md": None})
    assert site.run("status", "a").out.startswith("a@sky")
    ran = site.run("status", "zzz")
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, ""), (59, ""), (90, "2 min late"), (3600, "60 min late"), (7200, "2 h late")],
)
def test_lateness_in_words(seconds: float | None, said: str) -> None:
    assert _late(seconds) == said


def test_that_everything_is_held_is_told_by_all_that_look(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish").code == 0
    git(site.repo.remote, "update-ref", STATE, git(site.repo.remote, "rev-parse", f"{STATE}~1"))
    for command in ("status", "plan"):
        told = site.run(command)
        assert (told.code, "note: everything is held: " in told.err) == (0, True)
        assert "the state branch was rewritten" in site.json(command)["held"]
    dry = site.run("publish", "--dry-run")
    assert (dry.code, "everything is held: " in dry.err) == (1, True)
