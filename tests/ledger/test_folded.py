"""Snapshots of closed months: the same as folding everything, or not used at all."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postops.errors import LedgerConflict, LedgerDamaged
from postops.ledger import folded
from postops.ledger.audit import audit
from postops.ledger.chain import Link, extend
from postops.ledger.folded import FOLDED
from postops.ledger.follow import Follower
from postops.ledger.journal import Ledger
from postops.ledger.row import Rows, pack, unpack
from tests.insights.histories import History
from tests.ledger.conftest import claimed, published
from tests.ledger.memory_remote import Cloud, MemoryHead, MemoryOutbox, MemoryRemote
from tests.ledger.ticking import Ticking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postops.ledger.state import LedgerState
    from tests.ledger.conftest import Runner

FIRST, GAP = "2026-01-30T10:00:00+00:00", "2026-04-02T10:00:00+00:00"


def facts(state: LedgerState) -> dict[str, Any]:
    """All that anybody may ask of a state."""
    return {
        "deliveries": dict(state.deliveries.items()),
        "bound": state.bound,
        "budgets": state.budgets,
        "renamed": state.renamed,
        "chain": (state.seq, state.tip, state.genesis, state.newest_day, state.last_recorded_at),
        "vouched": state.vouched,
        "remote_ids": {name: state.remote_ids(name) for name in "abc"},
        "posts": [[d.name for d in state.by_post(post)] for post in ("p@q", "two\nlines", "six")],
    }


def whole(head: MemoryHead) -> LedgerState:
    follower = Follower(whole=True)
    follower.follow(head)
    return follower.state


def kept(events: list[dict[str, Any]], months: list[int]) -> MemoryHead:
    """A ledger of these events, where each of `months` events begins another month."""
    head, link, day = MemoryHead("x", "x", {}), Link(), ""
    for number, event in enumerate(events):
        month = 1 + sum(number >= at for at in months)
        day = f"state/ledger/2026/{month:02}/{1 + number % 3 * 9:02}.jsonl"
        newest = max((p for p in head.files if p != FOLDED), default=day)
        day = max(day, newest)
        writer = Follower()
        writer.follow(head)
        folding = writer.to_fold(day)
        new = [event]
        files = dict(head.files)
        if folding is not None:
            said = {"v": 1, "id": event["id"] + "f", "recorded_at": event["recorded_at"]}
            new.insert(0, said | {"run": "r", **folding.draft})
            files[FOLDED] = folding.data
        lines, link = extend(new, link)
        files[day] = files.get(day, b"") + b"".join(line + b"\n" for line in lines)
        head = MemoryHead("x", "x", files)
    return head


@settings(max_examples=60)
@given(
    st.integers(0, 10**6), st.integers(1, 60), st.lists(st.integers(1, 59), max_size=4, unique=True)
)
def test_a_snapshot_and_what_followed_is_what_everything_is(
    seed: int, size: int, months: list[int]
) -> None:
    head = kept(History(seed, size).events, months)
    quick = Follower()
    quick.follow(head)
    assert quick.unfit is None
    assert isinstance(quick.state.deliveries, Rows) == any(at < size for at in months)
    told = facts(quick.state)
    assert told == facts(whole(head))
    for delivery in told["deliveries"].values():
        assert unpack(delivery.name, pack(delivery)) == delivery


def test_nothing_is_unpacked_before_it_is_asked_for() -> None:
    head = kept(History(3, 60).events, [20, 40])
    follower = Follower()
    follower.follow(head)
    rows = follower.state.deliveries
    assert isinstance(rows, Rows)
    packed = [name for name, value in rows._all.items() if isinstance(value, bytes)]
    assert packed
    name = packed[0]
    assert name in rows
    assert rows.get(name) is rows[name]
    assert not isinstance(rows._all[name], bytes)
    assert rows.get("nobody@a") is None
    del rows[name]
    assert name not in rows
    assert len(rows) == len(list(rows))


def two_months() -> MemoryHead:
    return kept(History(7, 40).events, [20])


def changed(head: MemoryHead, **what: Any) -> bytes:
    first, rest = head.files[FOLDED].split(b"\n", 1)
    return orjson.dumps(orjson.loads(first) | what) + b"\n" + rest


TWO_MONTHS = two_months()
TRUTH = facts(whole(TWO_MONTHS))
WRONG: list[Any] = [None, True, -1, 2**62, 1e308, "", "x", [], {}, [[]], [None], {"": {}}]
WRONG += [{"a": "b", "b": "a"}, {"a": "a"}, {"1": "x"}, {"parts_total": 2**62}]


@pytest.mark.parametrize(
    ("why", "bad"),
    [
        ("cannot be read", lambda head: head.files[FOLDED][:-40].rpartition(b"\n")[0] + b"\n"),
        ("cannot be read", lambda _: b""),
        ("cannot be read", lambda _: b"[]\n[]\n"),
        ("cannot be read", lambda _: b'{"version":1}\n[]\n'),
        ("cannot be read", lambda _: b'{"version":1}\n5\n'),
        ("cannot be read", lambda head: changed(head, days=7)),
        ("cannot be read", lambda head: changed(head, newest_day=None)),
        ("chain vouches", lambda head: changed(head, renamed={"a": "b", "b": "a"})),
        ("chain vouches", lambda head: head.files[FOLDED].replace(b"posts/0.", b"posts/9.", 1)),
        ("chain vouches", lambda head: changed(head, genesis="another")),
        ("chain vouches", lambda head: changed(head, seq=19)),
        ("chain vouches", lambda head: changed(head, tip="0" * 64)),
        ("chain vouches", lambda head: changed(head, bound=7)),
        ("these daily files", lambda head: changed(head, days="0" * 64)),
    ],
)
def test_a_forged_snapshot_is_noticed_and_not_used(why: str, bad: Any) -> None:
    head = two_months()
    data = bad(head)
    assert data != head.files[FOLDED]
    forged = MemoryHead("y", "x", head.files | {FOLDED: data})
    follower = Follower()
    follower.follow(forged)
    assert why in (follower.unfit or "")
    assert follower.folded is None
    assert facts(follower.state) == facts(whole(head))


def misshapen() -> Iterator[bytes]:
    """The snapshot with one line, or one field of the first or the third, of every wrong shape."""
    lines = [orjson.loads(line) for line in TWO_MONTHS.files[FOLDED].splitlines()]
    for number, wrong in product(range(3), WRONG):
        spoilt: list[Any] = [wrong]
        if isinstance(lines[number], dict):
            spoilt += [lines[number] | {name: wrong} for name in lines[number]]
        for line in spoilt:
            whole_of = [*lines[:number], line, *lines[number + 1 :]]
            yield b"".join(orjson.dumps(one) + b"\n" for one in whole_of)


def test_no_snapshot_of_another_shape_breaks_a_reader() -> None:
    for bad in misshapen():
        forged = MemoryHead("y", "x", TWO_MONTHS.files | {FOLDED: bad})
        follower = Follower()
        follower.follow(forged)
        good = bad == TWO_MONTHS.files[FOLDED]
        assert (follower.unfit is None) == (good or folded.is_newer(bad)), bad
        assert facts(follower.state) == TRUTH
        audit(forged)


def test_a_lost_or_changed_old_file_is_noticed_although_it_is_not_read() -> None:
    head = two_months()
    oldest = min(path for path in head.files if path != FOLDED)
    for files in (
        {path: data for path, data in head.files.items() if path != oldest},
        head.files | {oldest: head.files[oldest].replace(b'"run":"', b'"run":"x')},
    ):
        with pytest.raises(LedgerDamaged):
            Follower().follow(MemoryHead("y", "x", files))


def test_a_snapshot_of_a_newer_postops_is_left_alone() -> None:
    head = two_months()
    newer = MemoryHead("y", "x", head.files | {FOLDED: changed(head, version=2)})
    follower = Follower()
    follower.follow(newer)
    assert follower.unfit is None
    assert facts(follower.state) == facts(whole(head))
    assert follower.to_fold(max(newer.files)) is None
    assert not folded.is_newer(b"{")


# ---------------------------------------------------------------- who writes it


async def opened(runner: Runner, folder: Path, run: str, at: str = FIRST) -> Ledger:
    return await Ledger.open(runner(), folder / run, Ticking(at), run)


async def test_the_first_write_of_a_month_brings_it_along(runner: Runner, tmp_path: Path) -> None:
    first = await opened(runner, tmp_path, "one")
    await first.claim([claimed()])
    first.record(published())
    await first.push()
    assert FOLDED not in first.head.listing("state/")
    first.close()

    second = await opened(runner, tmp_path, "two", GAP)
    (claim,) = await second.claim([claimed("b@main")])
    assert claim["delivery"] == "b@main"
    assert (claim["seq"], second.state.seq) == (4, 4)
    days = sorted(path for path in second.head.listing("state/ledger/"))
    assert days == ["state/ledger/2026/01/30.jsonl", "state/ledger/2026/04/02.jsonl"]
    data = second.head.read(FOLDED) or b""
    await second.claim([claimed("c@main")])
    assert (second.state.seq, second.head.read(FOLDED)) == (5, data)
    second.close()

    third = await opened(runner, tmp_path, "three", GAP)
    assert isinstance(third.state.deliveries, Rows)
    assert third.state.delivery("hello@main").phase == "published"
    assert third.state.remote_ids("main") == {"id-hello@main"}
    assert third.state.vouched == folded.digest(data)
    assert third.repairs == []
    assert await third.compact() is False
    third.close()


async def test_two_runners_race_for_the_first_write_of_a_month(
    runner: Runner, tmp_path: Path
) -> None:
    first = await opened(runner, tmp_path, "one")
    await first.claim([claimed()])
    ledgers = [await opened(runner, tmp_path, f"run{n}", GAP) for n in range(3)]
    for number, ledger in enumerate(ledgers):
        ledger.record(published(f"{number}@main"))
    claims = asyncio.gather(
        *(x.claim([claimed("b@main")]) for x in ledgers), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in await claims) == ["LedgerConflict"] * 2 + ["list"]
    for ledger in ledgers:
        await ledger.push()
    await first.refresh()
    kinds = [
        orjson.loads(line)["type"]
        for line in (first.head.read("state/ledger/2026/04/02.jsonl") or b"").splitlines()
    ]
    assert sorted(kinds) == ["claimed", "folded", "published", "published", "published"]
    assert kinds[0] == "folded"
    assert (await opened(runner, tmp_path, "last", GAP)).repairs == []


async def test_compact_writes_what_is_missing_and_what_is_unfit(tmp_path: Path) -> None:
    cloud = Cloud()
    for at in (FIRST, GAP):
        one = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(at), "one")
        await one.claim([claimed(at)])
    assert FOLDED in cloud.head.files
    for files in (
        {path: data for path, data in cloud.head.files.items() if path != FOLDED},
        cloud.head.files | {FOLDED: b"junk"},
    ):
        cloud.head = MemoryHead(cloud.head.sha, cloud.head.anchor, files, cloud.head.parent)
        ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "two")
        assert len(ledger.repairs) == (FOLDED in files)
        assert await ledger.compact()
        assert ledger.repairs == []
        assert not await ledger.compact()
        assert not await (
            await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "three")
        ).compact()
        assert facts(ledger.state) == facts(whole(cloud.head))


async def test_what_another_runner_folded_is_not_folded_again() -> None:
    cloud = Cloud()
    one = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(FIRST), "one")
    await one.claim([claimed()])
    old = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "two")
    new = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "three")
    await new.claim([claimed("b@main")])
    with pytest.raises(LedgerConflict):
        await old.claim([claimed("b@main")])
    await old.claim([claimed("c@main")])
    assert old.state.seq == 4  # two claims of the month, and one snapshot


async def test_an_outbox_found_months_later_is_not_pushed_again() -> None:
    """Its events are in a month that nobody reads any more."""
    cloud, box = Cloud(), MemoryOutbox()
    dead = await Ledger.open(MemoryRemote(cloud), box, Ticking(FIRST), "dead")
    dead.record(published())
    lines = list(box.lines)
    await dead.push()
    lost = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(FIRST), "lost")
    lost.record(published("never@main"))
    other = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "other")
    await other.claim([claimed("b@main")])

    box.lines = [*lines, *lost._outbox.lines]
    found = await Ledger.open(MemoryRemote(cloud), box, Ticking(GAP), "found")
    assert isinstance(found.state.deliveries, Rows)
    assert (found.pending, box.lines) == (0, [])
    assert [found.state.delivery(f"{n}@main").phase for n in ("hello", "never")] == [
        "published"
    ] * 2
    assert found.state.seq == 4


async def test_a_torn_line_of_a_closed_month_is_removed_before_it_is_folded() -> None:
    cloud = Cloud()
    one = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(FIRST), "one")
    await one.claim([claimed()])
    day = "state/ledger/2026/01/30.jsonl"
    torn = cloud.head.files | {day: cloud.head.files[day] + b'{"v":1,"se'}
    cloud.head = MemoryHead(cloud.head.sha, cloud.head.anchor, torn, cloud.head.parent)
    two = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "two")
    await two.claim([claimed("b@main")])
    assert cloud.head.files[day].endswith(b"}\n")
    assert FOLDED not in cloud.head.files
    await two.claim([claimed("c@main")])
    assert FOLDED in cloud.head.files
    last = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), Ticking(GAP), "last")
    assert (last.repairs, last.state.seq) == ([], 4)
