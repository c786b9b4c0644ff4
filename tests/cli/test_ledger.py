"""`postops ledger` on a real remote: what it proves, what it asks, what it leaves alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.site import footprint, post
from tests.rigs.git import STATE, clone, commit, git, push, show, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.site import Site

ANCHOR = "refs/postops/anchor"


@pytest.fixture
def sky(bare_site: Site) -> Site:
    """One account, one post, published."""
    bare_site.configure(("sky",))
    bare_site.merge({"posts/a.md": post("Hello there")})
    assert bare_site.run("publish").code == 0
    return bare_site


def verified(site: Site) -> dict[str, Any]:
    ran = site.run("ledger", "verify", "--format", "json")
    report: dict[str, Any] = json.loads(ran.out)
    assert ran.code == (0 if report["ok"] else 1)
    return report


def state_clone(site: Site, tmp_path: Path) -> Path:
    where = clone(site.repo.remote, tmp_path / "state-clone")
    git(where, "checkout", "--quiet", "-b", "work", "origin/postops-state")
    return where


def tampered(site: Site, tmp_path: Path, change: Any) -> None:
    """Somebody who may push rewrites a file of the ledger, and the anchor with it."""
    where = state_clone(site, tmp_path)
    days = where.glob("state/ledger/*/*/*.jsonl")
    commit(where, {str(day.relative_to(where)): change(day.read_bytes()) for day in days}, "Tamper")
    push(where, STATE)
    push(where, ANCHOR)


def next_month(site: Site) -> None:
    site.clock.pause(timedelta(days=32).total_seconds())
    site.merge({"posts/b.md": post("Another")})
    assert site.run("publish").code == 0


# ---------------------------------------------------------------- verify


def test_before_anything_was_published(site: Site) -> None:
    ran = site.run("ledger", "verify")
    assert (ran.code, ran.out) == (0, "there is no ledger yet\n")
    assert verified(site)["seq"] == 0


def test_a_good_ledger_is_counted(sky: Site) -> None:
    before = footprint(sky.path)
    report = verified(sky)
    assert report["ok"]
    assert report["events"] == {"bound": 1, "claimed": 1, "published": 1}
    assert (report["seq"], report["files"], report["deliveries"]) == (3, 1, 1)
    assert report["head"] == report["anchor"] == git(sky.repo.remote, "rev-parse", STATE)
    assert (report["snapshot"], report["faults"], report["notes"]) == ("none", [], [])
    text = sky.run("ledger", "verify").out
    assert "events: 3, deliveries: 1, files: 1" in text
    assert "everything holds" in text
    assert footprint(sky.path) == before

    next_month(sky)
    report = verified(sky)
    assert (report["ok"], report["snapshot"], report["events"]["folded"]) == (True, "good", 1)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (b'"attempt":1', b'"attempt":2', 3, "hash chain is broken"),
        (b'"seq":2', b'"seq":4', 2, "event 4 stands where 2 belongs"),
        (b'{"', b'["', 1, "not an event"),
    ],
)
def test_damage_is_named_by_file_and_line(
    sky: Site, tmp_path: Path, old: bytes, new: bytes, line: int, said: str
) -> None:
    tampered(sky, tmp_path, lambda data: data.replace(old, new))
    report = verified(sky)
    (fault,) = report["faults"]
    assert fault["where"].endswith(f".jsonl:{line}")
    assert said in fault["message"]
    text = sky.run("ledger", "verify").out
    assert f"damaged  {fault['where']}: {fault['message']}" in text
    assert "everything holds" not in text


def test_the_shape_of_the_newest_line_is_looked_at_too(sky: Site, tmp_path: Path) -> None:
    def forge(data: bytes) -> bytes:
        *before, last = data.splitlines()
        event = json.loads(last) | {"part": "one"}
        return b"\n".join([*before, json.dumps(event).encode()]) + b"\n"

    tampered(sky, tmp_path, forge)
    shape, sum_ = verified(sky)["faults"]
    assert shape["where"].endswith(".jsonl:3")
    assert shape["message"] == "part is of the wrong type (str)"
    assert "event 3 (published) cannot be folded" in sum_["message"]
    ran = sky.run("status")
    assert ran.code == 1
    assert "event 3 (published) cannot be folded" in ran.err


def test_a_wrong_snapshot_is_a_fault_and_compact_mends_it(sky: Site, tmp_path: Path) -> None:
    assert sky.run("ledger", "compact").out == "no month is closed yet\n"
    next_month(sky)
    assert "is folded already, up to state/ledger/" in sky.run("ledger", "compact").out
    where = state_clone(sky, tmp_path)
    data = (where / "state/folded.jsonl").read_bytes()
    commit(where, {"state/folded.jsonl": data.replace(b'"published"', b'"withdrawn"')}, "Forge")
    push(where, STATE)
    (fault,) = verified(sky)["faults"]
    assert fault["where"] == "state/folded.jsonl"
    assert sky.states() == {"a@sky": "published", "b@sky": "published"}
    ran = sky.run("ledger", "compact", "--format", "json")
    assert json.loads(ran.out)["written"] is True
    report = verified(sky)
    assert (report["ok"], report["snapshot"], report["events"]["folded"]) == (True, "good", 2)
    assert show(sky.repo.remote, STATE, "state/folded.jsonl").encode() == data.rstrip(b"\n")


def test_a_ledger_of_before_there_were_snapshots(sky: Site, tmp_path: Path) -> None:
    next_month(sky)
    where = state_clone(sky, tmp_path)
    commit(where, {"state/folded.jsonl": None}, "Without")
    push(where, STATE)
    report = verified(sky)
    assert (report["ok"], report["snapshot"]) == (True, "missing")
    assert report["notes"] == ["closed months are not folded yet: postops ledger compact"]
    assert "folded up to state/ledger/" in sky.run("ledger", "compact").out
    assert verified(sky)["snapshot"] == "good"


# ---------------------------------------------------------------- the reading copy


def test_a_fresh_clone_leaves_closed_months_out_until_they_are_asked_for(sky: Site) -> None:
    next_month(sky)
    where = sky.elsewhere()
    assert sky.run("-C", str(where), "plan").code == 0
    days = sorted(path.name for path in where.glob("state/ledger/*/*/*.jsonl"))
    assert len(days) == 1
    assert (where / "state/folded.jsonl").exists()
    write(where, {"posts/c.md": post("Third", on_edit="update")})
    assert sky.run("-C", str(where), "validate").code == 0
    ran = sky.run("-C", str(where), "query", "select count(*) n from events", "--format", "json")
    assert json.loads(ran.out) == [{"n": len(sky.events())}]
    assert len(list(where.glob("state/ledger/*/*/*.jsonl"))) == 2
    assert sky.run("-C", str(where), "plan").code == 0
    assert len(list(where.glob("state/ledger/*/*/*.jsonl"))) == 2


# ---------------------------------------------------------------- accept


def test_nothing_to_accept(sky: Site) -> None:
    assert sky.run("ledger", "accept").out == "nothing is held\n"
    ran = sky.run("ledger", "accept", "--format", "json")
    assert json.loads(ran.out) == {"version": 1, "held": None, "accepted": False}


def test_a_rewound_ledger_is_held_until_a_person_accepts_it(
    sky: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTOR", raising=False)
    first = git(sky.repo.remote, "rev-parse", STATE)
    sky.merge({"posts/b.md": post("Another")})
    assert sky.run("publish").code == 0
    git(sky.repo.remote, "update-ref", STATE, first)
    assert sky.run("publish").code == 1
    assert "does not follow" in verified(sky)["faults"][0]["message"]

    looked = sky.run("ledger", "accept")
    assert looked.code == 1
    assert "3 events are in both" in looked.out
    assert "2 events only the anchor has" in looked.out
    assert "published b@sky" in looked.out
    assert "postops ledger accept --yes" in looked.err
    assert git(sky.repo.remote, "rev-parse", STATE) == first

    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    ran = sky.run("ledger", "accept", "--yes", "--format", "json")
    report = json.loads(ran.out)
    assert (ran.code, report["accepted"], report["by"], report["common"]) == (0, True, "ada", 3)
    assert [event["type"] for event in report["missing"]] == ["claimed", "published"]
    assert report["new"] == []
    kept = json.loads(show(sky.repo.remote, STATE, "state/accepted.jsonl"))
    assert (kept["by"], kept["head"]) == ("ada", first)
    assert verified(sky)["ok"]
    assert sky.run("ledger", "accept").out == "nothing is held\n"


def test_a_fork_without_an_anchor(sky: Site) -> None:
    git(sky.repo.remote, "update-ref", "-d", ANCHOR)
    ran = sky.run("ledger", "accept", "--yes")
    assert ran.code == 0, ran.err
    assert "anchor none" in ran.out
    assert "3 events only the head has" in ran.out
    assert verified(sky)["ok"]
