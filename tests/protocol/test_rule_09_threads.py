"""Rule 9, threads: one part after the other, and what was begun is finished as it was begun.

| sentence | proof |
|---|---|
| part n+1 only after n is recorded on disk | here |
| ... pushed, for `duplicate-rejection` and `none` (no platform of ours is) | `tests/publish/test_send.py::test_where_doubt_could_not_be_settled_each_part_is_pushed_at_once` |
| a thread under way is finished from its claim's commit | here; `tests/cli/test_loader.py::test_a_thread_under_way_is_finished_from_its_claim` |
| `late` and `expires_at` gate part 1 only | here; quiet hours: `tests/publish/test_time.py` |
| withdraw deletes the last part first | here; after a death in the middle: `tests/publish/test_change.py` |
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.protocol.scene import ALL, DELETE

if TYPE_CHECKING:
    from tests.protocol.scene import Scene

THREAD = "One\n\n---\n\nTwo\n\n---\n\nThree"


def test_a_part_is_sent_after_the_one_before_is_recorded_on_disk(scene: Scene) -> None:
    scene.merge({"posts/a.md": post(THREAD, accounts=ALL)})
    recorded: dict[str, list[list[int]]] = {account: [] for account in ALL}

    def look(account: str) -> None:
        known = {e["id"]: e for e in (*scene.outbox(), *scene.events())}
        parts = [e for e in known.values() if e["type"] == "published" and e["account"] == account]
        recorded[account].append(sorted(e["part"] for e in parts))

    for account in ALL:
        scene.at_call(account, partial(look, account))
    scene.publishes()
    assert recorded == {account: [[], [1], [1, 2]] for account in ALL}
    for account in ALL:
        shown = scene.timeline(account)
        assert [one.in_reply_to for one in shown] == [None, shown[0].id, shown[1].id]


@pytest.mark.parametrize("sent", [True, False], ids=["there", "absent"])
def test_a_thread_is_resumed_at_part_k_from_its_claims_commit(scene: Scene, sent: bool) -> None:
    """Part 2 of a dead run, with the file edited and its time run out meanwhile."""
    ends = (scene.clock.now() + timedelta(minutes=10)).isoformat()
    scene.merge({"posts/a.md": post(THREAD, accounts=ALL, expires_at=ends)})
    scene.dies_at_call(*ALL, sent=sent, nth=2)
    words = "Uno\n\n---\n\nDos"
    scene.merge({"posts/a.md": post(words, accounts=ALL, expires_at=ends)})
    scene.publishes()
    assert [scene.live(account) for account in ALL] == [["One", "Two", "Three"]] * 3
    assert len({e["commit"] for e in scene.events() if e["type"] == "claimed"}) == 1
    assert set(scene.states().values()) == {"published"}


@pytest.mark.parametrize("gate", ["late", "expires_at"])
def test_late_and_expires_at_gate_part_1_only(scene: Scene, gate: str) -> None:
    """The platform asks for an hour's rest in the middle of the thread."""
    now = scene.clock.now()
    ends = {"expires_at": (now + timedelta(minutes=30)).isoformat()}
    skip = {"late": "skip", "publish_at": (now - timedelta(hours=5, minutes=30)).isoformat()}
    scene.merge({"posts/a.md": post(THREAD, **(ends if gate == "expires_at" else skip))})
    scene.fault("tusk", nth=2, effect="rate-limit", retry_after=3600, times=9)
    scene.publishes()
    assert scene.live("tusk") == ["One"]
    scene.undisturbed()
    scene.clock.pause(3700)
    scene.publishes()
    assert scene.live("tusk") == ["One", "Two", "Three"]


def test_a_thread_that_expires_between_its_parts_is_finished(scene: Scene) -> None:
    """In one run: the first part took longer than there was time."""
    ends = (scene.clock.now() + timedelta(minutes=5)).isoformat()
    scene.merge({"posts/a.md": post(THREAD, expires_at=ends)})
    slow = [6 * 60]
    scene.at_call("tusk", lambda: scene.clock.pause(slow.pop() if slow else 0))
    scene.publishes()
    assert scene.live("tusk") == ["One", "Two", "Three"]
    assert scene.types().count("claimed") == 1


def test_withdraw_deletes_the_last_part_first(scene: Scene) -> None:
    scene.merge({"posts/a.md": post(THREAD, accounts=ALL, on_remove="withdraw")})
    scene.publishes()
    left: dict[str, list[list[str]]] = {account: [] for account in ALL}
    for account, where in DELETE.items():
        scene.at(where, lambda account=account: left[account].append(scene.live(account)))
    scene.merge({"posts/a.md": None})
    scene.publishes()
    for account in ALL:
        assert left[account] == [["One", "Two", "Three"], ["One", "Two"], ["One"]]
        assert scene.live(account) == []
