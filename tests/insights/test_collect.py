"""Counting what was published in the sandbox, by the real adapters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from postops.cli._accounts import accounts, logins
from postops.errors import Rejected
from postops.insights.collect import Counted, Snapshot, collect
from postops.ledger.journal import Ledger
from postops.model import Metrics
from postops.sandbox.app import transport
from tests.ledger.memory_remote import MemoryRemote
from tests.publish.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

THREAD = "---\ntitle: A\n---\nOne\n\n---\n\nTwo\n"


async def pull(on: Stage, without: tuple[str, ...] = (), **more: Any) -> dict[str, Counted]:
    ledger = await Ledger.open(MemoryRemote(on.cloud), on.outbox, on.clock, "pull")
    there = transport(on.world, sleep=on.clock.sleep)
    async with logins(accounts(on.config, on.environ), on.clock, there) as found:
        platforms = {n: login.platform for n, login in found.items() if n not in without}
        return {
            one.account: one for one in await collect(ledger.state, platforms, on.clock, **more)
        }


def parts(one: Counted) -> list[tuple[str, int]]:
    return [(snapshot.delivery, snapshot.part) for snapshot in one.snapshots]


async def test_every_live_part_is_counted_on_every_account(tmp_path: Path) -> None:
    on = Stage(tmp_path, {"posts/a.md": THREAD, "posts/b.md": "---\ntitle: B\n---\nHi\n"})
    await on.run()
    on.clock.pause(6 * 3600)
    told: list[Counted] = []
    found = await pull(on, told=told.append)
    assert sorted(found) == ["bird", "sky", "tusk"] == sorted(one.account for one in told)
    for name, one in found.items():
        assert one.error is None
        assert parts(one) == [(f"a@{name}", 1), (f"a@{name}", 2), (f"b@{name}", 1)]
        assert sum(s.metrics.likes or 0 for s in one.snapshots) > 0
    assert found["sky"].snapshots[0].metrics.clicks is None
    assert found["bird"].snapshots[0].metrics.clicks is not None


async def test_a_failing_account_stops_no_other(tmp_path: Path) -> None:
    on = Stage(tmp_path, {"posts/a.md": THREAD})
    await on.run()
    on.fault("x", "GET", "/2/tweets", status=503, times=9)
    found = await pull(on, without=("tusk",))
    assert found["bird"].error is not None
    assert found["tusk"] == Counted("tusk", 2, (), "its credentials are not there")
    assert len(found["sky"].snapshots) == 2


async def test_an_account_that_fails_half_way_keeps_what_it_had(tmp_path: Path) -> None:
    on = Stage(tmp_path, {"posts/a.md": THREAD})
    await on.run()
    ledger = await Ledger.open(MemoryRemote(on.cloud), on.outbox, on.clock, "pull")
    asked: list[list[str]] = []

    class OneByOne:
        name = "x"

        class capabilities:  # noqa: N801 - as the class attribute of a platform
            metrics_batch = 1

        async def metrics(self, receipts: Any) -> list[Metrics]:
            asked.append([receipt.remote_id for receipt in receipts])
            if len(asked) > 1:
                raise Rejected("no more today")
            return [Metrics(receipts[0].remote_id, likes=1)]

    (one,) = await collect(ledger.state, {"bird": OneByOne()}, on.clock, accounts=["bird"])  # type: ignore[dict-item]
    assert [len(batch) for batch in asked] == [1, 1]
    assert (one.asked, parts(one), one.error) == (2, [("a@bird", 1)], "no more today")


async def test_what_was_withdrawn_or_deleted_is_left_out(tmp_path: Path) -> None:
    on = Stage(tmp_path, {"posts/a.md": THREAD})
    await on.run()
    assert on.ledger is not None
    on.ledger.record({"type": "withdrawn", "delivery": "a@tusk", "part": 2})
    await on.ledger.push()
    there = transport(on.world, sleep=on.clock.sleep)
    async with logins(accounts(on.config, on.environ), on.clock, there) as found:
        sky = found["sky"].platform
        await sky.whoami()
        state = on.ledger.state.delivery("a@sky")
        from postops.publish.send import receipt_of

        receipt = receipt_of(state, 2)
        assert receipt is not None
        await sky.delete(receipt)
    counted = await pull(on)
    assert parts(counted["tusk"]) == [("a@tusk", 1)]
    assert parts(counted["sky"]) == [("a@sky", 1)]
    assert counted["sky"].asked == 2


async def test_only_whom_and_what_is_asked_for(tmp_path: Path) -> None:
    on = Stage(tmp_path, {"posts/a.md": THREAD})
    await on.run()
    assert list(await pull(on, accounts=["sky"])) == ["sky"]
    on.clock.pause(3 * 86400)
    now = on.clock.at
    last = {("a@sky", 1): now - timedelta(hours=1), ("a@sky", 2): now - timedelta(days=1)}
    assert parts((await pull(on, accounts=["sky"], last=last))["sky"]) == [("a@sky", 2)]
    assert await pull(on, since=timedelta(days=2)) == {}
    on.clock.pause(400 * 86400)
    assert await pull(on) == {}
    assert len(await pull(on, since=timedelta(days=500))) == 3


def test_a_line_has_every_key_and_survives_any_answer() -> None:
    metrics = Metrics("r", likes=2, raw={"odd": "\ud800", "big": 2**70})
    at = datetime(2026, 3, 1, 10, tzinfo=UTC)
    line = orjson.loads(Snapshot(at, "a@x", "a", "x", "mastodon", 1, metrics).line())
    assert line["at"] == "2026-03-01T10:00:00.000Z"
    assert (line["v"], line["likes"], line["views"], line["remote_id"]) == (1, 2, None, "r")
    assert line["raw"]["big"] == str(2**70)
    assert set(line) == {
        *("v", "at", "delivery", "post", "account", "platform", "part", "remote_id"),
        *("likes", "comments", "shares", "clicks", "impressions", "reach", "saves", "views"),
        *("votes", "raw"),
    }
