from __future__ import annotations

import json
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
    assert sorted(told) == ["actions", "at", "digest", "held", "version", "waiting"]
    assert told["held"] is None
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


def test_a_sandbox_has_no_platform_nobody_knows(site: Site) -> None:
    config = json.loads((site.path / "postops.yaml").read_text())
    config["accounts"]["odd"] = {"platform": "nope"}
    (site.path / "postops.yaml").write_text(json.dumps(config))
    ran = site.run("plan", "--sandbox")
    assert (ran.code, "there is no platform called 'nope'" in ran.err) == (2, True)


def test_a_sandbox_has_its_own(site: Site) -> None:
    assert site.run("publish", "--sandbox").code == 0
    assert "now@sky" not in site.run("plan", "--sandbox").out
    assert "now@sky" in site.run("plan").out


def test_drift_is_shown_before_anything_happens(bare_site: Site) -> None:
    """What was published and edited, or removed, and what each platform makes of that."""
    site = bare_site
    site.configure(("sky", "tusk"))
    keys = {"on_edit": "update", "on_remove": "withdraw"}
    site.merge({"posts/edited.md": post("Old", **keys), "posts/gone.md": post("Gone", **keys)})
    assert site.run("publish").code == 0
    site.merge({"posts/edited.md": post("New", **keys), "posts/gone.md": None})
    told = site.json("plan")
    assert sorted((a["action"], a["delivery"]) for a in told["actions"]) == [
        ("update", "edited@tusk"),
        ("withdraw", "gone@sky"),
        ("withdraw", "gone@tusk"),
    ]
    assert told["waiting"] == [
        {
            "delivery": "edited@sky",
            "reason": "edited",
            "until": None,
            "detail": "bluesky cannot change what was published",
        }
    ]
    text = site.run("plan").out
    assert "update    edited@tusk  edited since it was published" in text
    assert "withdraw  gone@sky     removed since it was published" in text
    assert "edited@sky   edited after it was published (bluesky cannot change" in text
    assert [sorted(site.live(name)) for name in ("sky", "tusk")] == [["Gone", "Old"]] * 2
    rows = {row["delivery"]: row for row in site.json("status")["deliveries"]}
    assert rows["gone@sky"]["reason"] == "the next run will withdraw it"
    assert "bluesky cannot change" in rows["edited@sky"]["reason"]
    assert site.run("publish").code == 0
    assert (site.live("sky"), site.live("tusk")) == (["Old"], ["New"])
    assert site.json("plan")["actions"] == []
    found = json.loads(site.run("validate", "--format", "json").out)["diagnostics"]
    assert [(d["name"], d["severity"]) for d in found] == [
        ("cannot-update", "notice"),
        ("edited-after-publish", "warning"),
    ]
