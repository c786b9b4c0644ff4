"""Shapes: what is read, what is wrong, where, and what the fix would write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest

from postops.content.fixes import apply_fixes
from postops.reading.limits import Length, Pattern, Range, Shown
from postops.reading.marked import MarkedMap, Place
from postops.reading.shape import PLACE, REST, known_keys, read
from postops.reading.yaml import parse


@dataclass(frozen=True)
class Inner:
    path: str
    alt: str | None = None
    at: Place = field(default=Place((0, 0), MarkedMap()), metadata=PLACE)


@dataclass(frozen=True)
class Outer:
    name: str | None = None
    flag: bool = False
    count: int = 0
    ratio: float = 0.0
    mode: Literal["auto", "none"] = "none"
    version: Literal[1] = 1
    words: list[str] = field(default_factory=list)
    pairs: tuple[Annotated[float, Range(-1, 1)], ...] = ()
    inner: Inner | None = None
    inners: list[Inner] = field(default_factory=list)
    either: str | Inner | None = None
    by_name: dict[Annotated[str, Pattern("[a-z]+", "small letters")], Inner] = field(
        default_factory=dict
    )
    secret: Annotated[str, Pattern("env:[A-Z]+", "`env:NAME`", secret=True)] | None = None
    two: Annotated[list[int], Length(2, 2, "two numbers")] | None = None
    shown: Annotated[str, Shown("[0-9]+", ["1"])] | None = None
    anything: Any = None


@dataclass(frozen=True)
class Open:
    known: str = ""
    rest: dict[str, Any] = field(default_factory=dict, metadata=REST)


def shaped(text: str, shape: type = Outer) -> Any:
    parsed = parse(text, "f.md")
    assert parsed.faults == ()
    return read(shape, parsed.value, "f.md", (1, 1))


def test_every_kind_of_field_is_read() -> None:
    text = """\
name: a
flag: true
count: 3
ratio: 2
mode: auto
version: 1
words: [a, b]
pairs: [0, 0.5]
inner: {path: p}
inners: [{path: q, alt: r}]
either: {path: z}
by_name: {x: {path: y}}
secret: env:TOKEN
two: [1, 2]
shown: not checked
anything: {a: [1]}
"""
    value, faults = shaped(text)
    assert faults == ()
    assert (value.name, value.flag, value.count, value.ratio) == ("a", True, 3, 2.0)
    assert type(value.ratio) is float
    assert value.words == ("a", "b")
    assert value.pairs == (0.0, 0.5)
    assert value.inner.path == "p"
    assert value.inner.at.mark == (9, 8)
    assert value.inner.at.node.marks["path"] == (9, 9)
    assert value.inners[0].alt == "r"
    assert value.either.path == "z"
    assert value.by_name["x"].path == "y"
    assert value.secret == "env:TOKEN"
    assert value.anything == {"a": [1]}


def test_a_union_takes_either_kind() -> None:
    assert shaped("either: text").value.either == "text"
    assert shaped("either: [1]").faults[0].message == (
        "`either` is a list, not a text or a block of keys"
    )


def test_the_rest_keeps_its_marks() -> None:
    value, faults = shaped("known: a\nflair: b\nkind: [c]\n", Open)
    assert faults == ()
    assert value.rest == {"flair": "b", "kind": ["c"]}
    assert value.rest.marks["kind"] == (3, 1)
    assert known_keys(Open) == ("known",)


@pytest.mark.parametrize(
    ("text", "rule", "place", "message"),
    [
        ("nme: a", "unknown-key", (1, 1), "there is no key `nme`"),
        ("zzzzzz: a", "unknown-key", (1, 1), "there is no key `zzzzzz`"),
        ("name: 7", "wrong-type", (1, 7), "`name` is a number, not a text"),
        ("name: true", "wrong-type", (1, 7), "`name` is true or false, not a text"),
        ("name: [a]", "wrong-type", (1, 7), "`name` is a list, not a text"),
        ("name: {a: b}", "wrong-type", (1, 7), "`name` is a block of keys, not a text"),
        ("name:", "wrong-type", (1, 6), "`name` has no value"),
        ("name: ~", "wrong-type", (1, 7), "`name` has no value"),
        ("flag: yes", "wrong-type", (1, 7), "`flag` is a text, not true or false"),
        ("flag: 1", "wrong-type", (1, 7), "`flag` is a number, not true or false"),
        ("count: 1.5", "wrong-type", (1, 8), "`count` is a number, not a whole number"),
        ("count: x", "wrong-type", (1, 8), "`count` is a text, not a whole number"),
        ("ratio: x", "wrong-type", (1, 8), "`ratio` is a text, not a number"),
        ("mode: atuo", "invalid-value", (1, 7), "`mode` cannot be `atuo`"),
        ("mode: 1", "wrong-type", (1, 7), "`mode` is a number, not `auto` or `none`"),
        ("version: 2", "invalid-value", (1, 10), "`version` cannot be `2`"),
        ("words: a", "wrong-type", (1, 8), "`words` is a text, not a list"),
        ("words: [a, 7]", "wrong-type", (1, 12), "item 2 is a number, not a text"),
        ("words: [a, ]\ninner: {path: 1}", "wrong-type", (2, 15), "`path` is a number, not a text"),
        ("pairs: [2]", "invalid-value", (1, 9), "item 1 `2` is not a number from -1 to 1"),
        ("inner: {alt: x}", "missing-key", (1, 8), "`inner` lacks the key `path`"),
        ("inners: [{}]", "missing-key", (1, 10), "item 1 lacks the key `path`"),
        ("inner: {path: a, paht: b}", "unknown-key", (1, 18), "there is no key `paht`"),
        ("by_name: {X: {path: a}}", "invalid-value", (1, 11), "the name `X` is not small letters"),
        ("secret: hunter2", "invalid-value", (1, 9), "`secret` is not `env:NAME`"),
        ("two: [1]", "invalid-value", (1, 6), "`two` needs two numbers"),
        ("two: [1, x]", "wrong-type", (1, 10), "item 2 is a text, not a whole number"),
    ],
)
def test_each_mistake_has_its_rule_place_and_words(
    text: str, rule: str, place: tuple[int, int], message: str
) -> None:
    faults = shaped(text).faults
    assert [(f.rule, (f.span.line, f.span.column), f.message) for f in faults] == [
        (rule, place, message)
    ]
    assert faults[0].help
    assert "hunter2" not in str(faults)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nme: a", "name: a"),
        ("'Name': a", "name: a"),
        ("by-name: {}", "by_name: {}"),
        ("name: 2026", 'name: "2026"'),
        ("words: [1.10, a]", 'words: ["1.10", a]'),
        ("name: true", 'name: "true"'),
        ("flag: yes  # sure", "flag: true  # sure"),
        ("flag: 'Off'", "flag: false"),
        ("words: one", "words: [one]"),
        ("mode: Auto", "mode: auto"),
        ("mode: 'atuo'", "mode: auto"),
        ("{name: 7, flag: no}", '{name: "7", flag: false}'),
    ],
)
def test_safe_fixes_write_what_was_meant(before: str, after: str) -> None:
    faults = shaped(before).faults
    data, applied = apply_fixes(before.encode(), [f.fix for f in faults if f.fix])
    assert data.decode() == after
    assert applied == len(faults)
    assert shaped(after).faults == ()


@pytest.mark.parametrize(
    "text", ["nme: a\nname: b", "words: a, b", "flag: maybe", "zzzzzz: a", "name: [a]", "name:"]
)
def test_no_fix_is_offered_where_it_would_be_a_guess(text: str) -> None:
    assert [f.fix for f in shaped(text).faults] == [None]


def test_reading_goes_on_and_faulty_fields_keep_their_default() -> None:
    value, faults = shaped("name: 7\nflag: true\nmode: x\nwords: [a, 1, b]\n")
    assert (value.name, value.flag, value.mode, value.words) == (None, True, "none", ("a", "b"))
    assert [f.span.line for f in faults] == [1, 3, 4]


def test_a_value_that_is_no_block_gives_nothing() -> None:
    assert shaped("[1]").value is None
    assert shaped("text").faults[0].message == "the file is a text, not a block of keys"
    assert shaped("").faults[0].message == "the file has no value"


def test_secrets_are_not_repeated_and_others_are_cut_and_escaped() -> None:
    faults = shaped('secret: "hunter2"\nmode: "\\u202e' + "x" * 200 + '"').faults
    text = str(faults)
    assert "hunter2" not in text
    assert "\u202e" not in faults[1].message
    assert len(faults[1].message) < 120


def test_a_whole_number_may_be_written_as_a_float_as_in_json_schema() -> None:
    assert shaped("count: 3.0").value.count == 3
    assert shaped("version: 1.0").faults == ()


def test_a_shape_that_cannot_be_read_is_the_programmers_mistake() -> None:
    @dataclass(frozen=True)
    class Two:
        value: list[str] | tuple[int, ...]

    with pytest.raises(TypeError, match="differ"):
        read(Two, parse("value: 1", "f").value, "f")

    @dataclass(frozen=True)
    class Odd:
        value: set[str]

    with pytest.raises(TypeError, match="no shape"):
        read(Odd, parse("value: 1", "f").value, "f")
