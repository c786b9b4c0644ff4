"""A follower: only what is new is read, and whatever does not grow is read anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from postops.errors import LedgerDamaged
from postops.ledger.chain import Link, extend
from postops.ledger.folded import FOLDED
from postops.ledger.follow import Follower
from postops.ledger.state import fold
from tests.ledger.memory_remote import MemoryHead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DAYS = [f"state/ledger/2026/03/{day:02}.jsonl" for day in range(1, 32)]
APRIL = "state/ledger/2026/04/01.jsonl"


def event(number: int, kind: str = "published", name: str = "", **more: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "id": f"{number:026}",
        "recorded_at": f"2026-03-01T00:00:00.{number:06}Z",
        "run": "one",
        "type": kind,
        "delivery": name or f"p{number}@main",
        "part": 1,
        "parts": 1,
        "remote_id": f"r{number}",
        **more,
    }


def ledger(*days: Sequence[dict[str, Any]], paths: Sequence[str] = DAYS) -> dict[str, bytes]:
    """The daily files of these events, in one chain."""
    files, link = {}, Link()
    for path, events in zip(paths, days, strict=False):
        lines, link = extend([dict(one) for one in events], link)
        files[path] = b"".join(line + b"\n" for line in lines)
    return files


@dataclass(frozen=True)
class Watched(MemoryHead):
    """Writes down what is read of it."""

    asked: list[list[str]] = field(default_factory=list)

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        self.asked.append(list(paths))
        return super().read_many(self.asked[-1])

    @property
    def days(self) -> set[str]:
        return {path for asked in self.asked for path in asked} - {FOLDED}


def head(files: dict[str, bytes]) -> Watched:
    return Watched("x", "x", files)


def test_only_what_is_new_is_read() -> None:
    one, two, three = [event(1)], [event(2)], [event(3)]
    follower = Follower()
    follower.follow(head(ledger(one, two)))
    same = head(ledger(one, two))
    follower.follow(same)
    assert same.days == set()
    grown = head(ledger(one, [*two, event(4)], three))
    follower.follow(grown)
    assert grown.days == {DAYS[1], DAYS[2]}
    assert follower.state == fold(grown.files)
    assert (follower.state.seq, follower.newest) == (4, grown.files[DAYS[2]])


@pytest.mark.parametrize("changed", [0, 1], ids=["an older file", "the newest file"])
def test_a_rewritten_ledger_is_folded_anew(changed: int) -> None:
    follower = Follower()
    follower.follow(head(ledger([event(1)], [event(2)])))
    days = [[event(1)], [event(2)]]
    days[changed] = [event(9)]
    other = head(ledger(*days))
    follower.follow(other)
    assert follower.state == fold(other.files)
    assert "p9@main" in follower.state.deliveries
    assert f"p{changed + 1}@main" not in follower.state.deliveries


def test_a_file_that_went_or_came_before_the_newest_is_damage() -> None:
    files = ledger([event(1)], [event(2)], [event(3)])
    without = {path: data for path, data in files.items() if path != DAYS[1]}
    for before, after in ((files, without), (files, files | {DAYS[0][:-8] + "00.jsonl": b"{}\n"})):
        follower = Follower()
        follower.follow(head(before))
        with pytest.raises(LedgerDamaged):
            follower.follow(head(after))


def test_a_torn_line_is_set_aside_and_said() -> None:
    whole = ledger([event(1)], [event(2)])
    follower = Follower()
    follower.follow(head(whole | {DAYS[1]: whole[DAYS[1]] + b'{"v":1,"se'}))
    assert follower.notes() == [f"{DAYS[1]}:2: a torn line is set aside"]
    assert (follower.torn, follower.newest) == (True, whole[DAYS[1]])
    assert follower.state == fold(whole)
    mended = ledger([event(1)], [event(2), event(3)])
    follower.follow(head(mended))
    assert (follower.torn, follower.state.seq) == (False, 3)


def test_what_this_run_pushed_is_not_read_again() -> None:
    files = ledger([event(1)])
    follower = Follower()
    follower.follow(head(files))
    new = [event(2)]
    lines, link = extend(new, follower.state.link)
    data = files[DAYS[0]] + lines[0] + b"\n"
    follower.extend(DAYS[0], data, new, link)
    pushed = head({DAYS[0]: data})
    follower.saw(pushed)
    follower.follow(pushed)
    assert (pushed.asked, follower.state) == ([], fold(pushed.files))


def test_upto_is_the_last_file_that_is_read() -> None:
    files = ledger([event(1)], [event(2)], [event(3)])
    past, there = Follower(upto=DAYS[1]), head(files)
    past.follow(there)
    assert DAYS[2] not in there.days
    assert (past.state.seq, past.state.newest_day) == (2, DAYS[1])


def test_a_long_ledger_is_not_held_in_memory_at_once() -> None:
    paths = [f"state/ledger/{2000 + n // 12}/{1 + n % 12:02}/01.jsonl" for n in range(250)]
    long = head(ledger(*([event(n)] for n in range(1, 251)), paths=paths))
    follower = Follower(whole=True)
    follower.follow(long)
    assert follower.state.seq == 250
    assert max(map(len, long.asked)) <= 100


def test_the_first_write_of_a_month_brings_a_snapshot_along() -> None:
    files = ledger([event(1)], [event(2)])
    follower = Follower()
    follower.follow(head(files))
    assert follower.to_fold(DAYS[2]) is None, "the month is still open"
    folding = follower.to_fold(APRIL)
    assert folding is not None
    assert (folding.newest_day, folding.upto) == (DAYS[1], 2)
    follower.wrote(folding)
    assert follower.to_fold(APRIL) is None


def test_an_event_of_a_closed_month_is_found_although_it_was_not_read() -> None:
    writer = Follower()
    days = [[event(1)], [event(2)]]
    writer.follow(head(ledger(*days)))
    folding = writer.to_fold(APRIL)
    assert folding is not None
    april = [event(3, **folding.draft), event(4)]
    files = ledger(*days, april, paths=[*DAYS[:2], APRIL])
    quick, there = Follower(), head(files | {FOLDED: folding.data})
    quick.follow(there)
    assert (quick.unfit, there.days, quick.state.seq) == (None, {APRIL}, 4)
    ids = [event(n)["id"] for n in (1, 4)]
    assert quick.landed([*ids, "0", "9" * 26]) == set(ids)
    assert there.days == {*DAYS[:2], APRIL}

    there.asked.clear()
    assert quick.landed(["0"]) == set()
    assert there.asked == [], "what was not there before is not looked for again"
