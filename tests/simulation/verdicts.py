"""What a person who looks at the platform writes for everything that is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.plan import iso
from tests.simulation.clock import moment

if TYPE_CHECKING:
    from postops.ledger.state import DeliveryState, LedgerState
    from tests.simulation.checker import Checker


class Verdicts:
    """One person, who says what is there, and says it once."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._given: set[tuple[str, int]] = set()

    def doubts(self, state: LedgerState) -> list[dict[str, Any]]:
        """For every delivery in doubt, its next part: is it there?"""
        doubtful = [done for done in state.deliveries.values() if done.phase == "in_doubt"]
        first = self._checker.world.first_name
        self._checker.flagged |= {first(done.name) for done in doubtful}
        asked = [(done, done.asked_about) for done in doubtful]
        return [self._verdict(done, part) for done, part in asked if self._asks_once(done, part)]

    def _asks_once(self, done: DeliveryState, number: int) -> bool:
        """People who see the same doubt about the same part come back leave it be."""
        known = (done.name, number) in self._given
        self._given.add((done.name, number))
        return not known

    def _verdict(self, done: DeliveryState, number: int) -> dict[str, Any]:
        self._checker.counts["flagged in doubt"] += 1
        post = self._checker.truth(done).get(number)
        draft = {"type": "resolved", "delivery": done.name, "account": done.account, "part": number}
        if post is None:
            return draft | {"outcome": "not-published", "by": "a person"}
        return draft | {
            "outcome": "published",
            "parts": done.parts_total,
            "remote_id": post.id,
            "url": f"https://sim.test/{post.id}",
            "published_at": iso(moment(post.created)),
            "by": "a person",
        }
