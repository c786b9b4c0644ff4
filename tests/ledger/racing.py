"""Many processes on one remote, as fast as they can: what is lost, and who claims what twice.

`race` is the way in; the file itself, run as a program, is one of the racers.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postops.clock import SystemClock
from postops.errors import LedgerConflict
from postops.git import Repository
from postops.ledger.audit import audit
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from tests.rigs.git import clone, environment, make_remote

if TYPE_CHECKING:
    from tests.rigs.lighttpd import Lighttpd

ROOT = Path(__file__).resolve().parents[2]
CALL = 0.02  # seconds a call to a platform takes at most; on loopback
CLONES = 4  # several processes share a clone, as two terminals do


@dataclass(frozen=True)
class Raced:
    """What a race came to. `pushes` were tried, `refused` of them lost; `events` are in the ledger.

    lost: events that were written down and are not there. double_claims: deliveries that more than
    one process believes are its own. faults: what the audit found, and processes that failed.
    """

    processes: int
    appends: int
    pushes: int
    refused: int
    events: int
    lost: int
    double_claims: int
    seconds: float
    faults: tuple[str, ...]

    @property
    def flawless(self) -> bool:
        return not (self.lost or self.double_claims or self.faults)


def race(
    folder: Path, *, processes: int = 16, appends: int = 10, web: Lighttpd | None = None
) -> Raced:
    """Let them race on a new remote in `folder`; over HTTP where `web` serves that folder."""
    remote = make_remote(folder, "race.git")
    source = web.url(remote) if web else remote
    places = [clone(source, folder / f"racer-{n}") for n in range(CLONES)]
    began = time.monotonic()
    workers = [start(places[n % CLONES], f"run{n}", appends) for n in range(processes)]
    told = [worker.communicate() for worker in workers]
    seconds = time.monotonic() - began
    faults = [err.strip()[-300:] for w, (_, err) in zip(workers, told, strict=True) if w.returncode]
    return _judged(
        places[0], [json.loads(out or "{}") for out, _ in told], appends, seconds, faults
    )


def start(where: Path, run: str, appends: int) -> subprocess.Popen[str]:
    """One racer, as a program. It prints what it did as JSON."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.racing", str(where), run, str(appends)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _judged(
    where: Path, told: list[dict[str, Any]], appends: int, seconds: float, faults: list[str]
) -> Raced:
    found = audit(GitRemote(Repository.discover(where)).fetch_sync())
    faults += [f"{place}: {what}" for place, what in found.faults]
    winners = [name for one in told for name in one.get("won", ())]
    state = found.state
    twice = {n for n in winners if winners.count(n) > 1}
    twice |= {one.name for one in state.deliveries.values() if one.attempt > 1}
    written = {i for one in told for i in one.get("ids", ())}
    unclaimed = appends - len(set(winners))
    return Raced(
        processes=len(told),
        appends=appends,
        pushes=sum(one.get("pushes", 0) for one in told),
        refused=sum(one.get("refused", 0) for one in told),
        events=sum(found.types.values()),
        lost=len(written - state.ids) + unclaimed,
        double_claims=len(twice),
        seconds=seconds,
        faults=tuple(faults),
    )


# ------------------------------------------------------------------------ one racer


class _Counted(GitRemote):
    pushes = refused = 0

    async def push(self, *args: Any) -> Any:
        self.pushes += 1
        try:
            return await super().push(*args)
        except LedgerConflict:
            self.refused += 1
            raise


async def _racer(where: str, run: str, appends: int) -> dict[str, Any]:
    """Each step: claim what all of them want, unless somebody has it; then write down its own.

    Between two steps lies a call to a platform: without it, who won last would always be first
    again, and the others would only ever wait for it to end.
    """
    root = Path(where)
    remote, clock = _Counted(Repository.discover(root)), SystemClock()
    ledger = await Ledger.open(remote, root / ".postops/outbox", clock, run)
    won: list[str] = []
    ids: list[str] = []
    for step in range(appends):
        name = f"shared-{step}@main"
        while ledger.state.delivery(name).phase == "new":
            claim = {"type": "claimed", "delivery": name, "action": "publish"}
            try:
                ids += [event["id"] for event in await ledger.claim([claim])]
            except LedgerConflict:
                continue
            won.append(name)
            ids += _recorded(ledger, {"type": "published", "delivery": name, "remote_id": run})
        ids += _recorded(ledger, {"type": "skipped", "delivery": f"{run}-{step}@main"})
        if step % 2:
            await ledger.push()
        await clock.sleep(clock.random() * CALL)
    await ledger.push()
    ledger.close()
    return {"won": won, "ids": ids, "pushes": remote.pushes, "refused": remote.refused}


def _recorded(ledger: Ledger, draft: dict[str, Any]) -> list[str]:
    parts = {"part": 1, "parts": 1} if draft["type"] == "published" else {}
    return [event["id"] for event in ledger.record(draft | parts)]


if __name__ == "__main__":
    place, name, number = sys.argv[1:]
    print(json.dumps(asyncio.run(_racer(place, name, int(number)))))
