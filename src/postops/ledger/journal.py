"""Claims and outcomes on their way into the ledger.

A claim counts once it is seen in a head that was fetched or pushed; until then nothing is sent. An
outcome is on disk before anybody hears of it, and is pushed with the next claim or by `push`. After
any push error the head is fetched and looked through for our own ids: a push that landed although
its answer was lost has landed.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from postops.errors import LedgerConflict, LedgerDamaged, LedgerError
from postops.ledger.anchor import why_held
from postops.ledger.chain import LEDGER, Link, day_path, extend, split
from postops.ledger.events import Draft, encode, stamp
from postops.ledger.folded import FOLDED, Folding
from postops.ledger.follow import Follower
from postops.ledger.outbox import FileOutbox, Outbox
from postops.ledger.pending import Pending

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from postops.clock import Clock
    from postops.ledger.remote import StateHead, StateRemote
    from postops.ledger.state import LedgerState

ACCEPTED = "state/accepted.jsonl"
_TRIES = 40  # while nobody moves the head: then it is no race, but a lock that was left behind
_PATIENCE = 300.0  # seconds, while others do: far less than a lease
_LONGEST_WAIT = 5.0  # seconds between two tries


class _Batch(NamedTuple):
    """One push: its events with their places, and every file it writes."""

    events: list[dict[str, Any]]
    link: Link
    changes: dict[str, bytes]
    day: str
    staged: dict[str, bytes]
    appended: dict[str, int]
    folding: Folding | None


class Ledger:
    """The ledger of one run. `held` says why nothing may be claimed; `None` is fine.

    `moved` counts the heads that others made.
    """

    def __init__(self, remote: StateRemote, outbox: Outbox, clock: Clock, run: str) -> None:
        self.remote = remote
        self.run = run
        self.held: str | None = None
        self.moved = 0
        self._outbox = outbox
        self._clock = clock
        self._follower = Follower()
        self._pending = Pending()
        self._staged: dict[str, bytes] = {}
        self._appends: dict[str, list[bytes]] = {}
        self._head: StateHead | None = None
        self._accepted: tuple[str | None, datetime | None] = (None, None)
        self._lock: asyncio.Lock | None = None

    @classmethod
    async def open(
        cls, remote: StateRemote, outbox: Path | Outbox, clock: Clock, run: str
    ) -> Ledger:
        """Fetch, check anchor and chain, fold, and push what dead runs left in the outbox.

        `outbox` is the folder (`.postops/outbox`). Raises `LedgerError` and its kinds.
        """
        kept = FileOutbox(outbox, run) if isinstance(outbox, Path) else outbox
        ledger = cls(remote, kept, clock, run)
        try:
            await ledger._start()
        except BaseException:
            kept.close()
            raise
        return ledger

    # ------------------------------------------------------------------ what is known

    @property
    def state(self) -> LedgerState:
        """What the ledger says, with what this run recorded and has not pushed yet on top."""
        return self._follower.state

    @property
    def head(self) -> StateHead:
        """The head that was last fetched or pushed."""
        if self._head is None:
            raise LedgerError("the ledger was not fetched yet")
        return self._head

    @property
    def pending(self) -> int:
        """How many events are recorded and not pushed."""
        return len(self._pending.events)

    @property
    def accepted_at(self) -> datetime | None:
        """When a person last accepted a head from which history was missing; `None`: never."""
        return self._accepted[1]

    @property
    def repairs(self) -> list[str]:
        """What was not as it should be, in words, and will be after the next write."""
        return self._follower.notes()

    @property
    def folded(self) -> str | None:
        """The last daily file in the snapshot of the closed months; `None` without one."""
        return self._follower.folded

    def check_held(self) -> None:
        """Raise `LedgerDamaged` where nothing may be written until a person has looked."""
        if self.held is not None:
            help_ = "look at the state branch, then: postops ledger accept"
            raise LedgerDamaged(self.held, help=help_)

    async def refresh(self) -> None:
        """Fetch and fold what is new."""
        async with self._turn():
            self._absorb(await self.remote.fetch())

    # ------------------------------------------------------------------ writing

    def record(self, *drafts: Draft, sync: bool = True) -> list[dict[str, Any]]:
        """Write outcomes down: in `state` at once, pushed later.

        They are on disk when this returns, or else after `sync`. Raises `LedgerError` where the
        disk refuses; the events then still go with the next push.
        """
        events = [stamp(draft, self._clock, self.run) for draft in drafts]
        try:
            self._outbox.append([encode(event) for event in events], sync=sync)
        finally:
            for event in events:
                self._pending.add(self.state, event)
        return events

    async def sync(self) -> None:
        """Wait until what was recorded is on disk; all who wait share one wait.

        Raises `LedgerError`.
        """
        await self._outbox.sync()

    async def claim(self, drafts: Sequence[Draft]) -> list[dict[str, Any]]:
        """Append and push, together with what is pending. The events are returned as they landed.

        Raises `LedgerConflict` where another runner moved first: `state` then shows the winner's
        events, nothing of `drafts` stays, what was pending does. Raises `LedgerDamaged` while
        everything is held, `LedgerError` where the push was refused.
        """
        async with self._turn():
            events = [stamp(draft, self._clock, self.run) for draft in drafts]
            return await self._land(events)

    def stage(self, path: str, data: bytes) -> None:
        """Replace a whole file below `state/` with the next push, where its bytes differ."""
        self._staged[_outside_ledger(path)] = data

    def append_lines(self, path: str, lines: Sequence[bytes]) -> None:
        """Append to a file below `state/` with the next push, after whatever others put there."""
        if lines:
            self._appends.setdefault(_outside_ledger(path), []).extend(lines)

    async def push(self) -> None:
        """Push what is pending. After a lost race: fetch, number anew, push again, within bounds."""
        async with self._turn():
            if self._pending.events or self._staged or self._appends:
                await self._land([])

    async def compact(self) -> bool:
        """Write the snapshot of the closed months, if it is missing. The next write would, too."""
        async with self._turn():
            before = self._follower.folded
            await self._land([], fold=True)
            return self._follower.folded != before

    async def accept(self, by: str | None = None) -> bool:
        """A person says that the head is right: move the anchor, and write down that they did.

        False where nothing was held. What is pending is not pushed by this.
        """
        async with self._turn():
            if self.held is None:
                return False
            at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            facts = {"v": 1, "at": at, "run": self.run, "by": by, "reason": self.held}
            facts |= {"anchor": self.head.anchor, "head": self.head.sha}
            data = _after(self.head.read(ACCEPTED), [encode(facts)])
            message = f"ledger: accepted\n\nrun: {self.run}"
            self._absorb(await self.remote.push(self.head, {ACCEPTED: data}, message))
            return True

    def close(self) -> None:
        """Let go of the outbox; what was not pushed stays in it for the next run."""
        self._outbox.close()

    # ------------------------------------------------------------------ how

    async def _start(self) -> None:
        self._absorb(await self.remote.fetch())
        left = self._outbox.leftovers()
        landed = self._follower.landed(event["id"] for event in left)
        for event in left:
            if event["id"] not in landed:
                self._pending.add(self.state, event)
        if not self.pending:
            self._outbox.settle()
        elif self.held is None:
            await self.push()

    def _turn(self) -> asyncio.Lock:
        """Lanes push one at a time; recording goes on meanwhile."""
        if self._lock is None:
            import asyncio

            self._lock = asyncio.Lock()
        return self._lock

    async def _land(
        self, claims: list[dict[str, Any]], *, fold: bool = False
    ) -> list[dict[str, Any]]:
        started, stuck = self._clock.monotonic(), 0
        for attempt in count():
            self.check_held()
            batch = self._batch(claims, fold=fold)
            if not batch.changes:
                break
            before, base, began = self.state.link, self.head.sha, self._clock.monotonic()
            try:
                head = await self.remote.push(self.head, batch.changes, self._message(batch))
            except LedgerError as error:
                if await self._landed_after(error, batch, claims):
                    break
                if not isinstance(error, LedgerConflict) or (claims and before != self.state.link):
                    raise
                # Where others move on, a place in the line is worth waiting for.
                stuck = stuck + 1 if self.head.sha == base else 0
                if stuck >= _TRIES or self._clock.monotonic() - started > _PATIENCE:
                    said = f"gave up after {attempt + 1} tries: {error}"
                    raise LedgerConflict(said, help=error.help) from error
            except BaseException:
                self._disown(claims)
                raise
            else:
                self._took(batch, head)
                break
            await self._back_off(attempt, self._clock.monotonic() - began)
        self._clear(batch)
        return batch.events[len(batch.events) - len(claims) :]

    async def _landed_after(
        self, error: LedgerError, batch: _Batch, claims: list[dict[str, Any]]
    ) -> bool:
        """Whether the push landed after all. Only a fetched head can tell."""
        try:
            self._absorb(await self.remote.fetch())
        except BaseException as trouble:
            self._disown(claims)
            if isinstance(trouble, LedgerError):
                raise error from trouble
            raise
        if batch.events:
            return bool(self._follower.landed([batch.events[-1]["id"]]))
        found = self.head.read_many(batch.changes)
        return found == batch.changes

    def _disown(self, claims: list[dict[str, Any]]) -> None:
        """Claims that may have landed unseen were certainly not acted on: say so when we can.

        Not of one that takes over another: what that one may have done is still to be found out.
        """
        reason = "the push of the claim gave no answer"
        drafts = [
            {
                "type": "released",
                "delivery": c["delivery"],
                "claim": c["id"],
                "reason": reason,
                "unsent": True,
            }
            for c in claims
            if c["type"] == "claimed" and self.state.delivery(c["delivery"]).claim is None
        ]
        with contextlib.suppress(LedgerError):
            self.record(*drafts)

    def _batch(self, claims: list[dict[str, Any]], *, fold: bool = False) -> _Batch:
        events = [dict(event) for event in (*self._pending.events, *claims)]
        day = day_path(self._clock.now(), self.state.newest_day)
        folding = self._follower.to_fold(day) if events or fold else None
        if folding is not None:
            events.insert(0, stamp(folding.draft, self._clock, self.run))
        staged = dict(self._staged)
        appended = {path: len(lines) for path, lines in self._appends.items()}
        # A commit is only made where something differs: a run every few minutes makes many.
        there = self.head.read_many(staged)
        changes = {path: data for path, data in staged.items() if there.get(path) != data}
        for path, lines in self._appends.items():
            changes[path] = _after(changes.get(path) or self.head.read(path), lines)
        lines, link = extend(events, self.state.link)
        changes |= self._daily_files(day, lines)
        if folding is not None:
            changes[FOLDED] = folding.data
        return _Batch(events, link, changes, day, staged, appended, folding)

    def _daily_files(self, day: str, lines: Sequence[bytes]) -> dict[str, bytes]:
        newest, whole = self.state.newest_day, self._follower.newest
        if not lines:
            return {}
        after = b"".join(line + b"\n" for line in lines)
        if day == newest:
            return {day: whole + after}
        # Nobody will ever append to yesterday's file: a torn line in it is removed now or never.
        return {newest: whole, day: after} if newest and self._follower.torn else {day: after}

    def _message(self, batch: _Batch) -> str:
        kinds = Counter(event["type"] for event in batch.events)
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        return f"publish: {said or f'{len(batch.changes)} files'}\n\nrun: {self.run}"

    def _absorb(self, head: StateHead) -> None:
        """Bring the state to a head; what is pending comes on top of it."""
        stuck = self._pending.stuck
        self._pending.take_back(self.state)
        try:
            if stuck:
                self._follower.rebuild(head)
            else:
                self._follower.follow(head)
            self.moved += self._head is None or head.sha != self._head.sha
            self._head = head
            self.held = why_held(head)
            self._see_accepted(head)
        finally:
            mine = [event["id"] for event in self._pending.events]
            self._pending.show_again(self.state, self._follower.landed(mine))

    def _see_accepted(self, head: StateHead) -> None:
        """Read who accepted what, where that is news: a read costs a process."""
        blob = head.listing(ACCEPTED).get(ACCEPTED)
        if blob != self._accepted[0]:
            self._accepted = (blob, _last_accepted(head.read(ACCEPTED)))

    def _took(self, batch: _Batch, head: StateHead) -> None:
        """The same, for a head this run has just pushed: nothing needs to be read."""
        if self._pending.stuck:
            self._absorb(head)
            return
        self._pending.take_back(self.state)
        if batch.events:
            self._follower.extend(batch.day, batch.changes[batch.day], batch.events, batch.link)
        self._follower.saw(head)
        if batch.folding is not None:
            self._follower.wrote(batch.folding)
        self._head = head
        self._pending.show_again(self.state, [event["id"] for event in batch.events])

    def _clear(self, batch: _Batch) -> None:
        """Forget what the batch carried; what came in while it was pushed stays."""
        self._staged = {
            path: data for path, data in self._staged.items() if batch.staged.get(path) is not data
        }
        left = {p: lines[batch.appended.get(p, 0) :] for p, lines in self._appends.items()}
        self._appends = {path: lines for path, lines in left.items() if lines}
        if not self._pending.events:
            self._outbox.settle()

    async def _back_off(self, attempt: int, took: float) -> None:
        """Wait for about as long as a few pushes take here: 30 ms on a disk, seconds on a host."""
        longest = min(_LONGEST_WAIT, max(took, 0.02) * 1.25 ** min(attempt, 6))
        await self._clock.sleep(longest * (0.2 + self._clock.random()))


def _after(before: bytes | None, lines: Sequence[bytes]) -> bytes:
    """The file with more lines; a torn piece at its end is dropped."""
    whole, _ = split(before or b"")
    return b"".join(line + b"\n" for line in (*whole, *lines))


def _last_accepted(data: bytes | None) -> datetime | None:
    """The time of the last line that tells one; people may have been at the file."""
    found = None
    for line in split(data or b"")[0]:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            at = datetime.fromisoformat(orjson.loads(line)["at"]).astimezone(UTC)
            found = max(found or at, at)
    return found


def _outside_ledger(path: str) -> str:
    if not path.startswith("state/") or path.startswith(LEDGER):
        raise ValueError(f"not a file to stage: {path}")
    return path
