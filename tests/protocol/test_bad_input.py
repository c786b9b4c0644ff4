"""What must never lead to a guess: a named error, the delivery held, the other accounts go on.

| input | proof |
|---|---|
| a ledger with a flipped byte | here, by what the byte belongs to; every single one: `tests/ledger/test_journal.py::test_every_flipped_byte_is_found` |
| a forced push that dropped events | here; `test_rule_02_fetch.py` |
| a clock an hour wrong | `test_rule_12_clock.py` |
| a remote that disappears between claim and call | here; before the claim: `tests/cli/test_tip.py` |
| two names for one login | `test_rule_11_identity.py`, `tests/policy/two-names-one-login.md` |
| a platform that answers nonsense | here; any bytes at all: `tests/platforms/test_hostile_answers.py` |
| an outbox of rubbish | `tests/cli/test_flush.py::test_rubbish_is_named` |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.protocol import odd
from tests.protocol.scene import ANCHOR
from tests.rigs.git import STATE, commit, git, push
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.protocol.odd import Answer, OddServer
    from tests.protocol.scene import Scene

# ------------------------------------------------------------------------ the ledger


@pytest.mark.parametrize("key", ["seq", "prev", "id", "payload", "type"])
def test_a_flipped_byte_of_the_ledger_holds_everything_and_is_named(scene: Scene, key: str) -> None:
    """By somebody who may push, with the anchor moved along: only the chain can tell."""
    scene.merge({"posts/a.md": post("First"), "posts/b.md": post("Second")})
    scene.publishes()
    other = scene.elsewhere("tamper")
    git(other, "checkout", "--quiet", "postops-state")
    [day] = (other / "state/ledger").rglob("*.jsonl")
    name = day.relative_to(other).as_posix()
    data = day.read_bytes()
    at = data.index(f'"{key}":'.encode(), data.index(b'"published"') - 900) + len(key) + 4
    if key != "seq":
        at += 1 + (key == "type")
    line = data.count(b"\n", 0, at) + 1
    commit(other, {name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]})
    push(other, STATE)
    push(other, ANCHOR)
    scene.merge({"posts/c.md": post("Third"), "posts/d.md": post("Elsewhere", accounts=["sky"])})
    before = scene.refs()
    for command in ("publish", "flush", "ledger verify"):
        if command == "flush":
            (scene.path / ".postops/outbox/dead.jsonl").write_text(json.dumps(LEFT) + "\n")
        ran = scene.run(*command.split())
        assert ran.code in (1, 2), command
        assert f"{name}:{line}" in ran.out + ran.err or f"{name}:{line + 1}" in ran.out + ran.err
        assert "Traceback" not in ran.err
    assert scene.refs() == before
    assert (scene.live("tusk"), scene.live("sky")) == (["First", "Second"], [])


LEFT = {
    "v": 1,
    "id": "01KZZZZZZZZZZZZZZZZZZZZZZZ",
    "recorded_at": "2026-11-21T10:00:00.000Z",
    "run": "dead",
    "type": "released",
    "delivery": "a@tusk",
}


def test_a_damaged_ledger_goes_on_from_its_last_good_commit(scene: Scene) -> None:
    """As `verify` says: put it back, look at what that loses, accept."""
    scene.merge({"posts/a.md": post("First")})
    scene.publishes()
    good = git(scene.repo.remote, "rev-parse", STATE)
    other = scene.elsewhere("tamper")
    git(other, "checkout", "--quiet", "postops-state")
    [day] = (other / "state/ledger").rglob("*.jsonl")
    name = day.relative_to(other).as_posix()
    commit(other, {name: day.read_bytes().replace(b'"attempt":1', b'"attempt":2')})
    push(other, STATE)
    push(other, ANCHOR)
    scene.merge({"posts/b.md": post("Second")})
    assert "put the branch back to its last good commit" in scene.run("ledger", "verify").out
    scene.repo.git("push", "--quiet", "--force", "origin", f"{good}:{STATE}")
    assert "everything is held" in scene.publishes(code=1)
    assert "3 events are in both" in scene.run("ledger", "accept").out
    assert scene.run("ledger", "accept", "--yes").code == 0
    scene.publishes()
    assert scene.live("tusk") == ["First", "Second"]


def test_a_forced_push_that_dropped_events_from_the_middle(scene: Scene) -> None:
    """The lines around them were glued together, and the history made anew."""
    scene.merge({"posts/a.md": post("First")})
    scene.publishes()
    other = scene.elsewhere("tamper")
    git(other, "checkout", "--quiet", "postops-state")
    [day] = (other / "state/ledger").rglob("*.jsonl")
    lines = day.read_bytes().splitlines(keepends=True)
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example")
    day.write_bytes(b"".join(lines[:1] + lines[2:]))
    git(other, *who, "commit", "--quiet", "--all", "--amend", "--message", "Nothing happened")
    push(other, STATE, "--force")
    scene.merge({"posts/b.md": post("Second")})
    assert ":2: event 3 stands where 2 belongs" in scene.publishes(code=1)
    assert scene.run("ledger", "accept", "--yes").code == 1  # a chain is not a matter of opinion
    assert scene.live("tusk") == ["First"]


# ------------------------------------------------------------------------ the remote


def test_a_remote_that_disappears_between_claim_and_call(scene: Scene) -> None:
    """The claim is on it, so the call may be made; what came of it waits on the disk."""
    shown = post("Once", media=[{"path": "../media/a.png", "alt": "A grey box"}])
    thread = post("One\n\n---\n\nTwo")
    scene.merge({"media/a.png": png(), "posts/a.md": shown, "posts/b.md": thread})
    away = scene.repo.remote.with_name("away.git")

    def vanishes() -> None:
        if scene.repo.remote.exists():
            scene.repo.remote.rename(away)

    scene.at(("mastodon", "POST", "/api/v2/media"), vanishes)
    said = scene.publishes(code=1)
    assert said.splitlines()[-1].startswith(("error: ", "help: ", "  ", "hint"))
    assert "the ledger cannot be" in said
    sent = scene.live("tusk")
    assert sorted(e["type"] for e in scene.outbox()) == ["published"] * len(sent)
    scene.undisturbed()
    again = scene.run("publish")
    assert (again.code, again.out) == (1, "")  # gone: nothing more is sent
    assert scene.live("tusk") == sent
    away.rename(scene.repo.remote)
    scene.publishes()
    assert sorted(scene.live("tusk")) == ["Once", "One", "Two"]
    assert scene.outbox() == []


# ------------------------------------------------------------------------ the platform

NONSENSE = {
    "html": odd.HTML,
    "truncated": odd.TRUNCATED,
    "not-whole": odd.NOT_WHOLE,
    "redirect": odd.REDIRECT,
    "empty": odd.EMPTY,
    "huge": odd.HUGE,
    "another-post": None,
}


@pytest.fixture
def strange(scene: Scene) -> Iterator[OddServer]:
    """One post is published; another is due, there and on Bluesky."""
    with odd.odd_server(scene.world.origin("mastodon")) as server:
        document = json.loads((scene.path / "postops.yaml").read_text())
        document["accounts"]["tusk"]["instance"] = server.origin
        scene.merge({"postops.yaml": json.dumps(document), "posts/a.md": post("First")})
        scene.publishes()
        scene.merge({"posts/b.md": post("Second", accounts=["tusk", "sky"])})
        yield server


def nonsense(scene: Scene, name: str) -> Answer:
    """An answer; `another-post` is a good one, about the post that was there before."""
    known = NONSENSE[name]
    if known is not None:
        return known
    [shown] = scene.timeline("tusk")
    return odd.Answer(200, "application/json", json.dumps(shown.raw).encode())


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_instead_of_an_answer_is_no_receipt(
    scene: Scene, strange: OddServer, name: str
) -> None:
    """Nothing was made of it: that is found out, said, and made good by the next run."""
    strange.answer = nonsense(scene, name)
    said = scene.publishes(code=1)
    assert strange.seen >= 1
    assert "b@tusk  mastodon: publishing: " in said
    assert scene.states()["b@tusk"] != "published"
    assert (scene.live("tusk"), scene.live("sky")) == (["First"], ["Second"])
    strange.answer = None
    scene.after_the_lease()
    scene.publishes()
    assert scene.live("tusk") == ["First", "Second"]


@pytest.mark.parametrize("name", ["html", "redirect", "another-post"])
def test_nonsense_after_the_effect_never_makes_a_second_post(
    scene: Scene, strange: OddServer, name: str
) -> None:
    """It was made all the same: it is looked up and found, under its own address."""
    strange.answer, strange.effect = nonsense(scene, name), True
    scene.publishes()
    assert (strange.seen, scene.live("tusk")) == (1, ["First", "Second"])
    told = [e for e in scene.events() if e["type"] == "published" and e["account"] == "tusk"]
    assert [e["remote_id"] for e in told] == [shown.id for shown in scene.timeline("tusk")]


@pytest.mark.parametrize("name", ["html", "redirect"])
def test_nonsense_for_a_login_holds_the_account_and_no_other(
    scene: Scene, strange: OddServer, name: str
) -> None:
    strange.method, strange.path = "GET", "/api/v1/accounts/verify_credentials"
    strange.answer = nonsense(scene, name)
    said = scene.publishes(code=1)
    assert "held      b@tusk  tusk: logging in failed" in said
    assert [e["delivery"] for e in scene.events() if e["type"] == "claimed"][1:] == ["b@sky"]
    assert (scene.live("tusk"), scene.live("sky")) == (["First"], ["Second"])
