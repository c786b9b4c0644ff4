from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postops.clock import SystemClock, ulid

AT = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
NAIVE = datetime(1970, 1, 2), datetime(9999, 1, 1)  # noqa: DTZ001 - how the bounds are taken
TIMES = st.datetimes(*NAIVE, timezones=st.just(UTC))
ENTROPY = st.integers(0, (1 << 80) - 1)


def test_an_id_of_a_known_time() -> None:
    # The example of the ULID specification's reference implementation: 01ARYZ6S41 is this moment.
    at = datetime.fromtimestamp(1469918176385 / 1000, UTC)
    assert ulid(at, 0) == "01ARYZ6S41" + "0" * 16
    assert ulid(at, (1 << 80) - 1) == "01ARYZ6S41" + "Z" * 16


@given(TIMES, TIMES, ENTROPY, ENTROPY)
def test_ids_sort_by_time(one: datetime, two: datetime, a: int, b: int) -> None:
    if abs(one - two) >= timedelta(milliseconds=2):
        assert (ulid(one, a) < ulid(two, b)) == (one < two)


@given(TIMES, ENTROPY)
def test_ids_are_26_characters_of_one_alphabet(at: datetime, entropy: int) -> None:
    made = ulid(at, entropy)
    assert len(made) == 26
    assert set(made) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_more_entropy_than_fits_changes_no_time() -> None:
    assert ulid(AT, 1 << 80) == ulid(AT, 0)


def test_the_system_clock() -> None:
    clock = SystemClock()
    before, began = clock.now(), clock.monotonic()
    assert before.utcoffset() == timedelta(0)
    asyncio.run(clock.sleep(0.01))
    assert clock.monotonic() - began >= 0.01
    assert clock.now() > before
    assert 0 <= clock.random() < 1
    made = [clock.new_id() for _ in range(100)]
    assert len(set(made)) == 100
