from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from postops.content.times import read_day, read_time
from postops.diagnostics import Span
from postops.model import When
from postops.reading import Fault

SPAN = Span("p.md", 3, 13)


def at(text: str, zone: str = "Europe/Berlin") -> When:
    when = read_time(text, zone, SPAN)
    assert isinstance(when, When), when
    assert when.at.tzinfo is UTC
    return when


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-03-01T10:30", "Europe/Berlin", "2026-03-01T09:30:00"),
        ("2026-07-01T10:30", "Europe/Berlin", "2026-07-01T08:30:00"),
        ("2026-07-01 10:30", "UTC", "2026-07-01T10:30:00"),
        ("2026-07-01T10:30", "Asia/Kathmandu", "2026-07-01T04:45:00"),
        ("2026-03-01T10:30Z", "Europe/Berlin", "2026-03-01T10:30:00"),
        ("2026-03-01T10:30:15Z", "Europe/Berlin", "2026-03-01T10:30:15"),
        ("2026-03-01T10:30:15.25+02:00", "UTC", "2026-03-01T08:30:15.250000"),
        ("2026-03-01T10:30-09:30", "UTC", "2026-03-01T20:00:00"),
    ],
)
def test_a_time_is_read_with_its_offset_or_in_its_zone(text: str, zone: str, utc: str) -> None:
    when = at(text, zone)
    assert when.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert when.trouble is None
    assert when.text == text
    assert when.span == SPAN


def test_the_zone_says_how_it_was_read() -> None:
    assert at("2026-03-01T10:30").zone == "Europe/Berlin"
    assert at("2026-03-01T10:30+05:30").zone == "+05:30"
    assert at("2026-03-01T10:30Z").zone == "UTC"


@pytest.mark.parametrize(
    ("text", "zone", "utc", "trouble"),
    [
        ("2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59:00", None),
        ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00:00", "nonexistent"),
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00", "nonexistent"),
        ("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00", None),
        ("2026-10-25T01:59", "Europe/Berlin", "2026-10-24T23:59:00", None),
        ("2026-10-25T02:00", "Europe/Berlin", "2026-10-25T01:00:00", "ambiguous"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T01:30:00", "ambiguous"),
        ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00", None),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-04T15:15:00", "ambiguous"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T06:30:00", "ambiguous"),
        ("2026-03-08T02:30", "America/New_York", "2026-03-08T07:30:00", "nonexistent"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00:00", "nonexistent"),
    ],
)
def test_where_the_clocks_change_the_later_reading_is_taken_and_told(
    text: str, zone: str, utc: str, trouble: str | None
) -> None:
    when = at(text, zone)
    assert when.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert when.trouble == trouble


def test_an_offset_settles_what_the_zone_cannot() -> None:
    assert at("2026-10-25T02:30+02:00").trouble is None


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("2026-03-01", "add the time: `2026-03-01T10:30`"),
        ("12:30", "add the day: `2026-03-01T12:30`"),
        ("9:30", "add the day: `2026-03-01T09:30`"),
        ("2026-03-01T10:30:00", "leave the seconds out"),
        ("2026-03-01 10:30 CET", "offset in figures"),
        ("2026-03-01T10:30+0100", "`+01:00`"),
        ("2026-03-01 10:30 +01:00", "`+01:00`"),
        ("2026-02-30T10:30", "such as"),
        ("2026-13-01T10:30", "such as"),
        ("2026-03-01T24:00", "such as"),
        ("2026-03-01T10:60", "such as"),
        ("0000-03-01T10:30", "such as"),
        ("0001-01-01T00:00+23:00", "such as"),
        ("2026-03-01T10:30+24:00", "such as"),
        ("2026-03-01T10:30+10:99", "such as"),
        ("01.03.2026 10:30", "write it as"),
        ("3/1/2026", "write it as"),
        ("tomorrow", "write it as"),
        ("", "write it as"),
        ("２０２６-03-01T10:30", "write it as"),
        ("2026-03-01T10:30\n", "write it as"),
    ],
)
def test_anything_else_is_a_fault_that_helps(text: str, help_: str) -> None:
    fault = read_time(text, "Europe/Berlin", SPAN)
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.span) == ("invalid-time", SPAN)
    assert help_ in (fault.help or "")


def test_days() -> None:
    assert read_day("2026-03-01", SPAN) == date(2026, 3, 1)
    for text in ("2026-02-30", "2026-03", "2026-03-01T10:30", "soon"):
        fault = read_day(text, SPAN)
        assert isinstance(fault, Fault)
        assert "2026-03-01" in (fault.help or "")
