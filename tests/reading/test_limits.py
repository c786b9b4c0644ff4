"""Limits: what they allow, and that the schema says the same."""

from __future__ import annotations

import re
from typing import Any

import pytest

from postops.reading.limits import Length, Limit, Pattern, Range, Shown


def schema(limit: Limit, base: dict[str, Any]) -> dict[str, Any]:
    return limit.__get_pydantic_json_schema__(None, lambda _: dict(base))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("ab", True), ("cd", True), ("abc", False), ("xab", False), ("ab\n", False)],
)
def test_a_pattern_is_of_the_whole_text_in_python_and_in_the_schema(
    text: str, allowed: bool
) -> None:
    limit = Pattern("ab|cd", "two letters")
    assert limit.allows(text) is allowed
    said = schema(limit, {"type": "string"})
    assert said == {"type": "string", "pattern": "^(?:ab|cd)$"}
    ecma = said["pattern"].replace("$", r"\Z")  # where `$` is only the end
    assert bool(re.search(ecma, text)) is allowed


def test_examples_are_for_editors_and_secrets_for_nobody() -> None:
    limit = Pattern("a", "an a", secret=True, examples=["a"])
    assert limit.secret
    assert not Pattern("a", "an a").secret
    assert schema(limit, {})["examples"] == ["a"]
    assert "examples" not in schema(Pattern("a", "an a"), {})


@pytest.mark.parametrize(
    ("value", "allowed"), [(-1, True), (1, True), (1.01, False), (-1.01, False)]
)
def test_a_range_holds_both_its_ends(value: float, allowed: bool) -> None:
    assert Range(-1, 1).allows(value) is allowed


def test_a_range_says_itself_without_needless_decimals() -> None:
    limit = Range(0.5, 10.0)
    assert limit.says == "a number from 0.5 to 10"
    assert schema(limit, {"type": "number"}) == {"type": "number", "minimum": 0.5, "maximum": 10.0}


@pytest.mark.parametrize(
    ("low", "high", "fits"), [(1, 3, [1, 2, 3]), (2, None, [2, 3, 4]), (0, 0, [0]), (4, 4, [4])]
)
def test_a_length_counts_what_a_list_or_text_holds(
    low: int, high: int | None, fits: list[int]
) -> None:
    limit = Length(low, high, "so many")
    assert [n for n in range(5) if limit.allows("x" * n)] == fits
    assert [n for n in range(5) if limit.allows([0] * n)] == fits


def test_a_length_is_of_items_for_lists_and_of_characters_for_texts() -> None:
    assert schema(Length(1, 4, "x"), {"type": "array"}) == {
        "type": "array",
        "minItems": 1,
        "maxItems": 4,
    }
    assert schema(Length(1, None, "x"), {"type": "string"}) == {"type": "string", "minLength": 1}


def test_what_is_only_shown_refuses_nothing() -> None:
    limit = Shown("[0-9]+", ["1"])
    assert limit.allows("letters")
    assert schema(limit, {}) == {"pattern": "^(?:[0-9]+)$", "examples": ["1"]}


def test_a_limit_of_no_kind_allows_nothing_by_mistake() -> None:
    with pytest.raises(NotImplementedError):
        Limit("anything").allows(1)


def test_a_schema_keeps_what_was_there() -> None:
    given = {"type": "string", "title": "T"}
    assert schema(Pattern("a", "a"), given)["title"] == "T"
    assert given == {"type": "string", "title": "T"}
