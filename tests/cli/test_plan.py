from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.site import footprint, post

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    site = bare_site
    site.configure(("sky",), timezone="Europe/Berlin")
    site.merge(
        {
            "posts/now.md": post("Now"),
            "posts/later.md": post("Later", publish_at="2099-07-01T10:00"),
            "posts/draft.md": post("Draft", draft=True),
        }
    )
    return site


def test_it_says_what_will_happen_and_why_the_rest_waits(site: Site) -> None:
    before, remote = footprint(site.path), site.repo.git("ls-remote", "origin")
    ran = site.run("plan")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("publish   now@sky")
    assert any("draft@sky" in line and "a draft" in line for line in lines)
    assert any("not due until 2099-07-01T08:00:00Z" in line for line in lines)
    assert lines[-1].startswith("plan sha256:")
    assert (footprint(site.path), site.repo.git("ls-remote", "origin")) == (before, remote)


def test_json_is_what_the_format_promises(site: Site) -> None:
    told = site.json("plan")
    assert sorted(told) == ["actions", "at", "digest", "version", "waiting"]
    [action] = told["actions"]
    due = action.pop("due_at")
    assert due.endswith("Z")
    assert action == {
        "delivery": "now@sky",
        "post": "now",
        "account": "sky",
        "platform": "bluesky",
        "action": "publish",
    }
    assert told["waiting"] == [
        {"delivery": "draft@sky", "reason": "draft", "until": None},
        {"delivery": "later@sky", "reason": "not-due", "until": "2099-07-01T08:00:00Z"},
    ]
    assert site.json("plan")["digest"] == told["digest"]


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2099-07-01T09:59", False),
        ("2099-07-01T10:00", True),
        ("2099-07-01T07:59Z", False),
        ("2099-07-01T08:00Z", True),
        ("2099-07-01T10:00+02:00", True),
    ],
)
def test_as_if_it_were_another_time(site: Site, moment: str, due: bool) -> None:
    named = {a["delivery"] for a in site.json("plan", "--at", moment)["actions"]}
    assert ("later@sky" in named) is due


def test_slips(site: Site) -> None:
    for args in (("--at", "soon"), ("--post", "nwo"), ("--account", "ski")):
        ran = site.run("plan", *args)
        assert (ran.code, ran.out) == (2, "")
    assert "did you mean later?" in site.run("plan", "--post", "latr").err


def test_markdown_and_a_part_of_it(site: Site) -> None:
    ran = site.run("plan", "--format", "markdown", "--post", "now", "--account", "sky")
    assert ran.out.startswith("### postops plan\n")
    assert "| publish | `now@sky` |" in ran.out
    assert "later" not in ran.out


def test_a_sandbox_has_its_own(site: Site) -> None:
    assert site.run("publish", "--sandbox").code == 0
    assert "now@sky" not in site.run("plan", "--sandbox").out
    assert "now@sky" in site.run("plan").out
