"""Outcomes on their way to the remote."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from postops.errors import LedgerConflict, LedgerError
from postops.ledger.journal import Ledger
from postops.publish.ports import Terms
from postops.publish.pusher import Pusher
from tests.ledger.memory_remote import Cloud, MemoryOutbox, MemoryRemote
from tests.ledger.ticking import Ticking

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

ALL = ("sky", "tusk", "bird")


async def test_a_push_whose_answer_was_lost_still_counts(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.cloud.faults = ["lost-answer", "lost-answer"]
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert [len(on.live(account)) for account in ALL] == [1, 1, 1]


async def test_nothing_is_sent_when_the_claim_cannot_be_pushed(
    stage: Callable[..., Stage],
) -> None:
    on = stage()
    on.cloud.faults = ["refused"] * 9
    with pytest.raises(LedgerError, match="hook declined"):
        await on.run()
    assert [on.live(account) for account in ALL] == [[], [], []]


async def test_what_was_sent_before_the_remote_vanished_is_kept_in_the_outbox(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})

    def vanish(_: object) -> None:
        on.cloud.unreachable = True

    on.on_result = vanish
    with pytest.raises(LedgerError, match="cannot be reached"):
        await on.run()
    assert on.outbox.lines != []
    on.cloud.unreachable = False
    assert await on.run() == {}
    assert on.phases() == {"a@tusk": "published"}
    assert on.live("tusk") == ["Hello there"]


# ------------------------------------------------------------------------ at a desk


class Hourglass(Ticking):
    """Sleeps end only when the test lets the time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        waker = asyncio.get_running_loop().create_future()
        self.sleepers.append((self.at.timestamp() + seconds, waker))
        await waker

    async def let_pass(self, seconds: float) -> None:
        await turns()
        self.pause(seconds)
        for ends, waker in self.sleepers:
            if ends <= self.at.timestamp() + 0.1 and not waker.done():
                waker.set_result(None)
        await turns()


async def turns() -> None:
    """Let everything that can go on without time passing go on."""
    for _ in range(20):
        await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, no time


class Desk(NamedTuple):
    pusher: Pusher
    ledger: Ledger
    clock: Hourglass
    cloud: Cloud

    def told(self) -> int:
        """How many results the remote has."""
        return b"".join(self.cloud.head.files.values()).count(b'"type":"published"')

    def record(self, number: int) -> dict[str, Any]:
        names = {"delivery": f"p{number}@acme", "account": "acme", "part": 1}
        return self.pusher.record({"type": "published", "remote_id": str(number)} | names)


async def desk(**terms: Any) -> Desk:
    clock, cloud = Hourglass(), Cloud()
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), clock, "run-1")
    return Desk(Pusher(ledger, clock, Terms(**terms)), ledger, clock, cloud)


async def test_a_result_is_pushed_after_five_seconds_and_not_before() -> None:
    on = await desk()
    on.record(1)
    assert on.ledger.pending == 1  # on disk at once
    await on.clock.let_pass(4)
    assert (on.told(), on.cloud.commits) == (0, 0)
    on.record(2)
    await on.clock.let_pass(1)
    assert (on.told(), on.cloud.commits) == (2, 1)


async def test_a_later_result_starts_the_five_seconds_anew() -> None:
    on = await desk()
    on.record(1)
    await on.clock.let_pass(5)
    on.record(2)
    await on.clock.let_pass(4)
    assert on.told() == 1
    await on.clock.let_pass(1)
    assert on.told() == 2


async def test_twenty_results_are_pushed_at_once() -> None:
    on = await desk()
    for number in range(19):
        on.record(number)
    await on.clock.let_pass(0)
    assert on.told() == 0
    on.record(19)
    await on.clock.let_pass(0)
    assert (on.told(), on.cloud.commits) == (20, 1)


async def test_from_one_push_to_the_next_there_is_a_pause() -> None:
    on = await desk()
    for number in range(20):
        on.record(number)
    await on.clock.let_pass(0)
    on.record(20)  # its five seconds are over only after those of the twenty that come now
    for number in range(21, 60):
        on.record(number)
        await on.clock.let_pass(0)
    assert (on.told(), on.cloud.commits) == (20, 1)
    await on.clock.let_pass(1)
    assert (on.told(), on.cloud.commits) == (60, 2)
    await on.clock.let_pass(60)
    for number in range(60, 80):
        on.record(number)
    await on.clock.let_pass(0)
    assert (on.told(), on.cloud.commits) == (80, 3)


async def test_after_a_stop_signal_nothing_waits_for_company() -> None:
    on = await desk()
    on.record(1)
    on.pusher.hurry()
    await on.clock.let_pass(0)
    assert on.told() == 1
    on.record(2)
    await on.clock.let_pass(1)
    assert on.told() == 2


async def test_what_comes_in_during_a_push_does_not_wait_for_the_next_result() -> None:
    on = await desk()
    push, gate = on.ledger.push, asyncio.Event()

    async def slow() -> None:
        await gate.wait()
        await push()
        on.record(99)  # in the same moment, before the push is over for the pusher

    on.ledger.push = slow  # type: ignore[method-assign]
    for number in range(20):
        on.record(number)
    await on.clock.let_pass(0)
    gate.set()
    await on.clock.let_pass(0)
    assert (on.told(), on.ledger.pending) == (20, 1)
    on.ledger.push = push  # type: ignore[method-assign]
    await on.clock.let_pass(6)
    assert (on.told(), on.ledger.pending) == (21, 0)


async def test_a_remote_that_is_away_is_asked_again_without_news() -> None:
    on = await desk()
    on.cloud.unreachable = True
    on.record(1)
    await on.clock.let_pass(5)
    assert on.ledger.pending == 1
    on.cloud.unreachable = False
    await on.clock.let_pass(5)
    assert (on.told(), on.ledger.pending) == (1, 0)


async def test_one_push_at_a_time() -> None:
    on = await desk()
    at_work, most = 0, 0
    push = on.ledger.push

    async def counted() -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await turns()
        await push()
        at_work -= 1

    on.ledger.push = counted  # type: ignore[method-assign]
    on.record(1)
    await asyncio.gather(on.pusher.push(), on.pusher.push(), on.pusher.push())
    assert (on.told(), most) == (1, 1)


async def test_a_push_that_fails_in_the_background_is_made_up_for_by_the_last_one() -> None:
    on = await desk()
    on.cloud.unreachable = True
    on.record(1)
    await on.clock.let_pass(5)
    assert (on.told(), on.ledger.pending) == (0, 1)
    on.cloud.unreachable = False
    await on.pusher.close()
    assert on.told() == 1


async def test_the_last_push_says_why_it_failed() -> None:
    on = await desk()
    on.cloud.unreachable = True
    on.record(1)
    with pytest.raises(LedgerError, match="cannot be reached"):
        await on.pusher.close()
    assert on.ledger.pending == 1


async def test_closing_waits_for_no_timer_and_pushes_nothing_where_there_is_nothing() -> None:
    on = await desk()
    on.record(1)
    await on.pusher.close()
    assert (on.told(), on.cloud.commits) == (1, 1)
    await on.pusher.close()
    await on.clock.let_pass(60)
    assert on.cloud.commits == 1


CLAIM = {"type": "claimed", "delivery": "a@acme", "account": "acme", "action": "publish"}


async def test_a_claim_takes_along_what_is_pending() -> None:
    on = await desk()
    on.record(1)
    [event] = await on.pusher.claim([CLAIM], lambda: True)
    assert event["seq"] == 2
    assert (on.told(), on.cloud.commits, on.ledger.pending) == (1, 1, 0)


async def test_a_claim_whose_plan_no_longer_stands_is_a_lost_race() -> None:
    on = await desk()
    with pytest.raises(LedgerConflict, match="claimed some of it"):
        await on.pusher.claim([CLAIM], lambda: False)
    assert on.cloud.commits == 0


async def test_the_plan_is_looked_at_after_the_push_before_the_claim() -> None:
    on = await desk()
    other = await Ledger.open(MemoryRemote(on.cloud), MemoryOutbox(), on.clock, "run-2")
    await other.claim([CLAIM])
    on.record(1)
    push = on.ledger.remote.push

    async def slow(*given: Any) -> Any:
        await turns()
        return await push(*given)

    on.ledger.remote.push = slow  # type: ignore[method-assign]
    pushing = asyncio.create_task(on.pusher.push())
    claiming = asyncio.create_task(
        on.pusher.claim([CLAIM], lambda: on.ledger.state.delivery("a@acme").claim is None)
    )
    assert on.ledger.state.delivery("a@acme").claim is None  # as far as this run knows
    for _ in range(9):  # the slow push, a lost race, the slow push again
        await on.clock.let_pass(60)
    assert pushing.done()
    assert claiming.done()
    with pytest.raises(LedgerConflict):
        await claiming
    assert on.told() == 1
    assert b"".join(on.cloud.head.files.values()).count(b'"type":"claimed"') == 1


async def test_refreshing_shows_what_the_others_did() -> None:
    on = await desk()
    other = await Ledger.open(MemoryRemote(on.cloud), MemoryOutbox(), on.clock, "run-2")
    await other.claim([CLAIM])
    assert on.ledger.state.delivery("a@acme").claim is None
    await on.pusher.refresh()
    assert on.ledger.state.delivery("a@acme").claim is not None


# ------------------------------------------------------------------------ the disk


class SlowDisk(MemoryOutbox):
    """Durable only when the test lets it be; `full` is what it then says."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[asyncio.Future[None]] = []
        self.full = False

    async def sync(self) -> None:
        self.waiting.append(asyncio.get_running_loop().create_future())
        await self.waiting[-1]
        if self.full:
            raise LedgerError("the disk is full")


async def slow() -> tuple[Desk, SlowDisk]:
    clock, cloud, disk = Hourglass(), Cloud(), SlowDisk()
    ledger = await Ledger.open(MemoryRemote(cloud), disk, clock, "run-1")
    return Desk(Pusher(ledger, clock, Terms()), ledger, clock, cloud), disk


def published(number: int) -> dict[str, Any]:
    names = {"delivery": f"p{number}@acme", "account": "acme", "part": 1}
    return {"type": "published", "remote_id": str(number)} | names


async def test_nobody_waits_for_the_disk_but_who_asks_to() -> None:
    on, disk = await slow()
    on.pusher.record_soon(published(1))
    assert on.ledger.state.delivery("p1@acme").phase == "published"
    await turns()
    on.pusher.record_soon(published(2))  # while the first is on its way
    waits = asyncio.create_task(on.pusher.synced())
    await turns()
    assert not waits.done()
    for _ in range(3):
        for future in disk.waiting:
            if not future.done():
                future.set_result(None)
        await turns()
    assert waits.done()
    assert len(disk.waiting) == 3  # the second was not taken for durable with the first
    assert len(disk.lines) == 2


async def test_what_the_disk_refuses_goes_with_the_push_all_the_same() -> None:
    on, disk = await slow()
    disk.full = True
    on.pusher.record_soon(published(1))
    await turns()
    disk.waiting[0].set_result(None)
    await on.pusher.close()
    assert on.told() == 1
    disk.waiting.clear()
    asked = asyncio.create_task(on.pusher.synced())
    await turns()
    disk.waiting[0].set_result(None)
    with pytest.raises(LedgerError, match="full"):
        await asked
