"""The production publisher in a process of its own, its ports watched.

Everything below runs in a forked child: what it replaces stays replaced only there. Each watch
calls the port it stands before and nothing else, so that the publisher runs as it always does.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import signal
import threading
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from postops import git, platforms
from postops.cli import _open, run
from postops.clock import SystemClock
from postops.errors import LedgerConflict
from postops.ledger import reading_copy, swap
from postops.ledger.follow import Follower
from postops.ledger.git_remote import GitRemote
from postops.ledger.journal import Ledger
from postops.ledger.outbox import FileOutbox
from postops.publish import send
from postops.publish.run import Run
from tests.kills import broken
from tests.kills.points import Killer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

PLATFORMS = ("bluesky", "mastodon", "x")


class Shifted(SystemClock):
    """The machine's clock, set ahead.

    A dead run's claim is held for its lease, and nobody wants to wait for 20 minutes. Nothing of
    the protocol looks at when the machine was booted: it compares its own clock with times in the
    ledger, which earlier runs wrote by the same shifted clock, and with the platform's. So all
    clocks of a campaign are moved together, between two runs and never during one: for everybody
    inside it is as if the time had passed.
    """

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


def main(asked: dict[str, Any]) -> int:
    """Run one command as asked; see `zygote.Zygote.start`."""
    killer = Killer(asked.get("point"), asked.get("nth", 1), asked.get("delay", 0.0))
    watch_git(killer)
    watch_ledger(killer)
    watch_platforms(killer, asked.get("server_behind", 0.0))
    if asked.get("broken"):
        (broken.PUBLISHERS | broken.RACERS)[asked["broken"]].apply()
    if asked.get("told"):
        watch_races(asked["told"])
    if asked.get("gate"):
        wait_at(asked["gate"])
    return run(asked["args"], clock=Shifted(asked["shift"]))


# ------------------------------------------------------------------------ among others


def wait_at(gate: str) -> None:
    """Until nobody holds it closed; see `crowd.closed`."""
    with Path(gate).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)


def watch_races(told: str) -> None:
    """A line for each push, for each that lost, and for each claim that came too late."""
    push, lost_race = swap.push, Run._lost_race
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def tell(word: str) -> None:
        os.write(file, f"{word} {os.getpid()}\n".encode())

    def pushing(*args: Any, **more: Any) -> None:
        tell("pushed")
        try:
            push(*args, **more)
        except LedgerConflict:
            tell("refused")
            raise

    async def losing(self: Run, batch: Any) -> bool:
        tell("yielded")
        return await lost_race(self, batch)

    swap.push = pushing
    Run._lost_race = losing  # type: ignore[method-assign]


# ------------------------------------------------------------------------ git


def watch_git(killer: Killer) -> None:
    wait, push = git._wait, swap.push

    def waiting(process: subprocess.Popen[bytes], name: str, *rest: Any) -> git.Completed:
        if name == "push":
            killer.passing("push.started")
            _during(killer, "push.during", process, together=False)
            _during(killer, "push.together", process, together=True)
            if flushing(killer):
                _during(killer, "flush.during", process, together=False)
        if name == "fetch":
            _during(killer, "fetch.during", process, together=False)
            _during(killer, "fetch.together", process, together=True)
        return wait(process, name, *rest)

    def pushing(*args: Any, **more: Any) -> None:
        killer.passing("push.before")
        if flushing(killer):
            killer.passing("flush.before")
        push(*args, **more)
        killer.passing("push.after")
        if flushing(killer):
            killer.passing("flush.after")

    git._wait = waiting  # type: ignore[assignment]
    swap.push = pushing


def _during(killer: Killer, name: str, process: subprocess.Popen[bytes], *, together: bool) -> None:
    """Some milliseconds into git's work; `together`: its whole group dies first."""

    def first() -> None:
        threading.Event().wait(killer.delay)
        if together:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    killer.passing(name, first)


def flushing(killer: Killer) -> bool:
    """Whether this run was asked to stop, and is bringing in what it knows."""
    return killer.armed("flush.before", "flush.during", "flush.after") and _Asked.to_stop


class _Asked:
    to_stop = False


def ask_to_stop(killer: Killer) -> None:
    """SIGTERM as a runner sends it, at the first post: the flush comes after."""
    if killer.armed("flush.before", "flush.during", "flush.after") and not _Asked.to_stop:
        _Asked.to_stop = True
        os.kill(os.getpid(), signal.SIGTERM)


# ------------------------------------------------------------------------ the ledger


def watch_ledger(killer: Killer) -> None:
    around(killer, GitRemote, "fetch_sync", before="fetch.before", after="fetch.after")
    around(killer, Follower, "follow", after="fold.after")
    around(killer, git.Repository, "fetch_content_branch", after="content.after")
    around(killer, FileOutbox, "settle", before="outbox.settling")
    around(killer, Ledger, "close", before="close.before")
    around(killer, reading_copy, "write", before="copy.before")
    claim, append, sync = Ledger.claim, FileOutbox.append, FileOutbox.sync

    async def claiming(self: Ledger, drafts: Any) -> list[dict[str, Any]]:
        landed = await claim(self, drafts)
        killer.passing("claim.landed")
        return landed

    def appending(self: FileOutbox, lines: Any, **how: Any) -> None:
        killer.passing("outbox.before")
        killer.passing("outbox.half", functools.partial(_half, self, lines))
        append(self, lines, **how)
        killer.passing("outbox.after")

    async def syncing(self: FileOutbox) -> None:
        await sync(self)
        killer.passing("outbox.synced")

    Ledger.claim = claiming  # type: ignore[method-assign]
    FileOutbox.append = appending  # type: ignore[method-assign]
    FileOutbox.sync = syncing  # type: ignore[method-assign]


def _half(outbox: FileOutbox, lines: list[bytes]) -> None:
    data = b"".join(line + b"\n" for line in lines)
    outbox._file.write(data[: len(data) // 2])
    os.fsync(outbox._file.fileno())


def around(
    killer: Killer, owner: Any, name: str, *, before: str | None = None, after: str | None = None
) -> None:
    plain = getattr(owner, name)

    @functools.wraps(plain)
    def watched(*args: Any, **more: Any) -> Any:
        if before:
            killer.passing(before)
        result = plain(*args, **more)
        if after:
            killer.passing(after)
        return result

    setattr(owner, name, watched)


# ------------------------------------------------------------------------ the platforms


def watch_platforms(killer: Killer, server_behind: float) -> None:
    def transport(_: Any) -> httpx.AsyncBaseTransport:
        return Watched(killer, server_behind)

    _open.Place.transport = transport  # type: ignore[method-assign]
    for name in PLATFORMS:
        after_each(killer, platforms.load(name), "prepare", "prepare.after")
    after_each(killer, send, "landed", "part.recorded")
    after_each(killer, send, "settle", "settle.after")


def after_each(killer: Killer, owner: Any, name: str, point: str) -> None:
    plain = getattr(owner, name)

    @functools.wraps(plain)
    async def watched(*args: Any, **more: Any) -> Any:
        result = await plain(*args, **more)
        killer.passing(point)
        return result

    setattr(owner, name, watched)


class Watched(httpx.AsyncBaseTransport):
    """The network, with an eye on every request.

    `server_behind`: by how many seconds the server's clock has to be corrected. A real server
    cannot be told the campaign's time, so its `Date` is moved as far as our clock was: the check of
    the skew then still compares the two machines' own clocks, and still fails where they differ.
    """

    def __init__(self, killer: Killer, server_behind: float) -> None:
        self._network = httpx.AsyncHTTPTransport(verify=False)  # plain HTTP to loopback
        self._killer = killer
        self._behind = timedelta(seconds=server_behind)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kind, killer = kind_of(request), self._killer
        if kind != "other":
            killer.passing(f"{kind}.before")
        if kind in ("create", "media"):
            body = await request.aread()
            request.stream = _Torn(body, killer, kind)
        answer = await self._network.handle_async_request(request)
        if kind == "create":
            ask_to_stop(killer)
        if kind != "other":
            killer.passing(f"{kind}.acted")
        if self._behind and "date" in answer.headers:
            at = parsedate_to_datetime(answer.headers["date"]) + self._behind
            answer.headers["date"] = format_datetime(at, usegmt=True)
        if kind == "create" and isinstance(answer.stream, httpx.AsyncByteStream):
            answer.stream = _Read(answer.stream, lambda: killer.passing("create.read"))
        return answer

    async def aclose(self) -> None:
        await self._network.aclose()


class _Torn(httpx.AsyncByteStream):
    """A body in two pieces, each of them on its way before the next is asked for."""

    def __init__(self, body: bytes, killer: Killer, kind: str) -> None:
        self._body, self._killer, self._kind = body, killer, kind

    async def __aiter__(self) -> AsyncIterator[bytes]:
        middle = len(self._body) // 2
        yield self._body[:middle]
        self._killer.passing(f"{self._kind}.half")
        yield self._body[middle:]
        if self._kind == "create":
            self._killer.passing("create.flying")


class _Read(httpx.AsyncByteStream):
    """An answer; `done` is called when all of it was read."""

    def __init__(self, stream: httpx.AsyncByteStream, done: Callable[[], None]) -> None:
        self._stream, self._done = stream, done

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece
        self._done()

    async def aclose(self) -> None:
        await self._stream.aclose()


_KINDS = {
    ("POST", "com.atproto.repo.putRecord"): "create",
    ("POST", "com.atproto.repo.createRecord"): "create",
    ("POST", "com.atproto.repo.applyWrites"): "create",
    ("POST", "com.atproto.repo.uploadBlob"): "media",
    ("POST", "com.atproto.repo.deleteRecord"): "delete",
    ("GET", "com.atproto.repo.getRecord"): "find",
    ("POST", "com.atproto.server.createSession"): "login",
    ("POST", "statuses"): "create",
    ("POST", "media"): "media",
    ("GET", "verify_credentials"): "login",
    ("POST", "tweets"): "create",
    ("GET", "tweets"): "find",  # of a user; also by ids
    ("GET", "statuses"): "find",  # of an account
    ("GET", "me"): "login",
}


def kind_of(request: httpx.Request) -> str:
    """What a request is for, by its method and path."""
    path = request.url.path.rstrip("/")
    if "/media/upload" in path:
        return "media" if request.method == "POST" else "other"
    if known := _KINDS.get((request.method, path.rpartition("/")[2])):
        return known
    if "/statuses/" in path or "/tweets/" in path:
        return {"DELETE": "delete", "PUT": "update"}.get(request.method, "other")
    return "other"
