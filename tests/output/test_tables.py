from __future__ import annotations

import csv as reader
import io
from typing import Any

import pytest

from postops.output.tables import csv, draw, width


def bare(text: str, **_: Any) -> str:
    return text


def test_numbers_stand_right_and_text_left() -> None:
    assert draw(("name", "n"), [("a", 1), ("bcdef", 10), (None, None)], bare) == [
        "name      n",
        "─────  ────",
        "a         1",
        "bcdef    10",
        "NULL   NULL",
    ]


def test_wide_letters_take_two_cells() -> None:
    lines = draw(("t", "u"), [("日本", "x"), ("abcd", "y"), ("é", "z")], bare)
    assert lines[2:] == ["日本  x", "abcd  y", "é     z"]


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("a\u200db", 2), ("ｱ", 1), ("", 0)]
)
def test_width_is_in_cells_of_a_terminal(text: str, cells: int) -> None:
    assert width(text) == cells


def test_what_does_not_fit_is_cut_from_the_widest() -> None:
    rows = [("short", "x" * 60, "y" * 50)]
    lines = draw(("a", "b", "c"), rows, bare, room=60)
    assert max(width(line) for line in lines) <= 60
    assert lines[2].startswith("short  xxxx")
    assert lines[2].count("…") == 2
    assert draw(("a",), [("x" * 300,)], bare)[2] == "x" * 300


def test_a_cut_never_halves_a_wide_letter() -> None:
    (line,) = draw(("a",), [("日本語日本語日本語",)], bare, room=10)[2:]
    assert line == "日本語日…"


def test_too_many_columns_are_still_drawn() -> None:
    columns = [f"column{number}" for number in range(20)]
    lines = draw(columns, [["x" * 30] * 20], bare, room=40)
    assert len(lines) == 3
    assert lines[2].count("…") == 20


def test_no_cell_can_move_the_cursor_or_break_the_line() -> None:
    (line,) = draw(("a",), [("\x1b[2Jone\ntwo",)], bare)[2:]
    assert "\x1b" not in line
    assert "\n" not in line


def test_nested_values_are_json() -> None:
    assert draw(("a", "b"), [(["ä"], {"k": 1})], bare)[2] == '["ä"]  {"k": 1}'
    assert draw(("flag",), [(True,)], bare)[2] == "true"
    assert draw((), [], bare) == ["", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("x")'
    ((head,), (cell,)) = reader.reader(io.StringIO(csv([text], [[text]]), newline=""))
    assert head == cell == f"'{text}"


def test_csv_keeps_numbers_and_quotes_what_needs_it() -> None:
    made = csv(["a", "b", "c", "d", "e"], [[-1, None, 'x,"y"\nz', ["t"], True]])
    assert made == 'a,b,c,d,e\n-1,,"x,""y""\nz","[""t""]",true\n'
