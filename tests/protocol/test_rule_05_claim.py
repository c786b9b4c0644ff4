"""Rule 5, claim: nothing is sent unless one's own claim is seen on the remote.

| sentence | proof |
|---|---|
| append `claimed` with key, digests, commit, blob and lease, and push it, before the call | here |
| refused with `stale info`, `cannot lock ref` or `fetch first`: another runner moved | here; the words: `tests/ledger/test_swap.py::test_the_words_of_git_tell_a_race_from_a_refusal` |
| back off, refetch, fold, plan again | here; 16 at once: `tests/ledger/test_races.py` |
| a permission or hook refusal is an error, not a race | here; over HTTP: `tests/cli/test_tip.py::test_a_remote_that_takes_no_push_sends_nothing` |
| a push whose answer was lost is recognised by its own ids | `test_tip.py::test_a_push_whose_answer_is_lost_has_landed` |
| strong classes are claimed in one push for what fits the lease | here; `tests/publish/test_claims.py::test_what_does_not_fit_one_lease_is_claimed_in_the_next_round` |
| `duplicate-rejection` and `none` one at a time per lane (no platform of ours is) | `tests/simulation` |
| on a normal exit what was not sent is `released` | here; on a signal: `tests/cli/test_signals.py` |
| a run's deadline is `lease` minus request time-out minus twice `clock_skew` | here; `tests/publish/test_claims.py::test_the_last_call_is_over_before_another_runner_may_take_the_lease` |
| never `merge=union` | here |
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from postops.plan import iso
from tests.cli.site import CREATE, post
from tests.protocol.scene import ALL, ANCHOR, LOGIN, SOMEBODY
from tests.rigs.git import STATE, git, install_hook, protect
from tests.sandbox.conftest import png

if TYPE_CHECKING:
    from pathlib import Path

    from tests.protocol.scene import Scene


def test_a_claim_is_on_the_remote_before_the_call(scene: Scene) -> None:
    """Looked at from inside the platform, at the moment of the call."""
    tip = scene.merge({"posts/a.md": post("Hello", accounts=list(ALL))})
    seen: dict[str, list[dict[str, Any]]] = {}
    for name in ALL:
        scene.at_call(name, lambda name=name: seen.setdefault(name, scene.remote_events()))
    scene.publishes()
    assert sorted(seen) == sorted(ALL)
    for name, events in seen.items():
        mine = [e for e in events if e.get("delivery") == f"a@{name}"]
        assert [e["type"] for e in mine] == ["claimed"]
        [claim] = mine
        assert claim["keys"].keys() == {"1"}
        assert claim["source"].startswith("sha256:")
        assert claim["payload"].startswith("sha256:")
        assert claim["commit"] == tip
        assert claim["blob"] == scene.repo.git("rev-parse", f"{tip}:posts/a.md")
        lease = _at(claim["lease_until"]) - _at(claim["recorded_at"])
        assert timedelta(minutes=19) < lease <= timedelta(minutes=20)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moved_by_another(scene: Scene) -> str:
    """A commit of another runner on top of the state branch: what it needs is in the remote."""
    head = git(scene.repo.remote, "rev-parse", STATE)
    words = ("commit-tree", f"{head}^{{tree}}", "-p", head, "-m", "Another runner's")
    return git(scene.repo.remote, *words, **SOMEBODY)


def test_stale_info_is_a_lost_race(scene: Scene) -> None:
    """Another runner pushes after this one has fetched and planned, and before it claims."""
    scene.merge({"posts/a.md": post("Once")})
    scene.publishes()
    scene.merge({"posts/b.md": post("Twice")})
    other = moved_by_another(scene)

    def moves() -> None:
        for ref in (STATE, ANCHOR):
            git(scene.repo.remote, "update-ref", ref, other)

    scene.at(LOGIN["tusk"], moves)
    scene.publishes()
    assert other in git(scene.repo.remote, "rev-list", STATE).split()
    assert scene.types().count("claimed") == 2
    assert scene.live("tusk") == ["Once", "Twice"]


def test_a_ref_that_cannot_be_locked_is_a_lost_race(scene: Scene) -> None:
    """Another runner's push is under way while ours arrives: it moves the ref under ours."""
    scene.merge({"posts/a.md": post("Once")})
    scene.publishes()
    scene.merge({"posts/b.md": post("Twice")})
    other = moved_by_another(scene)
    moves = "\n".join(f"git update-ref {ref} {other}" for ref in (STATE, ANCHOR))
    (scene.repo.remote / "once").touch()
    install_hook(
        scene.repo.remote,
        "pre-receive",
        f'rm "$GIT_DIR/once" 2>/dev/null || exit 0\nunset GIT_QUARANTINE_PATH\n{moves}',
    )
    scene.publishes()
    assert not (scene.repo.remote / "once").exists()
    assert other in git(scene.repo.remote, "rev-list", STATE).split()
    assert scene.live("tusk") == ["Once", "Twice"]


def test_who_lost_the_race_for_a_delivery_plans_again_and_leaves_it(scene: Scene) -> None:
    """The other runner claims the very delivery in between: its claim stands."""
    scene.merge({"posts/a.md": post("Theirs"), "posts/b.md": post("Ours")})
    theirs = scene.elsewhere("theirs")
    raced: list[str] = []

    def moves() -> None:
        if not raced:  # the platform waits meanwhile, in a thread of its own
            raced.append("a@tusk")
            other = Thread(target=lambda: asyncio.run(claims(scene, theirs, "a@tusk")))
            other.start()
            other.join()

    scene.at(LOGIN["tusk"], moves)
    scene.publishes()
    assert scene.states() == {"a@tusk": "claimed", "b@tusk": "published"}
    assert scene.live("tusk") == ["Ours"]
    claimed = [(e["run"], e["delivery"]) for e in scene.events() if e["type"] == "claimed"]
    assert claimed[0] == ("theirs", "a@tusk")
    assert [delivery for _, delivery in claimed] == ["a@tusk", "b@tusk"]


async def claims(scene: Scene, clone: Path, delivery: str) -> None:
    """What another runner does in its own clone."""
    remote = GitRemote(Repository.discover(clone))
    ledger = await Ledger.open(remote, clone / ".postops/outbox", scene.clock, "theirs")
    until = scene.clock.now() + timedelta(minutes=20)
    claim = {"type": "claimed", "delivery": delivery, "account": "tusk", "action": "publish"}
    parts = {"part": 1, "parts": 1, "generation": 1, "attempt": 1, "keys": {"1": "theirs"}}
    await ledger.claim([claim | parts | {"lease_until": iso(until)}])
    ledger.close()


def test_a_hook_that_refuses_is_an_error_and_no_race(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Never")})
    protect(scene.repo.remote)
    said = scene.publishes(code=1)
    assert "the remote refused the ledger" in said
    assert "Protected branch update failed" in said
    assert "contents: write" in said
    assert scene.calls("tusk") == 0
    assert scene.remote_events() == []
    install_hook(scene.repo.remote, "update", "exit 0")
    scene.publishes()
    assert scene.live("tusk") == ["Never"]


def test_what_fits_the_lease_is_claimed_in_one_push(scene: Scene) -> None:
    scene.merge({f"posts/{n}.md": post(f"Post {n}", accounts=list(ALL)) for n in "abc"})
    scene.publishes()
    subjects = git(scene.repo.remote, "log", "--format=%s", STATE).splitlines()
    assert [s for s in subjects if "claimed" in s] == ["publish: 9 claimed"]


def test_on_a_normal_exit_what_was_not_sent_is_released(scene: Scene) -> None:
    """The login ends in the middle: the rest of its lane goes back, and the other lane goes on."""
    both = ["tusk", "sky"]
    scene.merge({f"posts/{n}.md": post(f"Post {n}", accounts=both) for n in "abc"})
    scene.fault("tusk", nth=2, status=401, times=9)
    scene.publishes(code=1)
    assert scene.live("tusk") == ["Post a"]
    assert len(scene.live("sky")) == 3
    ended = [e["delivery"] for e in scene.events() if e["type"] == "released"]
    assert ended == ["b@tusk", "c@tusk"]
    scene.undisturbed()
    scene.publishes()  # at once: no lease has to run out
    assert len(scene.live("tusk")) == 3


@pytest.mark.parametrize(("minutes", "claims"), [(14, 1), (16, 2)])
def test_no_call_is_made_after_the_lease_less_the_time_out_and_twice_the_skew(
    scene: Scene, minutes: int, claims: int
) -> None:
    """20 minutes less one, less twice two: 15. Preparing took so long; then it is claimed anew."""
    media = [{"path": "../media/a.png", "alt": "A grey box"}]
    scene.merge({"media/a.png": png(), "posts/a.md": post("In time", media=media)})
    slow = [timedelta(minutes=minutes)]

    def takes_long() -> None:
        scene.clock.ahead += slow.pop() if slow else timedelta(0)

    scene.at(("mastodon", "POST", "/api/v2/media"), takes_long)
    scene.publishes()
    assert scene.types().count("claimed") == claims
    assert scene.types().count("released") == claims - 1
    assert scene.calls("tusk") == 1
    [sent] = scene.made(CREATE["tusk"])
    last = [e for e in scene.events() if e["type"] == "claimed"][-1]
    assert sent.at < _at(last["lease_until"]) - timedelta(minutes=5)


def test_no_merge_driver_may_join_two_histories_of_the_ledger(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Hello")})
    scene.publishes()
    files = git(scene.repo.remote, "ls-tree", "-r", "--name-only", STATE).splitlines()
    assert not [name for name in files if ".gitattributes" in name]
    assert git(scene.repo.remote, "rev-list", "--merges", STATE) == ""
