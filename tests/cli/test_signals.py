"""Runs that are interrupted, terminated or killed: nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from postops.cli._signals import stopping
from postops.publish.stop import Stop
from postops.sandbox.faults import Fault
from tests.cli.site import CREATE, post
from tests.rigs.until import until

if TYPE_CHECKING:
    import subprocess

    from tests.cli.site import Site


def end(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = program.communicate(timeout=60)
    return program.returncode, out, err


@pytest.fixture
def slow(bare_site: Site) -> Site:
    """Three posts to one account whose second call takes two seconds."""
    site = bare_site
    site.configure(("sky",))
    site.merge({f"posts/{name}.md": post(f"Post {name}") for name in "abc"})
    slow = Fault(*CREATE["sky"][:1], "sky", *CREATE["sky"][1:], nth=2, effect="latency", seconds=2)
    site.world.faults.add(slow)
    return site


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_ends_the_run_in_order(slow: Site, number: int, code: int) -> None:
    program = slow.start("publish", "--format", "json", start_new_session=True)
    until(lambda: len(slow.live("sky")) == 1)
    time.sleep(0.3)  # noqa: TID251 - in the middle of the second call
    os.killpg(program.pid, number)  # as Ctrl-C in a terminal: to git, too
    ended, out, err = end(program)
    assert ended == code, err
    assert "Traceback" not in err
    outcomes = {r["delivery"]: r["outcome"] for r in json.loads(out)["results"]}
    assert outcomes == {"a@sky": "published", "b@sky": "published", "c@sky": "unsent"}
    assert slow.types()[-1] == "released"
    assert slow.live("sky") == ["Post a", "Post b"]
    assert slow.run("publish").code == 0
    assert slow.live("sky") == ["Post a", "Post b", "Post c"]


def test_interrupted_while_it_waits_for_a_post(bare_site: Site) -> None:
    site = bare_site
    site.configure(("sky",))
    due = site.clock.now().replace(microsecond=0)
    later = due.replace(year=due.year + 1)
    site.merge({"posts/a.md": post("Later", publish_at=later.isoformat())})
    program = site.start("publish", "--wait", "400d")
    assert program.stderr is not None
    assert program.stderr.readline() == f"waiting for what is due at {later:%Y-%m-%dT%H:%M:%SZ}\n"
    program.send_signal(signal.SIGINT)
    ended, _, err = end(program)
    assert ended == 130, err


def test_killed_between_the_call_and_the_record(slow: Site) -> None:
    """The claim of a dead run is settled after its lease, and the post is there once."""
    program = slow.start("publish")
    until(lambda: len(slow.live("sky")) == 1)
    time.sleep(0.3)  # noqa: TID251
    program.kill()
    assert end(program)[0] == -signal.SIGKILL
    until(lambda: len(slow.live("sky")) == 2)  # the answer nobody was there to read
    ran = slow.run("publish")
    assert (ran.code, slow.live("sky")) == (0, ["Post a", "Post b"])  # within the lease: hands off
    assert slow.states()["b@sky"] == "claimed"
    slow.after_the_lease()
    ran = slow.run("publish")
    assert ran.code == 0, ran.err
    assert slow.live("sky") == ["Post a", "Post b", "Post c"]
    assert set(slow.states().values()) == {"published"}


def test_killed_on_a_machine_that_is_gone(slow: Site) -> None:
    """What was recorded on its disk only is found out again from the platform."""
    program = slow.start("publish")
    until(lambda: len(slow.live("sky")) == 1)
    time.sleep(0.3)  # noqa: TID251
    program.kill()
    end(program)
    until(lambda: len(slow.live("sky")) == 2)
    slow.after_the_lease()
    ran = slow.run("publish", at=slow.elsewhere())
    assert ran.code == 0, ran.err
    assert slow.live("sky") == ["Post a", "Post b", "Post c"]


def test_flush_brings_in_what_a_killed_run_recorded(slow: Site) -> None:
    program = slow.start("publish")
    until(lambda: len(slow.live("sky")) == 1)
    time.sleep(0.3)  # noqa: TID251
    program.kill()
    end(program)
    assert "published" not in slow.types()
    ran = slow.run("flush")
    assert (ran.code, ran.out) == (0, "")
    assert "brought in" in ran.err
    assert slow.types().count("published") == 1
    assert "nothing was left behind" in slow.run("flush").err


def test_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    stop = Stop()
    with stopping(stop):
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.signal == signal.SIGTERM
        os.kill(os.getpid(), signal.SIGTERM)  # a second one changes nothing
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert stop.signal == signal.SIGTERM
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
