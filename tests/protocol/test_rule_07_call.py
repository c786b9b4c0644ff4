"""Rule 7, the call: one that cannot be taken back, one attempt, and its outcome on the way at once.

| sentence | proof |
|---|---|
| one irreversible call, one attempt | `test_rule_08_unknown.py` counts them |
| compare what came back with what was sent | `test_bad_input.py` (another post in the answer) |
| the outcome is on the disk first | here |
| ... and pushed after 5 s, while the next call is under way | here |
| ... or after 20 results | `tests/publish/test_pusher.py::test_twenty_results_are_pushed_at_once` |
| ... on SIGINT and SIGTERM, with a call in flight, before the runner kills | here; the run that ends in order: `tests/cli/test_signals.py` |
| ... in an `if: always()` step from what is on disk | here; `test_signals.py::test_flush_brings_in_what_a_killed_run_recorded` |
"""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.site import post
from tests.rigs.until import until

if TYPE_CHECKING:
    from tests.protocol.scene import Scene

PATIENCE = 4.5
"""Seconds. GitHub's runners wait 7.5 from SIGINT to SIGTERM; after 5 it is pushed without a signal."""


def test_an_outcome_is_pushed_while_the_next_call_is_under_way(scene: Scene) -> None:
    scene.merge({"posts/a.md": post("First"), "posts/b.md": post("Second")})
    before_its_answer: list[list[str]] = []

    def waits() -> None:
        if scene.live("tusk"):
            until(lambda: "published" in scene.types(), seconds=20)
            before_its_answer.append(scene.live("tusk"))

    scene.at_call("tusk", waits)
    scene.publishes()
    assert before_its_answer == [["First"]]


def hang(scene: Scene) -> None:
    """The second post is made, and whoever sent it waits for the answer."""
    scene.fault("tusk", nth=2, when="after", effect="latency", seconds=60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_brings_the_outcomes_in_before_the_runner_kills(scene: Scene, number: int) -> None:
    """As GitHub cancels a job: a signal, 7.5 s, and in the end SIGKILL; a call hangs all the time."""
    scene.merge({f"posts/{name}.md": post(f"Post {name}") for name in "abc"})
    hang(scene)
    program = scene.start("publish", start_new_session=True)
    until(lambda: [e for e in scene.outbox() if e["type"] == "published"])
    asked = time.monotonic()
    program.send_signal(number)
    until(lambda: "published" in scene.types())
    assert time.monotonic() - asked < PATIENCE
    program.kill()
    program.communicate()
    scene.undisturbed()
    assert scene.run("flush").code == 0
    assert scene.types().count("published") == 1
    scene.after_the_lease()
    ran = scene.run("publish", at=scene.elsewhere())
    assert ran.code == 0, ran.err
    assert sorted(scene.live("tusk")) == ["Post a", "Post b", "Post c"]


def test_the_flush_step_brings_in_what_is_on_disk(scene: Scene) -> None:
    """Killed before any push: the outcome is on the disk, and the next step of the job is this."""
    scene.merge({f"posts/{name}.md": post(f"Post {name}") for name in "ab"})
    hang(scene)
    program = scene.start("publish", start_new_session=True)
    until(lambda: [e for e in scene.outbox() if e["type"] == "published"])
    program.kill()
    program.communicate()
    assert scene.run("flush").err == "1 outcome brought in\n"
    assert [e["delivery"] for e in scene.events() if e["type"] == "published"] == ["a@tusk"]
    assert scene.states() == {"a@tusk": "published", "b@tusk": "claimed"}
