"""Many processes on one remote: no event is lost, and nothing is claimed twice.

POSTOPS_RACE_APPENDS=100 makes it 16 x 100, which takes minutes.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING

from postops.clock import SystemClock
from postops.git import Repository
from postops.ledger.audit import audit
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from tests.rigs.git import clone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rigs.git import Repo

PROCESSES = 16
APPENDS = int(os.environ.get("POSTOPS_RACE_APPENDS", "10"))

# Each step: claim what all of them want, unless somebody has it; then write something of its own.
WORKER = """
import asyncio, sys
from pathlib import Path
from postops.clock import SystemClock
from postops.errors import LedgerConflict
from postops.git import Repository
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger

async def main(where, run, appends):
    root = Path(where)
    remote = GitRemote(Repository.discover(root))
    ledger = await Ledger.open(remote, root / ".postops/outbox", SystemClock(), run)
    for step in range(int(appends)):
        name = f"shared-{step}@main"
        while ledger.state.delivery(name).phase == "new":
            try:
                await ledger.claim([{"type": "claimed", "delivery": name, "action": "publish"}])
            except LedgerConflict:
                continue
            ledger.record({"type": "published", "delivery": name, "part": 1, "parts": 1,
                           "remote_id": run})
        ledger.record({"type": "skipped", "delivery": f"{run}-{step}@main"})
        if step % 2:
            await ledger.push()
    await ledger.push()
    ledger.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def start(where: Path, run: str, appends: int) -> asyncio.subprocess.Process:
    command = (sys.executable, "-c", WORKER, str(where), run, str(appends))
    return await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)


async def test_sixteen_processes_lose_nothing_and_claim_nothing_twice(
    repo: Repo, tmp_path: Path
) -> None:
    places = [repo.path, *(clone(repo.remote, tmp_path / f"c{n}") for n in range(3))]
    workers = [await start(places[n % 4], f"run{n}", APPENDS) for n in range(PROCESSES)]
    for worker in workers:
        _, err = await worker.communicate()
        assert worker.returncode == 0, err.decode()[-800:]
    found = audit(GitRemote(Repository.discover(repo.path)).fetch_sync())
    assert found.faults == []
    assert found.types == {
        "claimed": APPENDS,
        "published": APPENDS,
        "skipped": PROCESSES * APPENDS,
    }
    state = found.state
    claims = Counter(one.attempt for one in state.deliveries.values() if one.phase == "published")
    assert claims == {1: APPENDS}
    assert len(state.deliveries) == APPENDS * (PROCESSES + 1)


async def test_a_killed_process_leaves_what_the_next_run_brings_in(
    repo: Repo, tmp_path: Path
) -> None:
    """kill -9 while several race: every outcome that was recorded is in the ledger in the end."""
    worker = await start(repo.path, "victim", 1000)
    other = await start(clone(repo.remote, tmp_path / "c"), "other", 6)
    outbox = repo.path / ".postops/outbox/victim.jsonl"
    for _ in range(1000):
        await SystemClock().sleep(0.01)
        if outbox.exists() and outbox.stat().st_size:
            break
    worker.send_signal(signal.SIGKILL)
    await asyncio.gather(worker.communicate(), other.communicate())
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
