"""What a plain scalar means: as YAML 1.2, and never as YAML 1.1."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postops.reading.scalars import SEXAGESIMAL, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("~", None), ("NULL", None), ("TRUE", True), ("False", False), ("nULL", "nULL"),
     ("tRUE", "tRUE"), ("0", 0), ("-0", 0), ("+12", 12), ("1.", 1.0), (".5", 0.5), ("-1.5e-3", -0.0015),
     ("1e5", 100_000.0), ("1E+2", 100.0), ("999999999999999999", 999_999_999_999_999_999)],
)  # fmt: skip
def test_these_are_more_than_text(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "on", "OFF", "y", "n", "017", "00", "-012", "0x1f", "0o7", "0b1", "1_000", "1,5",
     "12:30", "190:20:30", "1e", "1e123", ".", "-", "+", "--1", "1.2.3", "e5", "1 ", "1\n", "１２",
     "1" * 19, "1" * 5000, "0." + "1" * 21, ".inf", "-.INF", ".nan", "2026-11-21", "<<", "="],
)  # fmt: skip
def test_these_stay_the_text_that_was_written(text: str) -> None:
    assert plain(text) is text


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_amount_is_read_as_it_is_written(number: int) -> None:
    assert plain(str(number)) == number


@given(st.text(alphabet="0123456789+-.eE_:x", max_size=30))
def test_a_number_here_is_one_to_json_too_or_nearly(text: str) -> None:
    value = plain(text)
    if isinstance(value, (int, float)):
        tidy = text.removeprefix("+")
        sign, tidy = ("-", tidy[1:]) if tidy.startswith("-") else ("", tidy)
        whole, dot, rest = tidy.partition(".")
        if dot:
            digits = rest if rest[:1].isdigit() else f"0{rest}"
            tidy = f"{whole or 0}.{digits}"
        assert json.loads(sign + tidy) == value


@pytest.mark.parametrize("text", ["12:30", "1:2", "190:20:30", "-1:05", "+9:59.5"])
def test_base_60_is_recognised(text: str) -> None:
    assert SEXAGESIMAL.match(text)


@pytest.mark.parametrize(
    "text", ["12:60", "12345:00", "12:", ":30", "12:30 ", "a12:30", "2026-11-21T12:30"]
)
def test_and_nothing_else_is(text: str) -> None:
    assert not SEXAGESIMAL.match(text)
