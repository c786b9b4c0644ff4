"""What every delivery of one account needs at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postops.clock import Clock
    from postops.model import Receipt
    from postops.platforms.base import Platform
    from postops.publish.ports import Ledger, Terms
    from postops.publish.pusher import Pusher
    from postops.publish.stop import Stop

_NAP = 1.0  # seconds; a signal must not wait for the end of a long sleep


@dataclass(frozen=True, slots=True)
class Desk:
    """One account at work. `confirming` is what has to be looked at once more, by delivery and part.

    `ask`: what may have been sent, and is not found, is for a person. `fast`: how far this machine's
    clock is ahead of the platform's, by which a post is due.
    """

    platform: Platform
    ledger: Ledger
    pusher: Pusher
    clock: Clock
    terms: Terms
    stop: Stop
    confirming: dict[tuple[str, int], Receipt] = field(default_factory=dict)
    ask: bool = False
    fast: timedelta = timedelta(0)

    async def nap(self, seconds: float) -> bool:
        """Sleep, unless the run is asked to stop meanwhile. Whether the time was slept out."""
        left = seconds
        while left > 0 and not self.stop.asked:
            await self.clock.sleep(min(left, _NAP))
            left -= _NAP
        return not self.stop.asked
