"""Rate-limit headers in all their spellings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postops.model import RateLimit
from postops.platforms._budget import rate_limit, retry_after, server_date
from tests.platforms.harness import AT, DATE

EPOCH = str(int(AT.timestamp()) + 60)
LATER = AT + timedelta(seconds=60)


def family(prefix: str, limit: str, remaining: str, reset: str) -> dict[str, str]:
    return {f"{prefix}limit": limit, f"{prefix}remaining": remaining, f"{prefix}reset": reset}


@pytest.mark.parametrize(
    "headers",
    [
        family("ratelimit-", "10", "3", EPOCH),
        family("x-rate-limit-", "10", "3", EPOCH),
        family("x-ratelimit-", "10", "3", "2026-03-01T09:31:00.000000Z"),
        family("x-user-limit-24hour-", "10", "3", EPOCH),
    ],
)
def test_every_platforms_headers_are_understood(headers) -> None:
    assert rate_limit(headers) == RateLimit(10, 3, LATER)


def test_the_tightest_of_several_budgets_is_told() -> None:
    headers = family("x-rate-limit-", "100", "90", EPOCH) | family(
        "x-user-limit-24hour-", "100", "0", str(int(AT.timestamp()) + 3600)
    )
    told = rate_limit(headers)
    assert told is not None
    assert told.remaining == 0
    assert retry_after(headers, AT) == 3600


def test_a_spent_budget_decides_and_not_a_full_one_that_ends_later() -> None:
    headers = family("x-rate-limit-", "100", "0", EPOCH) | family(
        "x-app-limit-24hour-", "100", "50", str(int(AT.timestamp()) + 80_000)
    )
    assert retry_after(headers, AT) == 60


def test_a_refusal_with_budget_left_waits_for_the_tightest() -> None:
    headers = family("ratelimit-", "10", "3", EPOCH)
    assert retry_after(headers, AT) == 60
    assert retry_after(headers, None) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        family("ratelimit-", "ten", "3", EPOCH),
        family("ratelimit-", "10", "-1", EPOCH),
        family("ratelimit-", "10", "3", "60"),
        family("ratelimit-", "10", "3", "soon"),
        family("ratelimit-", "9" * 40, "3", EPOCH),
        family("ratelimit-", "10", "3", "9" * 11),
        family("ratelimit-", "10", "3", "9" * 12),
        family("ratelimit-", "10", "3", "0001-01-01T00:00:00"),
        family("ratelimit-", "10", "3", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_headers_that_make_no_sense_say_nothing(headers) -> None:
    assert rate_limit(headers) is None
    assert retry_after(headers, AT) is None


def test_a_wait_is_never_negative_and_never_for_years() -> None:
    past = family("ratelimit-", "10", "0", str(int(AT.timestamp()) - 60))
    assert retry_after(past, AT) == 0
    assert retry_after({"retry-after": "999999999"}, AT) == 604_800
    assert retry_after({"retry-after": "9" * 5000}, AT) == 604_800
    for nonsense in ("soon", "-5", "NaN", "inf", "1e9", "²", "Fri, 31 Dec 9999 23:59:59 -0100"):
        assert retry_after({"retry-after": nonsense}, AT) is None


def test_the_servers_time() -> None:
    assert server_date({"date": DATE}) == AT
    for nonsense in ("", "now", "Sun, 99 Foo 2026 09:30:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"):
        assert server_date({"date": nonsense}) is None
