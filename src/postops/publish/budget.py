"""Pause ahead of a rate limit instead of running into it.

Only what the platform says in answer to something sent counts: logging in has a budget of its own
on most platforms, and says nothing about posting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.plan import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.model import RateLimit
    from postops.plan import Action
    from postops.publish.desk import Desk
    from postops.publish.ports import Loaded

_LOW = 4
"""A budget is written down once no more than a quarter of it is left."""


class Budget:
    """What one lane has left, as far as it knows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen = desk.platform.rate
        self._rate: RateLimit | None = None

    def look(self) -> None:
        """Take over what the platform said while something was sent."""
        if self._desk.platform.rate is not self._seen:
            self._rate = self._seen = self._desk.platform.rate

    async def allows(self, calls: int) -> bool:
        """Whether so many more calls may be made, after a pause where one is worth it."""
        if self._rate is None or calls <= self._rate.remaining:
            return True
        pause = (self._rate.reset_at - self._desk.clock.now()).total_seconds()
        if pause > self._desk.terms.patience:
            return False
        self._rate = None
        await self._desk.nap(pause)
        return True

    @property
    def until(self) -> str | None:
        """When there are calls again."""
        return iso(self._rate.reset_at) if self._rate else None

    def event(self, account: str, known: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The `budget` event to record for the runs to come, where it is low and news."""
        rate = self._rate
        if rate is None or rate.remaining * _LOW > rate.limit:
            return None
        budget = {"limit": rate.limit, "remaining": rate.remaining, "reset_at": self.until}
        if budget == known or rate.reset_at <= self._desk.clock.now():
            return None
        return {"type": "budget", "account": account, "budget": budget}


def calls(action: Action, loaded: Loaded | None) -> int:
    """How many posts an action is about to make; changing what is there is not held up."""
    if loaded is None or action.action not in ("publish", "resume", "schedule"):
        return 0
    return len(loaded.message.parts) - action.part + 1
