from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.rigs.git import STATE, git

if TYPE_CHECKING:
    from tests.cli.site import Site


@pytest.fixture
def site(bare_site: Site) -> Site:
    site = bare_site
    site.configure(("sky",))
    site.merge({"posts/a.md": post("A")})
    assert site.run("publish").code == 0
    return site


def test_what_a_dead_run_left_on_disk(site: Site) -> None:
    event = {
        "v": 1,
        "id": "01KZZZZZZZZZZZZZZZZZZZZZZZ",
        "recorded_at": "2026-11-21T10:00:00.000Z",
        "run": "dead",
        "type": "released",
        "delivery": "a@sky",
        "account": "sky",
        "part": 1,
        "reason": "test",
    }
    outbox = site.path / ".postops/outbox/dead.jsonl"
    outbox.parent.mkdir(exist_ok=True)
    outbox.write_text(json.dumps(event) + "\n" + '{"torn')
    ran = site.run("flush")
    assert (ran.code, ran.out, ran.err) == (0, "", "1 outcome brought in\n")
    assert site.events()[-1]["run"] == "dead"
    assert not outbox.exists()
    assert site.run("flush").err == "nothing was left behind\n"


def test_rubbish_is_named(site: Site) -> None:
    outbox = site.path / ".postops/outbox/dead.jsonl"
    outbox.parent.mkdir(exist_ok=True)
    outbox.write_text("rubbish\n")
    for command in ("flush", "publish"):
        ran = site.run(command)
        assert ran.code == 1
        assert "dead.jsonl:1" in ran.err


def test_nothing_to_do_needs_no_network(site: Site) -> None:
    site.repo.git("remote", "set-url", "origin", "file:///nowhere.git")
    assert site.run("flush").code == 0


def test_while_everything_is_held_nothing_is_said_to_be_brought_in(site: Site) -> None:
    old = git(site.repo.remote, "rev-parse", f"{STATE}~1")
    git(site.repo.remote, "update-ref", STATE, old)
    outbox = site.path / ".postops/outbox/dead.jsonl"
    outbox.parent.mkdir(exist_ok=True)
    event = {"v": 1, "id": "01KZZZZZZZZZZZZZZZZZZZZZZZ", "recorded_at": "2026-11-21T10:00:00.000Z"}
    about = {"run": "dead", "type": "looked", "delivery": "a@sky", "account": "sky"}
    outbox.write_text(json.dumps(event | about) + "\n")
    ran = site.run("flush")
    assert (ran.code, "postops ledger accept" in ran.err) == (1, True)
    assert outbox.exists()
