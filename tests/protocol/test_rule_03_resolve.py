"""Rule 3, resolve: the open claims of dead runs come first.

| sentence | proof |
|---|---|
| open claims of dead runs are resolved first | here; after a real kill: `tests/cli/test_signals.py` |
| within its lease a claim is left alone | here; `test_signals.py::test_killed_between_the_call_and_the_record` |
| reconciling precedes `late` and `expires_at` | here |
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.protocol.scene import ALL

if TYPE_CHECKING:
    from tests.protocol.scene import Scene


def test_a_dead_runs_claim_is_settled_before_anything_else_is_claimed(scene: Scene) -> None:
    scene.merge({"posts/z.md": post("The dead one's", accounts=ALL)})
    scene.dies_at_call(*ALL, sent=True)
    scene.merge({"posts/a.md": post("Due now", accounts=ALL)})
    scene.publishes()
    settled = ["claimed"] * 3 + ["published"] * 3
    assert scene.types() == ["bound"] * 3 + settled + settled + ["listed"]  # to settle bird's
    for account in ALL:
        assert scene.live(account) == ["The dead one's", "Due now"]


def test_within_its_lease_a_claim_is_left_alone(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("Under way")})
    scene.dies_at_call("tusk", sent=False)
    scene.clock.ahead -= timedelta(minutes=25 - 17)  # the lease is 20 minutes, and the skew two
    scene.publishes()
    assert scene.waiting() == {"a@tusk": "claimed"}
    assert scene.calls("tusk") == 1


@pytest.mark.parametrize("why", ["expires_at", "late"])
@pytest.mark.parametrize("sent", [True, False], ids=["there", "absent"])
def test_reconciling_precedes_late_and_expires_at(scene: Scene, why: str, sent: bool) -> None:
    now = scene.clock.now()
    soon = {"expires_at": (now + timedelta(minutes=10)).isoformat()}
    due = {"late": "skip", "publish_at": (now - timedelta(hours=5, minutes=50)).isoformat()}
    scene.merge({"posts/a.md": post("In time", **(soon if why == "expires_at" else due))})
    scene.dies_at_call("tusk", sent=sent)
    scene.publishes()
    assert scene.states() == {"a@tusk": "published" if sent else "skipped"}
    assert scene.live("tusk") == ["In time"] * sent
    assert scene.calls("tusk") == 1
