"""What an account's own limits, and what its platform has left for it, hold back for now.

Only what is new is held: a thread under way is finished, and updates, withdrawals and the settling
of open claims are never held by these. What is held takes the place it will have in the queue, so
`until` of the one behind it is right as well.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postops.plan.hours import day_of, quiet_until
from postops.plan.scheduled import left
from postops.plan.values import Action, Reason, Waiting, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from postops.config import Pace
    from postops.ledger.state import DeliveryState, LedgerState
    from postops.plan.values import Terms


@dataclass(frozen=True, slots=True)
class Queue:
    """One account's posts in time, sorted: what was sent, what may have been, what is to come."""

    pace: Pace
    moments: list[datetime]

    def free(
        self, at: datetime, *, quiet: bool = True, caps: bool = True
    ) -> tuple[Reason | None, datetime]:
        """The first moment from `at` on when something may be sent, and what holds it longest."""
        why, longest = None, timedelta(0)
        while held := next(self._holds(at, quiet=quiet, caps=caps), None):
            if held[1] - at > longest:
                why, longest = held[0], held[1] - at
            at = held[1]
        return why, at

    def take(self, at: datetime) -> None:
        insort(self.moments, at)

    def _holds(self, at: datetime, *, quiet: bool, caps: bool) -> Iterator[tuple[Reason, datetime]]:
        if quiet and (ends := quiet_until(at, self.pace)) > at:
            yield "quiet-hours", ends
        if not caps:
            return
        if self.pace.spacing:
            before = bisect_left(self.moments, at + self.pace.spacing)
            if before and (ends := self.moments[before - 1] + self.pace.spacing) > at:
                yield "spacing", ends
        if self.pace.per_day:
            start, ends = day_of(at, self.pace)
            sent = bisect_left(self.moments, ends) - bisect_left(self.moments, start)
            if sent >= self.pace.per_day:
                yield "daily-cap", ends


def queues(state: LedgerState, terms: Terms) -> dict[str, Queue]:
    """The queues of all accounts that have a pace, as the ledger has them."""
    found = {name: Queue(pace, []) for name, pace in terms.paces.items() if pace}
    if found:
        for done in state.deliveries.values():
            queue = found.get(done.account)
            if queue is not None and (at := _sent(done)) is not None:
                queue.moments.append(at)
        for queue in found.values():
            queue.moments.sort()
    return found


def _sent(done: DeliveryState) -> datetime | None:
    """When a delivery was sent, or may have been. A thread counts by its first part."""
    if done.published_at is not None:
        return parse(done.published_at)
    if done.phase == "scheduled":
        return parse(done.due_at)
    if done.claim is not None and done.action in ("publish", "schedule"):
        claimed, due = parse(done.claim["recorded_at"]), parse(done.claim.get("due_at"))
        return max(at for at in (claimed, due) if at is not None)
    return parse(done.first_claim_at) if done.phase == "in_doubt" else None


def paced(
    actions: Iterable[Action], queued: dict[str, Queue], terms: Terms, waiting: list[Waiting]
) -> list[Action]:
    """Hold what comes too soon. Actions are in the order they are due."""
    kept = []
    # What had no room for one has none for those behind it: nobody looks there twice.
    floors: dict[str, tuple[Reason | None, datetime]] = {}
    for action in actions:
        queue = queued.get(action.account)
        if queue is None or action.action not in ("publish", "schedule"):
            kept.append(action)
            continue
        asked = action.post in terms.now_for
        wanted = max(terms.now, action.due_at or terms.now)
        before, floor = (None, wanted) if asked else floors.get(action.account, (None, wanted))
        why, at = queue.free(max(wanted, floor), quiet=not asked, caps=not terms.force)
        why = why or (before if floor > wanted else None)
        queue.take(at)
        if not asked:
            floors[action.account] = why, at
        if why is None:
            kept.append(action)
        elif action.action == "schedule":  # to be judged again when it is due
            waiting.append(left(action))
        else:
            waiting.append(Waiting(action.delivery, why, at, _detail(why, queue.pace), action.wish))
    return kept


def _detail(why: Reason, pace: Pace) -> str | None:
    if why == "daily-cap":
        return f"{pace.per_day} a day"
    if why != "spacing":
        return None
    seconds = int(pace.spacing.total_seconds())
    return f"{seconds} s apart" if seconds % 60 or seconds < 60 else f"{seconds // 60} min apart"


def affordable(
    actions: Iterable[Action], state: LedgerState, terms: Terms, waiting: list[Waiting]
) -> list[Action]:
    """Hold what the platform, by the last budget in the ledger, has no calls left for."""
    left = {} if terms.force else {a: _left(b, terms) for a, b in state.budgets.items()}
    kept = []
    for action in actions:
        budget = left.get(action.account)
        if budget is None or action.action not in ("publish", "schedule"):
            kept.append(action)
            continue
        needed = action.wish.parts if action.wish else 1
        if needed < budget[0]:  # one call is for logging in
            left[action.account] = (budget[0] - needed, budget[1])
            kept.append(action)
        else:
            left[action.account] = (0, budget[1])  # in order: nothing smaller overtakes it
            detail = f"too few calls left to {action.platform}"
            waiting.append(Waiting(action.delivery, "rate-limit", budget[1], detail, action.wish))
    return kept


def _left(budget: dict[str, Any], terms: Terms) -> tuple[int, datetime] | None:
    """How many calls are left until when; `None` where that is over or unknown."""
    reset = parse(budget.get("reset_at"))
    if reset is None or reset <= terms.now or "remaining" not in budget:
        return None
    return budget["remaining"], reset
