"""Many processes on one remote: no event is lost, and nothing is claimed twice."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from postops.clock import SystemClock
from postops.git import Repository
from postops.ledger.audit import audit
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from tests.ledger.racing import race, start
from tests.rigs.git import clone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo
    from tests.rigs.lighttpd import WebServer

PROCESSES = 16
APPENDS = int(os.environ.get("POSTOPS_RACE_APPENDS", "10"))  # 100 takes minutes


def test_sixteen_processes_lose_nothing_and_claim_nothing_twice(tmp_path: Path) -> None:
    raced = race(tmp_path, processes=PROCESSES, appends=APPENDS)
    assert raced.flawless, raced
    assert raced.events == APPENDS * (PROCESSES + 2)
    assert raced.refused > 0  # or it was no race
    assert raced.pushes > raced.refused


def test_the_same_behind_a_web_server(tmp_path: Path, web_server: WebServer) -> None:
    """Fewer appends: a request starts a git there, and `./scripts/prove` makes a hundred."""
    appends = (APPENDS + 1) // 2
    raced = race(tmp_path, processes=PROCESSES, appends=appends, web=web_server(tmp_path))
    assert raced.flawless, raced
    assert raced.events == appends * (PROCESSES + 2)
    assert raced.refused > 0


async def test_a_killed_process_leaves_what_the_next_run_brings_in(
    repo: Repo, tmp_path: Path
) -> None:
    """kill -9 while several race: every outcome that was recorded is in the ledger in the end."""
    worker = start(repo.path, "victim", 1000)
    other = start(clone(repo.remote, tmp_path / "c"), "other", 6)
    outbox = repo.path / ".postops/outbox/victim.jsonl"
    for _ in range(1000):
        await SystemClock().sleep(0.01)
        if outbox.exists() and outbox.stat().st_size:
            break
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    other.communicate()
    assert (worker.returncode, other.returncode) == (-signal.SIGKILL, 0)
    left = outbox.read_bytes().splitlines()

    remote = GitRemote(Repository.discover(repo.path))
    following = await Ledger.open(remote, outbox.parent, SystemClock(), "next")
    following.close()
    assert list(outbox.parent.iterdir()) == []
    found = audit(remote.fetch_sync())
    assert found.faults == []
    ids = [line.split(b'"id":"')[1][:26].decode() for line in left]
    assert following.state.ids.issuperset(ids)
    assert found.types["skipped"] >= 6
    assert max(one.attempt for one in found.state.deliveries.values()) <= 1
