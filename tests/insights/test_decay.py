from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from postops.insights.decay import day_path, is_due, last_counts
from tests.ledger.memory_remote import MemoryHead

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("age", "since_last", "due"),
    [
        (HOUR, None, True),
        (400 * DAY, None, True),
        (2 * DAY, timedelta(0), True),
        (3 * DAY, 19 * HOUR, False),
        (3 * DAY, 21 * HOUR, True),
        (15 * DAY, 6 * DAY, False),
        (15 * DAY, 7 * DAY, True),
        (61 * DAY, 27 * DAY, False),
        (61 * DAY, 28 * DAY, True),
    ],
)
def test_older_posts_are_counted_less_often(
    age: timedelta, since_last: timedelta | None, due: bool
) -> None:
    assert is_due(age, since_last) is due


def test_a_year_of_daily_pulls_counts_a_post_about_35_times() -> None:
    last, counted = None, 0
    for day in range(365):
        at = day * DAY
        if is_due(at, None if last is None else at - last):
            last, counted = at, counted + 1
    assert counted in range(30, 38)


def test_the_last_counts_are_read_from_the_files_that_matter() -> None:
    def line(delivery: str, part: int, at: str) -> bytes:
        return f'{{"delivery":"{delivery}","part":{part},"at":"{at}"}}\n'.encode()

    files = {
        "state/metrics/2026/01/01.jsonl": line("old@x", 1, "2026-01-01T00:00:00Z"),
        "state/metrics/2026/03/20.jsonl": line("a@x", 1, "2026-03-20T10:00:00.000Z"),
        "state/metrics/2026/03/30.jsonl": line("a@x", 1, "2026-03-30T10:00:00.000Z")
        + b"garbage\n[]\n{}\n"
        + line("a@x", 2, "2026-03-30T11:00:00.000Z"),
        "state/metrics/2026/03/notes.txt": line("a@x", 3, "2026-03-30T10:00:00Z"),
        "state/ledger/2026/03/30.jsonl": b"{}\n",
    }
    assert last_counts(MemoryHead("1", None, files), NOW) == {
        ("a@x", 1): datetime(2026, 3, 30, 10, tzinfo=UTC),
        ("a@x", 2): datetime(2026, 3, 30, 11, tzinfo=UTC),
    }
    assert day_path(NOW) == "state/metrics/2026/03/31.jsonl"
