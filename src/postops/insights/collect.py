"""Ask every platform what became of the posts that are live."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.errors import PlatformError
from postops.insights.decay import YEAR, Last, is_due
from postops.ledger.events import encode
from postops.model import Metrics, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from postops.clock import Clock
    from postops.ledger.state import DeliveryState, LedgerState, PartState
    from postops.platforms.base import Platform

VERSION = 1
_TOTALS = tuple(name for name in Metrics._fields if name not in ("remote_id", "raw"))


class Target(NamedTuple):
    """One remote post to be counted."""

    delivery: DeliveryState
    part: int
    receipt: Receipt


class Snapshot(NamedTuple):
    """The totals of one remote post at one moment (UTC)."""

    at: datetime
    delivery: str
    post: str
    account: str
    platform: str
    part: int
    metrics: Metrics

    def line(self) -> bytes:
        """As it stands in `state/metrics/`, without the line end. All keys are always there."""
        totals = {name: getattr(self.metrics, name) for name in _TOTALS}
        told: dict[str, Any] = {
            "v": VERSION,
            "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "delivery": self.delivery,
            "post": self.post,
            "account": self.account,
            "platform": self.platform,
            "part": self.part,
            "remote_id": self.metrics.remote_id,
        }
        return encode(told | totals | {"raw": dict(self.metrics.raw)})


class Counted(NamedTuple):
    """What came of one account: what was counted, of how many asked for, and what went wrong."""

    account: str
    asked: int
    snapshots: tuple[Snapshot, ...]
    error: str | None = None


async def collect(
    state: LedgerState,
    platforms: Mapping[str, Platform],
    clock: Clock,
    *,
    accounts: Collection[str] | None = None,
    since: timedelta | None = None,
    last: Last | None = None,
    told: Callable[[Counted], None] = lambda _: None,
) -> list[Counted]:
    """Count every live post that is due, all accounts at once; sorted by account.

    `platforms` are the accounts that are logged in. `accounts` limits who is asked. `since` leaves
    out what was published longer ago, and lifts the limit of a year. `last` is when parts were
    counted before. An account that fails keeps what it had counted and stops nobody else; nothing
    is tried twice, the next pull does that. `told` hears of each account when it is through.
    """
    now = clock.now()
    targets: dict[str, list[Target]] = {}
    for target in _live(state):
        name = target.delivery.account
        wanted = accounts is None or name in accounts
        if wanted and _wants(target, now, since, last or {}):
            targets.setdefault(name, []).append(target)

    async def lane(name: str) -> Counted:
        counted = await _count(name, platforms.get(name), targets[name], clock)
        told(counted)
        return counted

    return list(await asyncio.gather(*(lane(name) for name in sorted(targets))))


async def _count(
    name: str, platform: Platform | None, targets: list[Target], clock: Clock
) -> Counted:
    if platform is None:
        return Counted(name, len(targets), (), "its credentials are not there")
    found: list[Snapshot] = []
    error = None
    size = platform.capabilities.metrics_batch
    try:
        for start in range(0, len(targets), size):
            some = targets[start : start + size]
            totals = await platform.metrics([target.receipt for target in some])
            found += _snapshots(platform.name, some, totals, clock.now())
    except PlatformError as failed:
        error = str(failed)
    return Counted(name, len(targets), tuple(found), error)


def _snapshots(
    platform: str, targets: Iterable[Target], totals: Iterable[Metrics], at: datetime
) -> Iterator[Snapshot]:
    """What the platform no longer knows was deleted there, and is left out."""
    by_id = {metrics.remote_id: metrics for metrics in totals}
    for delivery, part, receipt in targets:
        metrics = by_id.get(receipt.remote_id)
        if metrics is not None:
            name, post, account = delivery.name, delivery.post, delivery.account
            yield Snapshot(at, name, post, account, platform, part, metrics)


def _live(state: LedgerState) -> Iterator[Target]:
    for name in sorted(state.deliveries):
        delivery = state.deliveries[name]
        for part in delivery.live:
            at = _published_at(delivery, part)
            if part.remote_id and at is not None:
                yield Target(
                    delivery, part.number, Receipt(part.remote_id, part.url, at, part.extra)
                )


def _published_at(delivery: DeliveryState, part: PartState) -> datetime | None:
    text = part.published_at or delivery.published_at
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _wants(target: Target, now: datetime, since: timedelta | None, last: Last) -> bool:
    age = now - target.receipt.at
    if age > (YEAR if since is None else since):
        return False
    before = last.get((target.delivery.name, target.part))
    return is_due(age, None if before is None else now - before)
