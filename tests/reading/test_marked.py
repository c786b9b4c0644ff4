"""Values that remember where they stand."""

from __future__ import annotations

from pydantic import TypeAdapter

from postops.diagnostics import Span
from postops.reading.marked import MarkedList, MarkedMap, Place, key_span, value_span
from postops.reading.yaml import parse

TEXT = """\
title: A
media:
  - one
  - two
body: |
  many
  lines
"""


def front() -> MarkedMap:
    value = parse(TEXT, "f.md", first_line=2).value
    assert isinstance(value, MarkedMap)
    return value


def test_a_key_and_its_value_have_places_of_their_own() -> None:
    assert key_span(front(), "title", "f.md") == Span("f.md", 2, 1, 2, 6)
    assert value_span(front(), "title", "f.md") == Span("f.md", 2, 8, 2, 9)


def test_the_end_is_unknown_where_a_value_goes_on_over_lines() -> None:
    assert value_span(front(), "body", "f.md") == Span("f.md", 6, 7)
    assert value_span(front(), "media", "f.md") == Span("f.md", 4, 3)


def test_an_entry_of_a_list_is_its_own_key() -> None:
    media = front()["media"]
    assert key_span(media, 1, "f.md") == value_span(media, 1, "f.md") == Span("f.md", 5, 5, 5, 8)


def test_what_has_no_mark_stands_at_the_head_of_the_file() -> None:
    assert key_span(front(), "absent", "f.md") == Span("f.md", 1, 1)
    assert value_span(MarkedList(), 7, "f.md") == Span("f.md", 1, 1)


def test_a_key_without_an_end_has_a_beginning() -> None:
    made = MarkedMap()
    made.marks["a"] = (3, 4)
    assert key_span(made, "a", "f.md") == Span("f.md", 3, 4)


def test_a_block_without_some_keys_keeps_the_marks_of_the_rest() -> None:
    whole = front()
    rest = whole.without({"media", "absent"})
    assert list(rest) == ["title", "body"]
    assert list(whole) == ["title", "media", "body"]
    assert key_span(rest, "body", "f.md") == key_span(whole, "body", "f.md")
    assert value_span(rest, "title", "f.md") == value_span(whole, "title", "f.md")


def test_marks_do_not_make_values_differ() -> None:
    assert front() == {"title": "A", "media": ["one", "two"], "body": "many\nlines\n"}


def test_pydantic_takes_a_place_for_anything() -> None:
    assert TypeAdapter(Place).validate_python("whatever") == "whatever"
