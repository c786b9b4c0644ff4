"""Rule 2, fetch: the head, the anchor, the chain, what a dead run left; then fold.

| sentence | proof |
|---|---|
| the anchor is checked: a branch cut, deleted or rewritten holds everything until it is accepted | here; what `accept` tells: `tests/cli/test_ledger.py` |
| the chain is checked | `test_bad_input.py`; `tests/ledger/test_journal.py::test_every_flipped_byte_is_found` |
| an outbox left by a dead run is flushed, before anything is sent | here |
| ... and with `postops flush`, from what is on disk after a kill | `tests/cli/test_signals.py::test_flush_brings_in_what_a_killed_run_recorded` |
| a torn last line is repaired | `tests/cli/test_open.py::test_a_torn_last_line_is_repaired` |
| an unknown event version: exit 2, no write | here |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.protocol.scene import ANCHOR, SOMEBODY
from tests.rigs.git import STATE, commit, git, install_hook, protect, push

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


def cut(scene: Scene, old: str) -> None:
    git(scene.repo.remote, "update-ref", STATE, old)


def delete(scene: Scene, old: str) -> None:
    del old
    git(scene.repo.remote, "update-ref", "-d", STATE)


def rewrite(scene: Scene, old: str) -> None:
    """The same words in another history, as a filter over all commits leaves them."""
    other = git(scene.repo.remote, "commit-tree", f"{old}^{{tree}}", "-m", "Squashed", **SOMEBODY)
    git(scene.repo.remote, "update-ref", STATE, other)


def shorten(scene: Scene, old: str) -> None:
    """A commit like any other, on top of the newest, with what was there before."""
    bare = scene.repo.remote
    tip = git(bare, "rev-parse", STATE)
    other = git(bare, "commit-tree", f"{old}^{{tree}}", "-p", tip, "-m", "Tidy up", **SOMEBODY)
    git(bare, "update-ref", STATE, other)


@pytest.mark.parametrize(
    "how",
    [cut, delete, rewrite, shorten],
    ids=["cut", "deleted", "rewritten", "shortened"],
)
def test_a_state_branch_that_does_not_follow_the_anchor_holds_everything(scene: Scene, how) -> None:
    scene.merge({"posts/a.md": post("First")})
    scene.publishes()
    old = git(scene.repo.remote, "rev-parse", STATE)
    scene.merge({"posts/b.md": post("Second")})
    scene.publishes()
    how(scene, old)
    scene.merge({"posts/c.md": post("Third"), "posts/d.md": post("Elsewhere", accounts=["sky"])})
    before = scene.refs()
    assert "everything is held" in scene.publishes(code=1)
    assert "everything is held" in scene.run("plan").err
    assert (scene.live("tusk"), scene.live("sky")) == (["First", "Second"], [])
    looked = scene.run("ledger", "accept")
    assert looked.code == 1
    assert "published b@tusk" in looked.out
    assert scene.refs() == before

    assert scene.run("ledger", "accept", "--yes").code == 0
    scene.publishes()
    assert sorted(scene.live("tusk")) == ["First", "Second", "Third"]  # looked for, and found
    assert scene.live("sky") == ["Elsewhere"]


def test_what_was_lost_can_be_brought_back_as_accept_says(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("First")})
    scene.publishes()
    delete(scene, "")
    told = scene.run("ledger", "accept").out
    assert "to bring them back instead of accepting" in told
    command = next(line for line in told.splitlines() if line.startswith("  git fetch"))
    for one in command.strip().split(" && "):
        scene.repo.git(*one.split()[1:])
    assert scene.run("ledger", "accept").out == "nothing is held\n"
    scene.publishes()
    assert scene.live("tusk") == ["First"]


def test_an_outbox_of_a_dead_run_is_flushed_before_anything_is_sent(scene: Scene) -> None:
    """Also with another commit checked out: the outbox belongs to the clone, not to a commit."""
    scene.merge({"posts/a.md": post("First")})
    scene.at_call("tusk", lambda: protect(scene.repo.remote))
    assert "error: " in scene.publishes(code=1)
    assert [e["type"] for e in scene.outbox()] == ["published"]
    assert "published" not in scene.types()
    install_hook(scene.repo.remote, "update", "exit 0")
    scene.undisturbed()

    scene.merge({"posts/b.md": post("Second")})
    scene.repo.git("checkout", "--quiet", "--detach", "HEAD~2")
    at_the_call: list[list[str]] = []
    scene.at_call("tusk", lambda: at_the_call.append(scene.types()))
    scene.publishes()
    assert at_the_call == [["bound", "claimed", "published", "claimed"]]
    assert scene.live("tusk") == ["First", "Second"]
    assert scene.outbox() == []


COMMANDS = (
    ("publish",),
    ("publish", "--dry-run"),
    ("plan",),
    ("status",),
    ("flush",),
    ("adopt", "b@tusk"),
    ("retry", "a@tusk"),
    ("resolve", "a@tusk", "--not-published"),
    ("withdraw", "a", "--yes"),
    ("ledger", "verify"),
    ("ledger", "compact"),
    ("ledger", "accept", "--yes"),
)


@pytest.mark.parametrize("newer", [{"v": 2, "type": "released"}, {"v": 1, "type": "boosted"}])
def test_an_event_of_a_newer_postops_is_exit_2_and_nothing_is_written(
    scene: Scene, newer: dict[str, object]
) -> None:
    scene.merge({"posts/a.md": post("First")})
    scene.publishes()
    scene.merge({"posts/b.md": post("Second")})
    other = scene.elsewhere("newer")
    git(other, "checkout", "--quiet", "postops-state")
    [day] = sorted((other / "state/ledger").rglob("*.jsonl"))
    line = json.dumps(json.loads(day.read_text().splitlines()[-1]) | newer)
    commit(other, {day.relative_to(other).as_posix(): f"{day.read_text()}{line}\n"})
    push(other, STATE)
    push(other, ANCHOR)
    left = scene.path / ".postops/outbox/dead.jsonl"
    left.write_text(line + "\n")
    before = scene.refs()
    for command in COMMANDS:
        ran = scene.run(*command)
        assert (command, ran.code, ran.out) == (command, 2, "")
        assert "upgrade postops" in ran.err
    assert scene.refs() == before
    assert left.read_text() == line + "\n"
    assert scene.live("tusk") == ["First"]
