"""Strict YAML from a text into values with marks.

The events of libyaml are read one by one, so that aliases, anchors, merge keys, tags and deep
nesting are refused before anything is built: a bomb never gets to go off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from postops.diagnostics import Edit, Fix, Span
from postops.reading import Fault
from postops.reading.marked import Mark, MarkedList, MarkedMap
from postops.reading.scalars import SEXAGESIMAL, plain
from postops.reading.simple import read_simple
from postops.reading.words import escape, show

if TYPE_CHECKING:
    from collections.abc import Callable

FRONT_LIMIT = 16 * 1024
"""Bytes of front matter taken. The largest of 1,000 real posts was under 2 KiB."""

DEPTH_LIMIT = 20
"""Levels of nesting taken. Nothing postops reads is deeper than six."""

# CParser is libyaml without PyYAML's constructors: events are all that is wanted of it.
_Parser: Any = getattr(yaml, "CParser", None) or yaml.SafeLoader
if hasattr(yaml, "cyaml"):
    from yaml._yaml import CParser as _Parser

# Line separators too: YAML 1.1 counts them as line ends, editors do not, and places would be off.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Parsed(NamedTuple):
    """What was read: `None` where nothing could be built. Faults may stand beside a value."""

    value: Any
    faults: tuple[Fault, ...]


class _Refused(Exception):  # noqa: N818 - never leaves this file
    """The first fault after which nothing more can be trusted."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def parse(text: str, path: str, *, first_line: int = 1, limit: int = FRONT_LIMIT) -> Parsed:
    """Read one YAML document. `text` starts in line `first_line` of the file `path`.

    Line ends are `\\n`. `limit` is in bytes of UTF-8.
    """
    if len(text) > limit or (not text.isascii() and len(text.encode("utf-8", "replace")) > limit):
        message = f"front matter is larger than {limit // 1024} KiB"
        help_ = "text belongs below the second `---`"
        span = Span(path, first_line)
        return Parsed(None, (Fault("front-matter-too-large", span, message, help_),))
    if bad := _FORBIDDEN.search(text):
        return Parsed(None, (_forbidden(text, bad.start(), path, first_line),))
    if (known := read_simple(text, first_line)) is not None:
        return Parsed(known, ())
    builder = _Builder(text, path, first_line)
    try:
        value = builder.document()
    except _Refused as refused:
        return Parsed(None, (*builder.faults, refused.fault))
    except yaml.YAMLError as error:
        from postops.reading.syntax import syntax_fault

        fault = syntax_fault(error, text, path, first_line)
        return Parsed(None, (*builder.faults, fault))
    return Parsed(value, tuple(builder.faults))


def _forbidden(text: str, offset: int, path: str, first_line: int) -> Fault:
    line = first_line + text.count("\n", 0, offset)
    column = offset - text.rfind("\n", 0, offset)
    message = f"the character {escape(text[offset])} cannot stand in front matter"
    if text[offset] == "\r":
        message = "a line ends in a lone carriage return"
    return Fault(
        "control-character", Span(path, line, column), message, "delete it and type the line again"
    )


class _Builder:
    """Builds marked values from events. Recursion is bounded by `DEPTH_LIMIT`."""

    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.next: Callable[[], Any] = _Parser(text).get_event
        self.path = path
        self.base = first_line
        self.faults: list[Fault] = []

    def document(self) -> Any:
        """The one document of the stream; `None` where it is empty."""
        self.next()
        start = self.next()
        if type(start) is StreamEndEvent:
            return None
        if type(start) is DocumentStartEvent and (start.version or start.tags):
            raise self._refuse("front-matter-invalid", start, "YAML directives are not taken")
        root = MarkedList()
        value = self._value(self.next(), root, 0, 0)
        self.next()
        if type(end := self.next()) is not StreamEndEvent:
            raise self._refuse(
                "front-matter-invalid", end, "a second YAML document begins here", "keep only one"
            )
        return value

    def _value(self, event: Any, holder: Any, key: Any, depth: int) -> Any:
        kind = type(event)
        if kind is AliasEvent:
            raise self._alias(event, f"the alias {show('*' + event.anchor)}")
        if event.anchor is not None:
            raise self._alias(event, f"the anchor {show('&' + event.anchor)}")
        if event.tag is not None:
            message = f"the YAML tag {show(event.tag)} is not taken"
            raise self._refuse("yaml-tag", event, message, "remove the tag; quote the value")
        if kind is ScalarEvent:
            return self._scalar(event, holder, key)
        if depth >= DEPTH_LIMIT:
            message = f"nested more than {DEPTH_LIMIT} levels deep"
            raise self._refuse("nested-too-deep", event, message)
        return self._map(depth) if kind is MappingStartEvent else self._list(depth)

    def _scalar(self, event: Any, holder: Any, key: Any) -> Any:
        text: str = event.value
        if event.implicit[0]:
            end = event.end_mark
            if end.line == event.start_mark.line:
                holder.value_ends[key] = (end.line + self.base, end.column + 1)
            value = plain(text)
            if value is text and text[0] in "-+0123456789" and SEXAGESIMAL.match(text):
                self.faults.append(self._sexagesimal(event))
            return value
        if event.style == '"' and (bad := _ESCAPED.search(text)):
            self.faults.append(self._escaped(event, bad.group()))
        elif event.style in ('"', "'"):
            end = event.end_mark
            if end.line == event.start_mark.line:
                holder.value_ends[key] = (end.line + self.base, end.column + 1)
        return text

    def _list(self, depth: int) -> MarkedList:
        result = MarkedList()
        marks, base, following = result.marks, self.base, self.next
        index = 0
        while type(event := following()) is not SequenceEndEvent:
            start = event.start_mark
            marks[index] = (start.line + base, start.column + 1)
            result.append(self._value(event, result, index, depth + 1))
            index += 1
        return result

    def _map(self, depth: int) -> MarkedMap:
        result = MarkedMap()
        base, following = self.base, self.next
        while type(event := following()) is not MappingEndEvent:
            key = self._key(event)
            start, end = event.start_mark, event.end_mark
            mark: Mark = (start.line + base, start.column + 1)
            if key in result:
                self.faults.append(self._duplicate(key, event, result.marks[key]))
                result.value_ends.pop(key, None)
            event = following()
            value_start = event.start_mark
            result.marks[key] = mark
            result.ends[key] = (end.line + base, end.column + 1)
            result.value_marks[key] = (value_start.line + base, value_start.column + 1)
            result[key] = self._value(event, result, key, depth + 1)
        return result

    def _key(self, event: Any) -> str:
        if type(event) is not ScalarEvent or event.anchor is not None or event.tag is not None:
            if type(event) is ScalarEvent or type(event) is AliasEvent:
                self._value(event, MarkedList(), 0, 0)
            raise self._refuse("front-matter-invalid", event, "a key has to be a text")
        text: str = event.value
        if event.implicit[0]:
            if text == "<<":
                raise self._alias(event, "a merge key")
            if plain(text) is not text:
                message = f"the key {show(text)} is not a text" if text else "a key is missing"
                raise self._refuse("front-matter-invalid", event, message, "put it in quotes")
        if not (text.isascii() and text.isprintable()):
            self._inspect_key(text, event)
        return text

    # ------------------------------------------------------------------ faults

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        line, column = start.line + self.base, start.column + 1
        if end.line != start.line or end.column == start.column:
            return Span(self.path, line, column)
        return Span(self.path, line, column, end.line + self.base, end.column + 1)

    def _refuse(self, rule: str, event: Any, message: str, help_: str | None = None) -> _Refused:
        return _Refused(Fault(rule, self._span(event), message, help_))

    def _alias(self, event: Any, what: str) -> _Refused:
        message = f"{what} is not taken: YAML aliases, anchors and merge keys are refused"
        return self._refuse("alias-or-anchor", event, message, "write the value out, or quote it")

    def _duplicate(self, key: str, event: Any, first: Mark) -> Fault:
        message = f"the key {show(key)} stands here twice, first in line {first[0]}"
        return Fault("duplicate-key", self._span(event), message, "keep one of the two")

    def _escaped(self, event: Any, char: str) -> Fault:
        surrogate = "\ud800" <= char <= "\udfff"
        message = f"the text holds {escape(char)}, which is " + (
            "half a character" if surrogate else "a control character"
        )
        rule = "invalid-encoding" if surrogate else "control-character"
        return Fault(rule, self._span(event), message, "write the character itself")

    def _sexagesimal(self, event: Any) -> Fault:
        span = self._span(event)
        line, column = span.end_line or span.line, span.end_column or span.column
        edits = (
            Edit(Span(self.path, span.line, span.column, span.line, span.column), '"'),
            Edit(Span(self.path, line, column, line, column), '"'),
        )
        return Fault(
            "plain-number-time",
            span,
            f"{show(event.value)} without quotes is a number in base 60 to other YAML readers",
            f'write "{event.value}"',
            Fix("put it in quotes", edits),
        )

    def _inspect_key(self, key: str, event: Any) -> None:
        from unicodedata import category

        # Printable does not mean visible: Hangul fillers and Braille blank are printable.
        hidden = [c for c in key if (category(c)[0] in "CZ" and c != " ") or c in "ᅟᅠㅤﾠ⠀͏"]
        if hidden:
            message = f"the key {show(key)} holds {escape(hidden[0])}, which cannot be seen"
            fault = Fault("invisible-in-key", self._span(event), message, "type the key again")
            self.faults.append(fault)
