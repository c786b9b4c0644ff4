"""The editors' schema of a shape says what the reader does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft7Validator

from postops.reading.limits import Length, Pattern, Range
from postops.reading.marked import MarkedMap, Place
from postops.reading.schema import DIALECT, json_schema
from postops.reading.shape import PLACE, REST, read
from postops.reading.yaml import parse


@dataclass(frozen=True)
class Base:
    """What both have."""

    name: str
    """How it is called:
    in two lines."""


@dataclass(frozen=True)
class Inner(Base):
    """A thing inside.

    This is not for editors.
    """

    size: Annotated[float, Range(0, 9)] = 1.0
    """How large."""
    at: Place = field(default=Place((0, 0), MarkedMap()), metadata=PLACE)


@dataclass(frozen=True)
class Outer:
    """The whole."""

    inner: Inner
    mode: Literal["auto", "none"] = "none"
    title: str | None = None
    words: Annotated[list[str], Length(1, 2, "one or two")] = field(default_factory=list)
    by_name: dict[Annotated[str, Pattern("[a-z]+", "small letters")], int] = field(
        default_factory=dict
    )
    told: int = field(default=1, metadata={"doc": "Told elsewhere."})


@dataclass(frozen=True)
class Open:
    known: str = ""
    rest: dict[str, Any] = field(default_factory=dict, metadata=REST)


SCHEMA = json_schema(Outer, "my")


def test_it_is_a_schema_of_the_dialect_editors_know() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert "draft-07" in DIALECT


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("inner: {name: a}", True),
        ("inner: {name: a, size: 9, }", True),
        ("inner: {name: a, size: 9.1}", False),
        ("inner: {}", False),
        ("title: a", False),
        ("inner: {name: a}\nmode: auto", True),
        ("inner: {name: a}\nmode: other", False),
        ("inner: {name: a}\nmode: null", False),
        ("inner: {name: a}\ntitle: null", False),
        ("inner: {name: a}\nwords: [a, b]", True),
        ("inner: {name: a}\nwords: []", False),
        ("inner: {name: a}\nwords: [a, b, c]", False),
        ("inner: {name: a}\nwords: a", False),
        ("inner: {name: a}\nby_name: {x: 1}", True),
        ("inner: {name: a}\nby_name: {X: 1}", False),
        ("inner: {name: a, at: 1}", False),
        ("inner: {name: a}\nother: 1", False),
        ("inner: {name: a, other: 1}", False),
    ],
)
def test_an_editor_and_the_reader_agree(text: str, fine: bool) -> None:
    value = parse(text, "f.md").value
    assert (read(Outer, value, "f.md").faults == ()) is fine
    assert Draft7Validator(SCHEMA).is_valid(value) is fine


def test_definitions_carry_the_prefix_so_that_two_schemas_can_be_one() -> None:
    assert list(SCHEMA["$defs"]) == ["myInner"]
    assert SCHEMA["properties"]["inner"]["$ref"] == "#/$defs/myInner"
    assert "$defs" not in json_schema(Open)


def test_docstrings_are_what_an_editor_shows_also_those_that_are_inherited() -> None:
    inner = SCHEMA["$defs"]["myInner"]
    assert inner["description"] == "A thing inside."
    assert inner["properties"]["name"]["description"] == "How it is called:\nin two lines."
    assert inner["properties"]["size"]["description"] == "How large."
    assert SCHEMA["properties"]["told"]["description"] == "Told elsewhere."
    assert "description" not in SCHEMA["properties"]["title"]


def test_nothing_is_said_that_helps_nobody() -> None:
    assert "title" not in SCHEMA
    assert "title" not in SCHEMA["properties"]["title"]
    assert "default" not in SCHEMA["properties"]["title"]
    assert "default" not in SCHEMA["properties"]["words"]
    assert SCHEMA["properties"]["mode"]["default"] == "none"
    assert "at" not in SCHEMA["$defs"]["myInner"]["properties"]


def test_a_shape_that_keeps_the_rest_takes_any_key() -> None:
    schema = json_schema(Open)
    assert "rest" not in schema["properties"]
    assert Draft7Validator(schema).is_valid({"known": "a", "other": [1]})
    assert not Draft7Validator(schema).is_valid({"known": 1})
