"""Outcomes reach the remote after 5 seconds or 20 results, whichever is first.

Twenty may come in faster than a push is worth: from one to the next there is a second's pause.

One push at a time: the ledger's head is a compare-and-swap, and two of our own pushes would only
race each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from postops.errors import LedgerConflict, LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from postops.clock import Clock
    from postops.publish.ports import Ledger, Terms


class Pusher:
    """Records outcomes at once on disk, and brings them to the remote in the background."""

    def __init__(self, ledger: Ledger, clock: Clock, terms: Terms) -> None:
        self._ledger = ledger
        self._clock = clock
        self._terms = terms
        self._lock = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._pushing: asyncio.Task[None] | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._unsynced = False
        self._wakes = self._rested = 0.0
        self._hurried = self._closed = False

    def record(self, draft: dict[str, Any]) -> dict[str, Any]:
        """Durable on disk when this returns; pushed soon."""
        [event] = self._ledger.record(draft)
        self._pushed_soon()
        return event

    def record_soon(self, draft: dict[str, Any]) -> None:
        """The same, but durable only a moment later, or after `synced`.

        Until then only the end of the machine takes it back, and leaves a claim to be reconciled.
        """
        self._ledger.record(draft, sync=False)
        self._unsynced = True
        if self._syncing is None or self._syncing.done():
            self._syncing = asyncio.create_task(self._sync_quietly())
        self._pushed_soon()

    async def synced(self) -> None:
        """Wait for the disk, without holding up the other lanes. Raises `LedgerError`."""
        await self._ledger.sync()

    def _pushed_soon(self) -> None:
        now = self._clock.monotonic()
        hurry = self._hurried or self._ledger.pending >= self._terms.push_count
        at = self._rested if hurry else now + self._terms.push_after
        if at <= now:
            self.push_soon()
        elif self._timer is None or self._timer.done() or at < self._wakes:
            if self._timer is not None:
                self._timer.cancel()
            self._wakes = at
            self._timer = asyncio.create_task(self._push_later(at - now))

    async def claim(
        self, drafts: Sequence[dict[str, Any]], as_planned: Callable[[], bool]
    ) -> list[dict[str, Any]]:
        """Claim, with what is pending. Raises `LedgerConflict` when another runner moved first.

        A push in between may have fetched another runner's claim: the head is then no longer the
        one that was planned on, and the compare-and-swap alone would let ours pass.
        """
        async with self._lock:
            if not as_planned():
                raise LedgerConflict("another runner has claimed some of it meanwhile")
            return await self._ledger.claim(drafts)

    async def refresh(self) -> None:
        """See what the other runners did."""
        async with self._lock:
            await self._ledger.refresh()

    async def push(self) -> None:
        """Bring everything recorded to the remote, now."""
        async with self._lock:
            if self._ledger.pending:
                await self._ledger.push()

    async def close(self) -> None:
        """Stop the background pushes and make the last one; its error is the run's error."""
        self._closed = True
        for task in (self._timer, self._pushing, self._syncing):
            if task is not None and task is not asyncio.current_task():
                if task is self._timer:
                    task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self.push()

    def hurry(self) -> None:
        """The run is to stop: what comes in from now on does not wait for company."""
        self._hurried = True
        self.push_soon()

    def push_soon(self) -> None:
        """Push in the background, without waiting for it."""
        if self._pushing is None or self._pushing.done():
            self._pushing = asyncio.create_task(self._push_quietly())

    async def _push_later(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.push_soon()

    async def _sync_quietly(self) -> None:
        # What the disk refuses goes with the next push all the same, and its error is reported.
        while self._unsynced:
            self._unsynced = False
            with contextlib.suppress(LedgerError):
                await self._ledger.sync()

    async def _push_quietly(self) -> None:
        # A push that fails here is tried again by the next one, at the latest by close(), which
        # does report it. Until then the outcomes are safe in the outbox.
        with contextlib.suppress(LedgerError):
            await self.push()
        self._rested = self._clock.monotonic() + self._terms.push_pause
        self._pushing = None
        if self._ledger.pending and not self._closed:
            self._pushed_soon()  # for what came in meanwhile no timer was set
