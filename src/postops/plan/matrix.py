"""Which shards have work, so that a workflow starts those and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.model import Delivery
from postops.plan.shards import Shard, dealt
from postops.plan.values import ALARMS, PASSING, SKIPS, iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from postops.plan.values import Plan, Waiting


class Load(NamedTuple):
    """What there is for one shard to do. `due` deliveries now or soon; `next_at` the next to come."""

    shard: Shard
    accounts: tuple[str, ...]
    due: int
    next_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            "shard": str(self.shard),
            "accounts": list(self.accounts),
            "due": self.due,
            "next_at": iso(self.next_at),
        }


class Matrix(NamedTuple):
    """The shards that have accounts. `held` says why none may send anything."""

    at: datetime
    loads: tuple[Load, ...]
    held: str | None = None

    @property
    def wanted(self) -> list[str]:
        """The shards to start. A held ledger starts the first: somebody has to say so."""
        found = [str(load.shard) for load in self.loads if load.due]
        return found or [str(load.shard) for load in self.loads[:1] if self.held]

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "at": iso(self.at),
            "matrix": {"shard": self.wanted},
            "shards": [load.as_json() for load in self.loads],
        }


def matrix(
    plan: Plan, platforms: Mapping[str, str], count: int, until: datetime, held: str | None = None
) -> Matrix:
    """Share a plan of all accounts among `count` shards. `until` is how long a run would stay.

    What a run would give up as late counts as due, and so does what it would end with 1 for: a
    matrix that leaves an alarm out would never be red.
    """
    numbers = dealt(platforms, count)
    shards = range(1, min(count, max(len(numbers), 1)) + 1)
    due = dict.fromkeys(shards, 0)
    coming: dict[int, list[datetime]] = {}
    for action in plan.actions:
        due[numbers.get(action.account, 1)] += 1
    for waiting in plan.waiting:
        number = numbers.get(Delivery.parse(waiting.delivery).account, 1)
        if _is_due(waiting, until):
            due[number] += 1
        elif (at := _passes(waiting)) is not None:
            coming.setdefault(number, []).append(at)
    loads = (
        Load(
            Shard(number, count),
            tuple(sorted(name for name, of in numbers.items() if of == number)),
            due[number],
            min(coming.get(number, ()), default=None),
        )
        for number in shards
    )
    return Matrix(plan.at, tuple(loads), held)


def _is_due(waiting: Waiting, until: datetime) -> bool:
    if waiting.reason in SKIPS or waiting.reason in ALARMS:
        return True
    at = _passes(waiting)
    return at is not None and at <= until


def _passes(waiting: Waiting) -> datetime | None:
    """When it may go out, if it only waits for that."""
    return waiting.until if waiting.reason == "not-due" or waiting.reason in PASSING else None
