"""One ledger, one remote, one set of platforms: cycle after cycle of kill, recovery, judgement."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from postops.clock import SystemClock
from tests.kills.judge import judge
from tests.kills.points import POINTS
from tests.kills.site import Work, opening
from tests.kills.zygote import Hung

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.kills.campaign import Tally
    from tests.kills.site import Site
    from tests.kills.zygote import Zygote

SOON = 25 * 60.0  # seconds after which a dead run's lease of 20 minutes is over, by any clock
LATER = 2 * 3600.0  # and after which Mastodon has forgotten an idempotency key
WITHIN = 0.05  # seconds after git was started; about as long as it takes
PATIENCE = 6  # recovering runs until all is quiet
BEFORE_DOUBT = ("create.acted", "create.read", "create.flying", "outbox.half", "create.half")


class Death(NamedTuple):
    """Where a run is to be killed."""

    point: str
    nth: int = 1
    delay: float = 0.0


class Season:
    """See the head of this file. `name` is how the command line calls this place."""

    def __init__(
        self,
        zygote: Zygote,
        folder: Path,
        site: Site,
        name: str,
        seed: int,
        broken: str | None,
    ) -> None:
        self._zygote = zygote
        self._servers = site.servers
        self._folder = folder
        self._ahead = 0.0
        self._broken = broken
        self._seed = seed
        self._runs = 0
        self._usual = 0.5  # seconds a run takes here
        self._head: str | None = None
        self.name = name
        self.site = site

    def _now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self._ahead)

    def _advance(self, seconds: float) -> None:
        self._ahead += seconds
        self._servers.advance(seconds)

    def close(self) -> None:
        """End it; a season leaves thousands of git objects behind."""
        self._servers.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    # ------------------------------------------------------------------ cycles

    def open(self, tally: Tally) -> None:
        """Publish something in peace: a ledger to go on with, and a measure of a run's time."""
        self._merge(opening(tuple(self._servers.kinds)), tally)
        began = time.monotonic()
        self._recover(None, self.site.desk, [], tally, f"{self.name}: before the first kill")
        self._usual = time.monotonic() - began

    def cycle(self, number: int, point: str, rng: Random, tally: Tally) -> None:
        """New posts, a publisher that is killed at them, and what comes after."""
        where = (
            f"{point}: python -m tests.kills --seed {self._seed} --cycle {number}"
            f" --point {point} {self.name}"
        )
        tally.cycles += 1
        if POINTS[point].needs == "edit" and "tusk" not in self._servers.kinds:
            point = "create.acted"  # only Mastodon can change a post
        work = Work.draw(self.site, rng, f"p{number}", POINTS[point].needs)
        self._merge(work, tally)
        first, *more = self._deaths(point, rng)
        self._victim(first, rng, tally, where)
        self._advance(LATER if self._broken or rng.random() < 0.15 else SOON)
        place = rng.choice([self.site.desk, self.site.desk, self.site.elsewhere])
        self._recover(rng, place, more, tally, where)
        if rng.random() < 0.1:
            self._idle(place, tally, where)

    def _idle(self, place: Path, tally: Tally, where: str) -> None:
        """A run with nothing to do does nothing, but for looking at what was sent again."""
        shown, before = self._servers.shown(), judge(self.site, self._head)
        self._advance(SOON)
        code = self._run(place, None, None, tally, where)
        after = judge(self.site, self._head)
        new = after.events - before.events
        quiet = after.head == before.head or set(new) in ({"looked"}, {"looked", "listed"})
        if code or not quiet or self._servers.shown() != shown:
            did = ", ".join(new) or "nothing that it tells of"
            said = f"restless: with nothing to do it did {did}, and ended with {code} ({where})"
            tally.violations.append(said)
        self._head = after.head

    def _merge(self, work: Work, tally: Tally) -> None:
        self.site.merge(self._now(), work)
        tally.posts += len(work.posts)
        tally.parts += sum(len(wish.texts) for post in work.posts for wish in post.wishes())

    def _deaths(self, point: str, rng: Random) -> list[Death]:
        """The kill that was asked for; before it the one that makes it possible; perhaps a third."""
        deaths = [self._death(point, rng)]
        if POINTS[point].doubt:
            deaths.insert(0, Death(rng.choice(BEFORE_DOUBT)))
        elif not self._broken and rng.random() < 0.2:
            deaths.append(
                self._death(rng.choice(["push.after", "outbox.after", "fold.after"]), rng)
            )
        return deaths

    def _death(self, point: str, rng: Random) -> Death:
        first = self._broken or rng.random() < 0.5
        nth = 1 if first else rng.randint(1, POINTS[point].most)
        return Death(point, nth, rng.uniform(0.0, WITHIN))

    # ------------------------------------------------------------------ runs

    def _victim(self, death: Death, rng: Random, tally: Tally, where: str) -> None:
        """The run that is killed; now and then another machine's publishes beside it."""
        beside = None
        if not self._broken and rng.random() < 0.2:
            tally.races += 1
            beside = self._start(self.site.elsewhere, None)
        self._run(self.site.desk, death, rng, tally, where)
        if beside is not None:
            self._end(beside, None, tally, where)

    def _run(
        self, place: Path, death: Death | None, rng: Random | None, tally: Tally, where: str
    ) -> int:
        pid = self._start(place, death)
        if death is not None and death.point.startswith("outside."):
            assert rng is not None
            together = death.point == "outside.together"
            kill_from_outside(pid, rng.uniform(0.0, 0.7 * self._usual), together=together)
        return self._end(pid, death, tally, where)

    def _start(self, place: Path, death: Death | None) -> int:
        self._runs += 1
        armed = {} if death is None else death._asdict()
        return self._zygote.start(
            ["-C", str(place), "publish"],
            self._folder / f"run-{self._runs}.out",
            self._ahead,
            env=self._servers.environ,
            server_behind=self._ahead if self._servers.behind else 0.0,
            broken=self._broken,
            **armed,
        )

    def _end(self, pid: int, death: Death | None, tally: Tally, where: str) -> int:
        tally.runs += 1
        try:
            code = self._zygote.wait(pid).code
        except Hung as hung:
            tally.violations.append(f"hung: {hung} ({where})")
            return 1
        if code == -signal.SIGKILL and death is not None:
            tally.kills[death.point] += 1
            tally.places[self.name] += 1
            if death.point.endswith(".together"):
                tally.locks += self._clear_locks()
        elif death is not None:
            tally.missed[death.point] += 1
        if code < 0 and death is None:
            tally.violations.append(f"killed: nobody meant to, signal {-code} ({where})")
        if code in (2, 3):
            tally.violations.append(f"bug: a run ended with {code}: {self._said()} ({where})")
        return code

    def _said(self) -> str:
        text = (self._folder / f"run-{self._runs}.out").read_text(errors="replace")
        return " / ".join(text.splitlines()[-6:])

    def _clear_locks(self) -> int:
        """A git that was killed leaves its locks, and says to remove them by hand: so a hand does.

        In a clone for one run, as CI makes it, nobody ever sees them. On a remote they are left
        only where it died as well, which with a `file://` remote is the same machine.
        """
        places = (self.site.remote, self.site.desk / ".git", self.site.elsewhere / ".git")
        locks = [
            Path(folder) / name
            for place in places
            for folder, _, names in os.walk(place)  # which minds no folder that goes meanwhile
            for name in names
            if name.endswith(".lock")
        ]
        for lock in locks:
            lock.unlink(missing_ok=True)
        return len(locks)

    # ------------------------------------------------------------------ recovery

    def _recover(
        self, rng: Random | None, place: Path, deaths: list[Death], tally: Tally, where: str
    ) -> None:
        """Runs like any other until nothing is left to do; some of them die as well."""
        for death in deaths:
            self._run(place, death, rng, tally, where)
            self._advance(SOON)
        for _ in range(PATIENCE):
            code = self._run(place, None, rng, tally, where)
            tally.recoveries += 1
            found = judge(self.site, self._head)
            self._head = found.head or self._head
            if not found.open:
                break  # until then what is not there may be still to come
            self._advance(SOON)
        found.faults += [f"left open: {text}" for text in found.open]
        if code and not found.faults:
            found.faults.append(f"unquiet: the last run ended with {code}: {self._said()}")
        if left := list((place / ".postops/outbox").glob("*.jsonl")):
            found.faults.append(f"outbox: {len(left)} files are left")
        tally.duplicates += found.duplicates
        tally.losses += found.losses
        tally.doubtful += found.doubtful
        tally.violations += [f"{fault} ({where})" for fault in found.faults]


def kill_from_outside(pid: int, after: float, *, together: bool) -> None:
    """SIGKILL at any moment. `together`: what it started dies first, as where a machine does."""
    threading.Event().wait(after)
    if together:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)  # or it could start one more meanwhile
        for child in children(pid):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # git runs in a session of its own
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The processes it started that are still there."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found
