"""Sixteen publishers at once: real processes, a clone for each, one remote, the served platforms.

`crowd` is the way in. Nobody is killed here, so nothing is to be settled: every run ends by itself
and well, what is due is there once, and each delivery had one claim under which it was sent.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postops.clock import SystemClock
from tests.kills.judge import judge
from tests.kills.servers import KINDS as PLATFORMS
from tests.kills.servers import Sandbox
from tests.kills.site import KINDS, NewPost, Site, Work
from tests.kills.zygote import Hung
from tests.rigs.git import clone, git, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.kills.judge import Judgement
    from tests.kills.zygote import Zygote
    from tests.rigs.lighttpd import Lighttpd

PUBLISHERS = 16
POSTS = 12  # each kind of post on each account, as there are four and three
LATER = (
    10 * 60.0
)  # seconds between two rounds: Bluesky takes 30 logins of an account in five minutes
NOT_SENT = {"released", "deferred"}  # whoever claims it next may send it


@dataclass
class Crowded:
    """What a race came to.

    pushes: tried by those that raced; `refused` of them lost the compare-and-swap. yielded: claims
    that another runner was faster with, after which a publisher backs off and plans anew; most: of
    one publisher in one round. faults: whatever must not be.
    """

    publishers: int
    rounds: int = 0
    posts: int = 0
    deliveries: int = 0
    pushes: int = 0
    refused: int = 0
    yielded: int = 0
    most: int = 0
    duplicates: int = 0
    losses: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def crowd(
    folder: Path,
    zygote: Zygote,
    *,
    rounds: int = 1,
    publishers: int = PUBLISHERS,
    web: Lighttpd | None = None,
    broken: str | None = None,
) -> Crowded:
    """Race on a new ledger in `folder`, in every round for new posts; over HTTP where `web` serves
    that folder. `broken`: all of them are this publisher of `broken.RACERS`. Ends with the first
    round that shows a fault.
    """
    raced = Crowded(publishers)
    # Mastodon refuses nothing twice, and a broken publisher has nothing there to wait for.
    servers = Sandbox(zygote, folder / "sandbox", ("tusk",) if broken else PLATFORMS)
    try:
        site = Site.make(folder, servers, SystemClock().now(), web, "branch")
        source = web.url(site.remote) if web else site.remote
        places = [clone(source, folder / f"racer-{n}") for n in range(publishers)]
        race = _Race(zygote, folder, site, places, raced, broken)
        while raced.rounds < rounds and not raced.faults:
            race.round()
    finally:
        servers.close()
    for place in places if not raced.faults else ():
        shutil.rmtree(place)  # hundreds of git objects in each
    return raced


class _Race:
    """Round after round on one ledger."""

    def __init__(
        self,
        zygote: Zygote,
        folder: Path,
        site: Site,
        places: list[Path],
        raced: Crowded,
        broken: str | None,
    ) -> None:
        self._zygote = zygote
        self._folder = folder
        self._site = site
        self._places = places
        self._raced = raced
        self._broken = broken
        self._ahead = 0.0
        self._head: str | None = None

    def round(self) -> None:
        raced, began = self._raced, time.monotonic()
        raced.rounds += 1
        posts = tuple(drawn(f"r{raced.rounds}", tuple(self._site.servers.kinds)))
        self._site.merge(SystemClock().now() + timedelta(seconds=self._ahead), Work(posts))
        self._start_together()
        raced.seconds += time.monotonic() - began
        raced.posts += len(posts)
        raced.deliveries += sum(len(post.accounts) for post in posts)
        found = self._judged()
        if not raced.faults:
            self._idle(found)
        self._ahead += LATER
        self._site.servers.advance(LATER)

    def _start_together(self) -> None:
        told = self._folder / f"told-{self._raced.rounds}"
        with closed(self._folder / "gate") as gate:
            more = {"gate": str(gate), "told": str(told)}
            pids = [self._start(n, *self._wanted(n), **more) for n in range(len(self._places))]
        for number, pid in enumerate(pids):
            self._end(number, pid)
        self._count(Counter(told.read_text().splitlines()))

    def _count(self, told: Counter[str]) -> None:
        """Each publisher told what it did, with its process id behind every word."""
        for line, times in told.items():
            word = line.partition(" ")[0]
            self._raced.pushes += times * (word == "pushed")
            self._raced.refused += times * (word == "refused")
            self._raced.yielded += times * (word == "yielded")
            self._raced.most = max(self._raced.most, times * (word == "yielded"))

    def _wanted(self, number: int) -> tuple[str, ...]:
        """All want everything, and one gets it, in one claim. In every second round each wants its
        own share, and that of the next one: then many claims have to come through.
        """
        if self._raced.rounds % 2:
            return ()
        shares = min(len(self._places), POSTS)
        mine = {number % shares, (number + 1) % shares}
        names = [f"r{self._raced.rounds}-{n}" for n in range(POSTS) if n % shares in mine]
        return tuple(word for name in names for word in ("--post", name))

    def _start(self, number: int, *wanted: str, **more: str) -> int:
        return self._zygote.start(
            ["-C", str(self._places[number]), "publish", *wanted],
            self._out(number),
            self._ahead,
            env=self._site.servers.environ,
            broken=self._broken,
            **more,
        )

    def _out(self, number: int) -> Path:
        return self._folder / f"racer-{number}.out"

    def _end(self, number: int, pid: int) -> None:
        """A publisher that lost every race has nothing to do, and that is well."""
        try:
            code = self._zygote.wait(pid).code
        except Hung as hung:
            self._raced.faults.append(f"hung: publisher {number}: {hung}")
            return
        if code:
            said = " / ".join(self._out(number).read_text(errors="replace").splitlines()[-6:])
            self._raced.faults.append(f"unquiet: publisher {number} ended with {code}: {said}")

    def _judged(self) -> Judgement:
        """As after a kill; only that nothing is left to following runs."""
        found = judge(self._site, self._head)
        self._head = found.head or self._head
        faults = found.faults + [f"left open: {text}" for text in found.open]
        if found.head:
            faults += misclaimed(events(self._site.watch, found.head))
        left = [file for place in self._places for file in place.glob(".postops/outbox/*.jsonl")]
        faults += [f"outbox: {file} is left" for file in left]
        self._raced.duplicates += found.duplicates
        self._raced.losses += found.losses
        self._raced.faults += faults
        return found

    def _idle(self, before: Judgement) -> None:
        """One more run finds nothing to do."""
        shown = self._site.servers.shown()
        self._end(0, self._start(0))
        after = judge(self._site, self._head)
        if after.head != before.head or self._site.servers.shown() != shown:
            did = ", ".join(after.events - before.events) or "nothing that it tells of"
            self._raced.faults.append(f"restless: with nothing to do a run did {did}")


def drawn(name: str, accounts: tuple[str, ...]) -> Iterator[NewPost]:
    """Every kind of post on every account, and on all of them at once."""
    for number in range(POSTS):
        kind, one = KINDS[number % len(KINDS)], accounts[number % len(accounts)]
        yield NewPost(f"{name}-{number}", accounts if kind == "everywhere" else (one,), kind)


@contextmanager
def closed(gate: Path) -> Iterator[Path]:
    """Whoever comes to the gate waits there until the end of the block."""
    with gate.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield gate


def events(place: Path, sha: str) -> Iterator[dict[str, Any]]:
    """All of a ledger, read without the publisher's own code."""
    files = git(place, "ls-tree", "-r", "--name-only", sha, "state/ledger/").splitlines()
    for path in sorted(files):
        yield from map(json.loads, show(place, sha, path).splitlines())


def misclaimed(told: Iterable[dict[str, Any]]) -> list[str]:
    """Where a delivery was claimed beside another claim or after it was sent, or sent without one.

    A race takes seconds and a lease twenty minutes: no lease is over before its claim is settled.
    """
    faults: list[str] = []
    held: dict[str, dict[str, Any]] = {}
    for event in told:
        name, kind, run = event.get("delivery", ""), event["type"], event["run"]
        holder = held.get(name, {}).get("run")
        if kind == "claimed":
            if holder:
                faults.append(f"claimed twice: {name} by {holder} and {run}")
            held[name] = event
        elif kind == "published" and holder != run:
            faults.append(f"unclaimed: {run} sent {name}, which {holder or 'nobody'} has claimed")
        elif kind in NOT_SENT:
            held.pop(name, None)
    return faults
