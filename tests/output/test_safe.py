from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from postops.output.safe import (
    cell,
    command_data,
    command_property,
    cut,
    fence,
    json_text,
    one_line,
    terminal,
)
from tests.output.sample import HOSTILE

TEXTS = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(HOSTILE)


def obeyed(line: str) -> bool:
    """Whether GitHub's runner takes a line of a log for a command."""
    return line.lstrip().startswith("::") or "##[" in line


@given(TEXTS)
def test_no_terminal_and_no_workflow_obeys(text: str) -> None:
    for shown in (terminal(text), one_line(text)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
        assert not any(obeyed(line) for line in shown.split("\n"))
        shown.encode()
    assert "\n" not in one_line(text)


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=40))
def test_what_is_harmless_is_left_alone(text: str) -> None:
    if "::" not in text and "##[" not in text:
        assert terminal(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31m", "\\u001b[31m"),
        ("a\r\nb", "a\\u000d\nb"),
        ("::x", "\\u003a:x"),
        ("  ::x", "  \\u003a:x"),
        ("a::b", "a::b"),
        ("##[group]x", "\\u0023#[group]x"),
        ("###[group]x", "#\\u0023#[group]x"),
        ("\u202ex", "\\u202ex"),
    ],
)
def test_escapes_can_be_seen(text: str, shown: str) -> None:
    assert terminal(text) == shown


def test_one_line() -> None:
    assert one_line("a\r\nb\rc\nd") == "a⏎b⏎c⏎d"


@given(TEXTS)
def test_a_json_document_stays_the_same(text: str) -> None:
    document = json.dumps({text: text}, ensure_ascii=False)
    assert json.loads(json_text(document)) == {text: text}
    assert "##[" not in json_text(document)


def data_of(escaped: str) -> str:
    """As GitHub's toolkit documents the way back."""
    return escaped.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def property_of(escaped: str) -> str:
    return data_of(escaped.replace("%3A", ":").replace("%2C", ","))


@given(TEXTS)
def test_workflow_commands_end_where_they_should(text: str) -> None:
    assert not set(command_data(text)) & set("\r\n")
    assert not set(command_property(text)) & set("\r\n:,")
    assert data_of(command_data(text)) == text
    assert property_of(command_property(text)) == text


@given(TEXTS)
def test_nothing_gets_out_of_a_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {cell(text)} | end |\n"
    html = MarkdownIt("commonmark").enable("table").render(table)
    row = html.partition("<tbody>")[2]
    assert row.count("<td>") == 2
    assert "<td>end</td>" in row
    inner = row.partition("<td>")[2].partition("</td>")[0]
    assert inner.startswith("<code>")
    assert inner.endswith("</code>")
    assert inner.count("<") == 2


def test_bars_behind_backslashes() -> None:
    assert cell("a|b") == "`a\\|b`"
    assert "|" not in cell("a\\|b")


@pytest.mark.parametrize(
    ("text", "at_least", "expected"),
    [("", 1, "`"), ("`", 1, "``"), ("a``b", 1, "```"), ("``", 3, "```"), ("```", 3, "````")],
)
def test_fences(text: str, at_least: int, expected: str) -> None:
    assert fence(text, at_least) == expected


def test_a_table_is_cut_to_its_room() -> None:
    rows = [f"| row {number} é |" for number in range(100)]
    whole = cut(["| head |"], rows)
    assert whole.count("\n") == 101
    part = cut(["| head |"], rows, room=200)
    assert len(part.encode()) < 250
    shown = part.count("| row")
    assert f"... and {100 - shown} more" in part
    assert 0 < shown < 100
