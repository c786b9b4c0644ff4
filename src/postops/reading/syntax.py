"""libyaml's complaints in words that say what to do."""

from __future__ import annotations

from typing import Any

from postops.diagnostics import Span
from postops.reading import Fault
from postops.reading.words import show

_WORDS = (
    ("mapping values are not allowed", "`: ` inside a text", "put the whole text in quotes"),
    ("found unknown escape character", "an escape that YAML does not know",
     "in double quotes write a backslash as `\\\\`, or use single quotes"),
    ("did not find expected hexdecimal number", "an escape that YAML does not know",
     "in double quotes write a backslash as `\\\\`, or use single quotes"),
    ("invalid Unicode character escape", "an escape for half a character",
     "write the character itself"),
    ("while scanning a quoted scalar", "a quote that is never closed", "close the quote"),
    ("found unexpected end of stream", "a quote or bracket that is never closed", "close it"),
    ("while parsing a flow", "a list or block in brackets that goes wrong here",
     "check commas and brackets; quote texts that hold `,`, `[`, `]`, `{` or `}`"),
    ("could not find expected ':'", "a line that is neither `key: value` nor part of a text",
     "write `key: value`, or indent the line below its key"),
    ("expected <block end>", "something that is neither a key nor part of the value before it",
     "check the indentation; put texts that hold quotes or `: ` in quotes"),
    ("sequence entries are not allowed", "`- ` where a list cannot begin",
     "begin the list in a line of its own, or put the text in quotes"),
    ("<document start>", "text after the end of the document (`...`)", "remove the `...`"),
    ("did not find expected key", "something that is neither a key nor part of the value before it",
     "check the indentation; put texts that hold quotes or `: ` in quotes"),
    ("did not find expected '-' indicator", "a list that goes on with another indentation",
     "begin each item with `- ` in the same column"),
    ("undefined tag handle", "a word that begins with `!`", "put the text in quotes"),
    ("while scanning a tag", "a word that begins with `!`", "put the text in quotes"),
    ("while scanning an alias", "a word that begins with `*`", "put the text in quotes"),
    ("while scanning an anchor", "a word that begins with `&`", "put the text in quotes"),
    ("found undefined alias", "a word that begins with `*`", "put the text in quotes"),
    ("while scanning a block scalar", "`|` or `>` followed by something else",
     "begin the text in the next line, indented"),
    ("found a tab character", "a tab where spaces are wanted", "indent with spaces"),
)  # fmt: skip


def syntax_fault(error: Any, text: str, path: str, first_line: int) -> Fault:
    """A fault for a `yaml.YAMLError`, at the place in the file it speaks of."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    lines = text.split("\n")
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines):  # libyaml puts the end of the stream in a line of its own
        line, column = len(lines) - 1, len(lines[-1])
    problem = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or error}"
    what, remedy = _words(problem, lines[line][column : column + 1])
    span = Span(path, first_line + line, column + 1)
    return Fault("front-matter-invalid", span, f"the YAML cannot be read: {what}", remedy)


def _words(problem: str, char: str) -> tuple[str, str | None]:
    if "cannot start any token" in problem:
        if char == "\t":
            return "a tab where spaces are wanted", "indent with spaces"
        return f"a text cannot begin with {show(char)}", "put the text in quotes"
    for needle, what, remedy in _WORDS:
        if needle in problem:
            return what, remedy
    return " ".join(problem.split())[:120], None
