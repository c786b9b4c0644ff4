"""Kill, recover, judge; again and again, on a ledger that grows, season after season.

`campaign` is the way in; it may run in a process of its own beside other work.
"""

from __future__ import annotations

import contextlib
import resource
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from itertools import count as counting
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import httpx

from postops.clock import SystemClock
from tests.kills.points import POINTS
from tests.kills.season import Season
from tests.kills.servers import KINDS, RealPds, Sandbox, start_pds
from tests.kills.site import Site
from tests.kills.zygote import Zygote
from tests.rigs import lighttpd
from tests.rigs.pds.install import InstallError
from tests.rigs.pds.rig import StartError
from tests.tools.node import required

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.kills.servers import Servers
    from tests.rigs.lighttpd import Lighttpd
    from tests.rigs.pds.rig import Pds

REMOTES = ("file", "http")
PLATFORMS = ("sandbox", "pds")
STATES = ("branch", "same")  # where the ledger is: on a branch of its own, or beside the posts
SEASON = 20  # cycles on one ledger
RENEWED = 3  # servers that may end by themselves before that is a fault


@dataclass
class Tally:
    """What a campaign came to; figures of several may be added up.

    kills: by failpoint, those that happened. missed: armed, but the run came to its own end.
    runs: of the publisher, killed or not. recoveries: those that settled what the dead ones left.
    doubtful: deliveries in doubt, where the platforms could have been asked. locks: files a dying git left, removed by hand.
    violations: anything that must not be, each with a command that replays its cycle.
    notes: what could not be had here, and so was not killed; which server had to be renewed.
    """

    kills: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    cycles: int = 0
    runs: int = 0
    recoveries: int = 0
    races: int = 0
    posts: int = 0
    parts: int = 0
    duplicates: int = 0
    losses: int = 0
    doubtful: int = 0
    locks: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return self.kills.total()

    def add(self, other: Tally) -> None:
        """Take another's figures in."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, one.name, mine + theirs)


def campaign(
    count: int | None = None,
    *,
    until: float | None = None,
    seed: int = 0,
    remotes: Sequence[str] = REMOTES,
    platforms: Sequence[str] = PLATFORMS,
    states: Sequence[str] = STATES,
    points: Sequence[str] | None = None,
    cycle: int | None = None,
    broken: str | None = None,
    zygote: Zygote | None = None,
    pds: Pds | None = None,
    season: int = SEASON,
    say: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Kill until `count` kills have happened or `until` (of `time.monotonic`) has come.

    seed: what is drawn; the moments of real processes are not drawn, so a replay comes close, no
    more. points: these failpoints only. cycle: this cycle alone, on a fresh ledger. broken: kill
    this publisher of `broken.PUBLISHERS`. zygote, pds: running ones; else they are started where
    wanted.
    season: cycles on one ledger, before another place has its turn. say: hears of every cycle. Never raises for what the publisher did: see `Tally.violations`.
    """
    tally, began, spent = Tally(), time.monotonic(), _cpu()
    drawn = list(points or POINTS)
    Random(seed).shuffle(drawn)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postops-kills-")))
        rigs = Rigs(stack, folder, tally, season, zygote, pds)
        places = rigs.places(remotes, platforms, states)
        cycles = counting() if cycle is None else iter([cycle])
        for number in cycles if places else ():
            if tally.killed >= (count or 1e9) or time.monotonic() > (until or 1e18):
                break
            point, known = drawn[number % len(drawn)], len(tally.violations)
            try:
                here = rigs.season(places, number, seed, broken)
                here.cycle(number, point, Random(f"{seed}/{number}"), tally)
            except httpx.TransportError:
                if not rigs.mended():
                    raise
                del tally.violations[known:]  # what the publisher said of a server that is gone
                continue
            say(f"{number}: {point} on {here.name}: {tally.killed} kills")
            rigs.cycle_done(well=len(tally.violations) == known)
        rigs.close()
    tally.seconds += time.monotonic() - began
    tally.cpu_seconds += _cpu() - spent
    return tally


class Rigs:
    """What seasons are made of. What cannot be had is noted."""

    def __init__(
        self,
        stack: contextlib.ExitStack,
        folder: Path,
        tally: Tally,
        length: int,
        zygote: Zygote | None,
        pds: Pds | None,
    ) -> None:
        self._stack = stack
        self._folder = folder
        self._tally = tally
        self._zygote = zygote or Zygote()
        if zygote is None:
            stack.callback(self._zygote.close)
        self._pds = pds
        self._length = length
        self._web: Lighttpd | None = None
        self._seasons = counting(1)
        self._season: Season | None = None
        self._left = self._renewed = 0

    def places(
        self, remotes: Sequence[str], platforms: Sequence[str], states: Sequence[str]
    ) -> list[tuple[str, str, str]]:
        """Where seasons can take place here: remote, platforms, state."""
        remotes = [name for name in remotes if name != "http" or self._have_web()]
        platforms = [name for name in platforms if name != "pds" or self._have_pds()]
        return [(r, p, state) for state in states for p in platforms for r in remotes]

    def _have_web(self) -> bool:
        try:
            self._web = lighttpd.serve(self._folder)
        except (InstallError, lighttpd.StartError) as error:
            self._missing("lighttpd", error)
            return False
        self._stack.callback(self._web.stop)
        return True

    def _have_pds(self) -> bool:
        if self._pds is not None:
            return True
        try:
            self._pds = start_pds()
        except (InstallError, StartError) as error:
            self._missing("pds", error)
            return False
        self._stack.callback(self._pds.stop)
        return True

    def mended(self) -> bool:
        """Whether it was the PDS that ended, by itself: another one is there now.

        Somebody else's program, and neither killed nor judged here; three times is enough, though.
        """
        if self._pds is None or self._pds.ended is None or self._renewed == RENEWED:
            return False
        self._renewed += 1
        told = self._pds.last_words()
        self._tally.notes.append(f"the PDS ended with {self._pds.ended} and was renewed: {told}")
        with contextlib.suppress(httpx.TransportError):
            self.close()
        self._season, self._pds = None, None
        return self._have_pds()

    def _missing(self, kind: str, error: Exception) -> None:
        told = self._tally.violations if required(kind) else self._tally.notes
        told.append(f"not run: no {kind}: {error}")

    def season(
        self,
        places: Sequence[tuple[str, str, str]],
        number: int,
        seed: int,
        broken: str | None,
    ) -> Season:
        """The season that is on, or the next one."""
        if self._season is None:
            self.close()
            remote, platform, state = places[number // self._length % len(places)]
            folder = self._folder / f"season-{next(self._seasons)}"
            folder.mkdir()
            web = self._web if remote == "http" else None
            servers = self._servers(platform, folder, broken)
            name = f"--remote {remote} --platform {platform} --state {state}"
            site = Site.make(folder, servers, SystemClock().now(), web, state)
            self._season = Season(self._zygote, folder, site, name, seed, broken)
            self._season.open(self._tally)
            self._left = self._length
        return self._season

    def cycle_done(self, *, well: bool) -> None:
        """A season ends with its last cycle, or the first that shows a fault: what is wrong stays
        wrong, and would be found again in every cycle to come.
        """
        self._left -= 1
        if not well or self._left == 0:
            self.close()

    def _servers(self, platform: str, folder: Path, broken: str | None) -> Servers:
        if platform == "sandbox":
            # Mastodon forgets a key, and refuses nothing twice: there all rests on the publisher.
            accounts = KINDS if broken is None else ("tusk",)
            return Sandbox(self._zygote, folder / "sandbox", accounts)
        assert self._pds is not None
        return RealPds(self._pds)

    def close(self) -> None:
        """End the season that is on."""
        if self._season is not None:
            self._season.close()
            self._season = None


def _cpu() -> float:
    """Of this process and all it waited for, theirs included."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def lines(tally: Tally) -> Iterator[str]:
    """The tally for people."""
    each = max(1, tally.killed)
    figures = {
        "kills": f"{tally.killed} at {len(tally.kills)} of {len(POINTS)} failpoints",
        "armed, not reached": tally.missed.total(),
        "runs of the publisher": f"{tally.runs}, {tally.recoveries} of them recoveries",
        "beside another publisher": tally.races,
        "posts, deliveries' parts": f"{tally.posts}, {tally.parts}",
        "duplicates": tally.duplicates,
        "losses": tally.losses,
        "in doubt": tally.doubtful,
        "locks of a dead git removed": tally.locks,
        "violations": len(tally.violations),
        "seconds": f"{tally.seconds:.0f}, {tally.seconds / each:.2f} a kill",
        "CPU seconds": f"{tally.cpu_seconds:.0f}, {tally.cpu_seconds / each:.2f} a kill",
    }
    for name, figure in figures.items():
        yield f"{name:32} {figure}"
    for place, times in sorted(tally.places.items()):
        yield f"  {place:52} {times:4} kills"
    for point, known in POINTS.items():
        missed = f", {tally.missed[point]} not reached" if tally.missed[point] else ""
        yield f"  {point:18} {tally.kills[point]:4} kills{missed:20}  {known.what}"
    yield from tally.notes
