"""libyaml's complaints in words of our own: at the right place, with a remedy."""

from __future__ import annotations

import pytest
import yaml
from yaml.error import Mark, MarkedYAMLError

from postops.diagnostics import Span
from postops.reading.syntax import syntax_fault
from postops.reading.yaml import parse


@pytest.mark.parametrize(
    ("text", "place", "what", "remedy"),
    [
        ("a: b: c", (1, 5), "`: ` inside a text", "put the whole text in quotes"),
        ('a: "\\q"', (1, 5), "an escape that YAML does not know", "`\\\\`"),
        ('a: "\\xZZ"', (1, 7), "an escape that YAML does not know", "`\\\\`"),
        ('a: "x', (1, 6), "a quote that is never closed", "close the quote"),
        ("a: [1, 2", (1, 9), "a list or block in brackets that goes wrong here", "commas"),
        ("one\ntwo: 3", (2, 4), "`: ` inside a text", "quotes"),
        ("a: 1\nb\nc: 1", (3, 1), "a line that is neither `key: value`", "indent the line"),
        ("a: 'x' y", (1, 8), "something that is neither a key nor part", "indentation"),
        ("a: - b", (1, 4), "`- ` where a list cannot begin", "line of its own"),
        ("a: 1\n...\nb: 2\n", (3, 1), "text after the end of the document", "remove the `...`"),
        ("a:\n  - 1\n  b: 2", (3, 3), "another indentation", "same column"),
        ("a: !x!y z", (1, 4), "begins with `!`", "put the text in quotes"),
        ("a: *", (1, 5), "begins with `*`", "put the text in quotes"),
        ("a: & b", (1, 5), "begins with `&`", "put the text in quotes"),
        ("a: |x\n  y", (1, 5), "`|` or `>` followed by something else", "next line"),
        ("a:\n\tb: 1", (2, 1), "a tab where spaces are wanted", "indent with spaces"),
        ("a: @me", (1, 4), "a text cannot begin with `@`", "put the text in quotes"),
        ("a: `x`", (1, 4), "a text cannot begin with '`'", "put the text in quotes"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_stands(
    text: str, place: tuple[int, int], what: str, remedy: str
) -> None:
    (fault,) = parse(text, "f.md").faults
    assert fault.rule == "front-matter-invalid"
    assert what in fault.message
    assert fault.message.startswith("the YAML cannot be read: ")
    assert remedy in (fault.help or "")
    assert (fault.span.line, fault.span.column) == place


def test_lines_count_from_where_the_text_begins_in_its_file() -> None:
    (fault,) = parse("a: 1\nb: @me", "f.md", first_line=7).faults
    assert fault.span == Span("f.md", 8, 4)


def marked(problem: str | None, mark: Mark | None, **more: Mark | str | None) -> MarkedYAMLError:
    return MarkedYAMLError(problem=problem, problem_mark=mark, **more)  # type: ignore[arg-type]


def at(line: int, column: int) -> Mark:
    return Mark("f", 0, line, column, None, 0)


def test_the_end_of_the_stream_is_the_end_of_the_last_line() -> None:
    fault = syntax_fault(marked("did not find expected key", at(2, 0)), "a: 1\nb: {", "f.md", 1)
    assert fault.span == Span("f.md", 2, 5)


def test_where_only_the_context_has_a_place_it_is_taken() -> None:
    error = marked(None, None, context="while scanning a tag", context_mark=at(1, 2))
    fault = syntax_fault(error, "a: 1\nb: !", "f.md", 1)
    assert fault.span == Span("f.md", 2, 3)
    assert "begins with `!`" in fault.message


def test_words_nobody_knows_are_passed_on_cut_short_and_without_a_remedy() -> None:
    fault = syntax_fault(yaml.YAMLError("strange\n  things " + "x" * 500), "a", "f.md", 3)
    assert fault.span == Span("f.md", 3, 1)
    assert fault.message.startswith("the YAML cannot be read: strange things xxx")
    assert len(fault.message) < 160
    assert fault.help is None
