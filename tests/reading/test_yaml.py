"""Strict YAML: what is refused, where it is said to be, and how long it may take."""

from __future__ import annotations

import tracemalloc

import pytest
import yaml as pyyaml

from postops.reading import yaml as reading
from postops.reading.marked import MarkedList, MarkedMap
from postops.reading.yaml import parse
from tests.rigs.stuck import not_stuck


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything here holds with libyaml and, where a machine lacks it, without."""
    if request.param == "pure":
        monkeypatch.setattr(reading, "_Parser", pyyaml.SafeLoader)
    return request.param


def only(text: str, **options: int) -> tuple[str, int, int]:
    faults = parse(text, "f.md", **options).faults
    assert len(faults) == 1, faults
    return faults[0].rule, faults[0].span.line, faults[0].span.column


def test_marks_say_where_keys_and_values_stand_in_the_file() -> None:
    value = parse("\nid: a\nmedia:\n  - {path: p.png, alt: 'x'}\n  - 7\n", "f.md").value
    assert value.marks == {"id": (2, 1), "media": (3, 1)}
    assert value.value_marks == {"id": (2, 5), "media": (4, 3)}
    assert value["media"].marks == {0: (4, 5), 1: (5, 5)}
    first = value["media"][0]
    assert first.marks == {"path": (4, 6), "alt": (4, 19)}
    assert first.value_marks["alt"] == (4, 24)
    assert first.value_ends["alt"] == (4, 27)
    assert first.ends["path"] == (4, 10)


def test_first_line_moves_all_marks() -> None:
    value = parse("a: [1]\n", "f.md", first_line=7).value
    assert value.marks["a"] == (7, 1)
    assert value["a"].marks[0] == (7, 5)
    assert only("a: 1\na: 2\n", first_line=7) == ("duplicate-key", 8, 1)


def test_columns_count_code_points_not_bytes_or_utf16() -> None:
    value = parse("{ä: '👩‍👩‍👧 é', b: 1}", "f.md").value
    assert value.marks["b"] == (1, 16)


def test_an_empty_text_is_no_value_and_no_fault() -> None:
    assert parse("", "f.md") == (None, ())
    assert parse("# only a comment\n", "f.md") == (None, ())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("7", 7), ("-3", -3), ("+3", 3), ("0", 0), ("1.5", 1.5), ("-.5", -0.5), ("1e3", 1000.0),
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("y", "y"),
        ("017", "017"), ("0o17", "0o17"), ("0x1F", "0x1F"), ("1_000", "1_000"), ("0b1", "0b1"),
        ("2026-11-21", "2026-11-21"), ("2026-11-21 09:00:00", "2026-11-21 09:00:00"),
        (".inf", ".inf"), (".nan", ".nan"), ("1e999", "1e999"), ("9" * 5000, "9" * 5000),
        ("1234567890123456789", "1234567890123456789"), ("=", "="), ("1.2.3", "1.2.3"),
        ("'7'", "7"), ('"true"', "true"),
    ],
)  # fmt: skip
def test_a_scalar_means_what_it_says(written: str, value: object) -> None:
    read = parse(f"a: {written}", "f.md")
    assert read.faults == ()
    assert read.value["a"] == value
    assert type(read.value["a"]) is type(value)


def test_plain_number_times_are_pointed_out_and_the_fix_quotes_them() -> None:
    read = parse("a: 12:30", "f.md")
    assert read.value["a"] == "12:30"
    (fault,) = read.faults
    assert fault.rule == "plain-number-time"
    assert fault.span[1:] == (1, 4, 1, 9)
    assert fault.fix is not None
    assert [(e.span.column, e.text) for e in fault.fix.edits] == [(4, '"'), (9, '"')]
    assert parse("a: '12:30'", "f.md").faults == ()
    assert parse("a: 2026-03-01T10:30", "f.md").faults == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: *b", "alias-or-anchor"), ("a: &b 1", "alias-or-anchor"), ("&k a: 1", "alias-or-anchor"),
        ("a: &b [1]\nc: *b", "alias-or-anchor"), ("<<: {a: 1}", "alias-or-anchor"),
        ("a: {<<: {b: 1}}", "alias-or-anchor"), ("*a : 1", "alias-or-anchor"),
        ("a: !!python/object/apply:os.system [id]", "yaml-tag"), ("a: !!str 5", "yaml-tag"),
        ("a: !env X", "yaml-tag"), ("!!map {a: 1}", "yaml-tag"), ("a: !!binary aGk=", "yaml-tag"),
        ("!!str a: 1", "yaml-tag"), ("a: !!python/name:os.system", "yaml-tag"),
        ("a: !<tag:yaml.org,2002:python/object:os> {}", "yaml-tag"),
        ("1: x", "front-matter-invalid"), ("true: x", "front-matter-invalid"),
        ("null: x", "front-matter-invalid"), ("? [a]\n: x", "front-matter-invalid"),
        ("? {a: b}\n: x", "front-matter-invalid"), ("--- a\n--- b\n", "front-matter-invalid"),
        ("a: 1\n...\nb: 2\n", "front-matter-invalid"), ("%YAML 1.1\n---\na: 1", "front-matter-invalid"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "front-matter-invalid"),
        ("a: [1, 2", "front-matter-invalid"), ("a: {b: 1", "front-matter-invalid"),
        ("a: 'x", "front-matter-invalid"), ('a: "x', "front-matter-invalid"),
        ("a: b: c", "front-matter-invalid"), ("a:\n\tb: 1", "front-matter-invalid"),
        ("a: @me", "front-matter-invalid"), ("@me: a", "front-matter-invalid"),
        ("a: `x`", "front-matter-invalid"), ('a: "\\q"', "front-matter-invalid"),
        ("a: %x", "front-matter-invalid"), ("a: |x\n  y", "front-matter-invalid"),
        ("a: - b", "front-matter-invalid"), ("a: 1\n b: 2", "front-matter-invalid"),
        ("- a\nb: 1", "front-matter-invalid"), ("a: ]", "front-matter-invalid"),
        ("a: 1\na: 2", "duplicate-key"), ("a: 1\n'a': 2", "duplicate-key"),
        ("a: {b: 1, b: 2}", "duplicate-key"),
        ('a: "\\0"', "control-character"), ('a: "\\e[31m"', "control-character"),
        ("a: \x00", "control-character"), ("a: \x1b]52;c;eA==\x07", "control-character"),
        ("a: x\ry: 1", "control-character"), ("a: \x85", "control-character"),
        ("a: x\u2028y", "control-character"), ("a: \ud800", "control-character"),
        ("a: \ufeff", "control-character"),
        ("acc\u200bounts: 1", "invisible-in-key"), ("\u202eid: 1", "invisible-in-key"),
        ("id\U000e0041: 1", "invisible-in-key"), ("\u3164: 1", "invisible-in-key"),
        ('"a\\u00ad": 1', "invisible-in-key"),
    ],
)  # fmt: skip
def test_what_is_refused_by_which_rule(text: str, rule: str) -> None:
    faults = parse(text, "f.md").faults
    assert [fault.rule for fault in faults] == [rule]
    lines = text.split("\n")
    line, column = faults[0].span.line, faults[0].span.column
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1
    assert not any(c in faults[0].message + (faults[0].help or "") for c in "\x1b\x00\u200b\u202e")


def test_half_a_character_is_refused_by_either_parser() -> None:
    (fault,) = parse('a: "\\ud83d"', "f.md").faults
    assert fault.rule in ("front-matter-invalid", "invalid-encoding")
    assert fault.span.line == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: @me", "quotes"), ("a: x: y", "quotes"), ("a:\n\tb: 1", "spaces"),
        ('a: "x', "close"), ("a: [1", "brackets"), ("a: *x", "quote"),
        ("a: 1\n...\nb: 1", "..."), ('a: "\\q"', "backslash"), ("a: - b", "line of its own"),
    ],
)  # fmt: skip
def test_syntax_faults_say_what_to_do(text: str, words: str) -> None:
    (fault,) = parse(text, "f.md").faults
    assert words in (fault.help or "")


def test_several_duplicates_are_all_told() -> None:
    read = parse("a: 1\nb: 1\na: 2\nb: 2\n", "f.md")
    assert [(f.rule, f.span.line) for f in read.faults] == [
        ("duplicate-key", 3),
        ("duplicate-key", 4),
    ]
    assert "line 1" in read.faults[0].message


def test_a_key_in_another_script_is_read_and_left_to_the_shape() -> None:
    assert parse("ассоunts: 1", "f.md").faults == ()


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for n in range(1, levels + 1):
        inner = ", ".join([f"*a{n - 1}"] * 9)
        lines.append(f"a{n}: &a{n} [{inner}]")
    return "\n".join(lines)


def merge_bomb(levels: int) -> str:
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, levels + 1)]
    return "\n".join(lines)


@pytest.mark.parametrize("levels", range(1, 13))
@pytest.mark.parametrize("make", [bomb, merge_bomb])
def test_bombs_are_refused_at_once_and_build_nothing(make, levels: int, parser: str) -> None:
    text = make(levels)
    tracemalloc.start()
    with not_stuck():
        read = parse(text, "f.md")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.value is None
    assert [fault.rule for fault in read.faults] == ["alias-or-anchor"]
    assert peak < 1_000_000


@pytest.mark.parametrize("depth", [10**2, 10**3, 10**4, 10**5, 10**6])
@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_nesting_is_refused_at_once(depth: int, opener: str, parser: str) -> None:
    with not_stuck():
        faults = parse("a: " * (opener[0] in "[{") + opener * depth, "f.md").faults
    expected = "front-matter-too-large" if len(opener) * depth > 16_000 else "nested-too-deep"
    assert [fault.rule for fault in faults] in ([expected], ["front-matter-invalid"])


def test_twenty_levels_are_taken_and_twenty_one_are_not() -> None:
    assert parse("[" * 20 + "]" * 20, "f.md").faults == ()
    assert only("[" * 21 + "]" * 21)[0] == "nested-too-deep"


def test_the_size_limit_counts_bytes() -> None:
    assert parse("a: " + "x" * (16 * 1024 - 3), "f.md").faults == ()
    assert only("a: " + "x" * (16 * 1024 - 2)) == ("front-matter-too-large", 1, 1)
    assert only("a: " + "é" * (8 * 1024))[0] == "front-matter-too-large"
    assert parse("a: " + "x" * 17_000, "f.md", limit=20_000).faults == ()


def test_any_document_kind_is_read_with_its_marks() -> None:
    assert isinstance(parse("- 1\n- 2", "f.md").value, MarkedList)
    assert isinstance(parse("{}", "f.md").value, MarkedMap)
    assert parse("just text", "f.md").value == "just text"


def test_block_scalars_keep_their_text() -> None:
    read = parse("a: |\n  one\n  two\nb: >-\n  x\n  y\n", "f.md")
    assert read.value == {"a": "one\ntwo\n", "b": "x y"}
    assert "a" not in read.value.value_ends


def test_a_quoted_key_may_hold_a_space() -> None:
    assert parse('"k 1": 1', "f.md").value == {"k 1": 1}
