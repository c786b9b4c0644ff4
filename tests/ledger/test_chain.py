"""Lines and their chain: what holds, what is damage, and what a crash leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
import pytest

from postops.errors import LedgerDamaged, LedgerError, LedgerVersion
from postops.ledger.chain import Link, day_path, extend, is_day, verify

DAY = "state/ledger/2026/03/01.jsonl"


def events(*names: str) -> list[dict[str, Any]]:
    return [
        {"v": 1, "id": name, "recorded_at": "2026-03-01T00:00:00Z", "run": "r", "type": "released"}
        for name in names
    ]


def lines(*names: str, link: Link = Link()) -> bytes:  # noqa: B008 - it cannot change
    return b"".join(line + b"\n" for line in extend(events(*names), link)[0])


def test_every_line_holds_the_hash_of_the_one_before() -> None:
    written, link = extend(events("a", "b"), Link(4, "tip"))
    first, second = map(orjson.loads, written)
    assert (first["seq"], first["prev"]) == (5, "tip")
    assert (second["seq"], second["prev"]) == (6, sha256(written[0]).hexdigest())
    assert link == Link(6, sha256(written[1]).hexdigest())


def test_what_was_written_in_pieces_is_read_as_a_whole() -> None:
    one, link = extend(events("a"), Link())
    two, end = extend(events("b", "c"), link)
    read = verify(DAY, b"".join(line + b"\n" for line in one + two), Link())
    assert [event["id"] for event in read.events] == ["a", "b", "c"]
    assert (read.link, read.torn) == (end, b"")
    rest = verify(DAY, b"".join(line + b"\n" for line in two), link, first_line=2)
    assert (rest.link, len(rest.events)) == (end, 2)


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ("garbage", LedgerDamaged, f"{DAY}:3: not an event"),
        ("", LedgerDamaged, f"{DAY}:3: not an event"),
        ("[1]", LedgerDamaged, f"{DAY}:3: not an event"),
        ('{"v":1,"type":"claimed"}', LedgerDamaged, f"{DAY}:3: not an event"),
        ('{"v":2,"type":"sent"}', LedgerVersion, f"{DAY}:3: written by a newer postops"),
        ('{"v":1,"type":"invented"}', LedgerVersion, "type invented"),
        ('{"v":1,"type":"claimed","seq":9,"prev":""}', LedgerDamaged, "9 stands where 3 belongs"),
        ('{"v":1,"type":"claimed","seq":3,"prev":"00"}', LedgerDamaged, "hash chain is broken"),
    ],
)
def test_bad_lines(line: str, error: type[LedgerError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        verify(DAY, lines("a", "b") + line.encode() + b"\n", Link())
    assert caught.value.where == f"{DAY}:3"


def test_a_line_changed_lost_or_put_in_between_is_found() -> None:
    one, two, three = lines("a", "b", "c").splitlines(keepends=True)
    for bad, at in [
        (one.replace(b'"r"', b'"x"') + two + three, 2),
        (one + three, 2),
        (two + three, 1),
        (one + one + two + three, 2),
        (one + three + two, 2),
    ]:
        with pytest.raises(LedgerDamaged, match=f"{DAY}:{at}: "):
            verify(DAY, bad, Link())


def test_an_event_without_its_id_time_or_run_is_damage() -> None:
    for key in ("id", "recorded_at", "run"):
        event = events("a")[0]
        del event[key]
        (line,), _ = extend([event], Link())
        with pytest.raises(LedgerDamaged, match="not an event"):
            verify(DAY, line + b"\n", Link())


def test_a_torn_last_line_is_set_aside_in_the_newest_file_only() -> None:
    data = lines("a", "b")
    whole = verify(DAY, data, Link())
    torn = verify(DAY, data + b'{"v":1,"se', Link())
    assert torn == (whole.events, whole.link, b'{"v":1,"se')
    with pytest.raises(LedgerDamaged, match=f"{DAY}:13: the line is cut off"):
        verify(DAY, data + b'{"v":1,"se', Link(), first_line=11, newest=False)


def test_a_whole_last_line_counts_without_its_end() -> None:
    data = lines("a", "b")
    for newest in (True, False):
        assert verify(DAY, data[:-1], Link(), newest=newest) == verify(DAY, data, Link())
    first, second = data.splitlines()
    changed = first + b"\n" + second.replace(b'"prev":"', b'"prev":"0')
    with pytest.raises(LedgerDamaged, match=f"{DAY}:2: .*hash chain is broken"):
        verify(DAY, changed, Link())


def test_never_appended_to_a_file_older_than_the_newest() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert day_path(now, None) == DAY
    assert day_path(now, "state/ledger/2026/02/28.jsonl") == DAY
    assert day_path(now, DAY) == DAY
    assert day_path(now, "state/ledger/2026/03/02.jsonl") == "state/ledger/2026/03/02.jsonl"


@pytest.mark.parametrize(
    ("path", "daily"),
    [
        (DAY, True),
        ("state/ledger/2026/03/01.jsonl.bak", False),
        ("state/ledger/2026/3/1.jsonl", False),
        ("state/metrics/2026/03/01.jsonl", False),
        ("old/" + DAY, False),
        ("state/ledger/README.md", False),
    ],
)
def test_which_files_are_daily_files(path: str, daily: bool) -> None:
    assert is_day(path) == daily
