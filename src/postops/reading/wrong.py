"""The report a shape writes while it reads: each kind of mistake in its words, with its remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from postops.diagnostics import Edit, Fix, Span
from postops.reading import Fault
from postops.reading.marked import Marked, MarkedList, MarkedMap, key_span, value_span
from postops.reading.words import kind, nearest, one_of, show

if TYPE_CHECKING:
    from postops.reading.limits import Limit

_PLAIN_IN_BRACKETS = re.compile(r"[A-Za-z][\w./-]*")
_YES = frozenset(("yes", "on", "y"))
_NO = frozenset(("no", "off", "n"))


class Report:
    """Collects faults of one file. `holder` and `key` say where a value stands."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def _add(self, rule: str, span: Span, message: str, help_: str, fix: Fix | None = None) -> None:
        self.faults.append(Fault(rule, span, message, help_, fix))

    def unknown_key(
        self, holder: MarkedMap, key: str, known: tuple[str, ...], elsewhere: dict[str, str]
    ) -> None:
        """A key no field has; one close and absent key is offered as a safe fix.

        `elsewhere` has other tools' words: their values may differ too, so there is no fix.
        """
        span = key_span(holder, key, self.path)
        if key.lower() in elsewhere:
            help_ = f"did you mean `{elsewhere[key.lower()]}`?"
            self._add("unknown-key", span, f"there is no key {show(key)}", help_)
            return
        meant = nearest(key, known) if known else None
        if meant is None:
            known_words = one_of(sorted(known)) if known else "nothing"
            help_ = f"known here: {known_words}"
            self._add("unknown-key", span, f"there is no key {show(key)}", help_)
            return
        fix = None
        if meant not in holder:
            fix = Fix(f"rename it to `{meant}`", (Edit(span, meant),))
        help_ = f"did you mean `{meant}`?"
        self._add("unknown-key", span, f"there is no key {show(key)}", help_, fix)

    def missing_key(self, holder: Marked, key: Any, name: str) -> None:
        """A required key that is not there. `holder` and `key` are the block's own place."""
        span = value_span(holder, key, self.path)
        message = f"{_named(holder, key, 'the file')} lacks the key `{name}`"
        self._add("missing-key", span, message, f"add `{name}:`")

    def wrong_type(
        self, value: Any, holder: Marked, key: Any, wanted: frozenset[type], says: str
    ) -> None:
        """A value of another YAML kind than any the field takes."""
        span = value_span(holder, key, self.path)
        name = _named(holder, key, "the file")
        if value is None:
            help_ = "remove the key or give it a value; quote a text that begins with `#`"
            self._add("wrong-type", span, f"{name} has no value", help_)
            return
        message = f"{name} is {kind(value)}, not {says}"
        help_, fix = _remedy(value, span, wanted, says)
        self._add("wrong-type", span, message, help_, fix)

    def invalid(self, value: Any, holder: Marked, key: Any, limit: Limit) -> None:
        """A value of the right kind that a limit does not allow. A secret is not repeated."""
        span = value_span(holder, key, self.path)
        shown = "" if limit.secret or isinstance(value, (list, dict)) else f" {show(value)}"
        verb = "needs" if isinstance(value, list) else "is not"
        message = f"{_named(holder, key, 'the value')}{shown} {verb} {limit.says}"
        self._add(limit.rule, span, message, f"write {limit.says}")

    def invalid_key(self, key: str, holder: MarkedMap, limit: Limit) -> None:
        """A name the writer chose for a block, and that cannot be one."""
        span = key_span(holder, key, self.path)
        message = f"the name {show(key)} is not {limit.says}"
        self._add(limit.rule, span, message, f"choose {limit.says}")

    def not_among(self, value: Any, holder: Marked, key: Any, choices: tuple[Any, ...]) -> None:
        """A value that is none of the few a field takes."""
        span = value_span(holder, key, self.path)
        names = [str(choice) for choice in choices]
        message = f"{_named(holder, key, 'the value')} cannot be {show(value)}"
        meant = nearest(value, names) if isinstance(value, str) else None
        fix = None
        if meant is not None and span.end_line is not None:
            fix = Fix(f"write `{meant}`", (Edit(span, meant),))
        self._add("invalid-value", span, message, f"write {one_of(names)}", fix)


def _named(holder: Marked, key: Any, root: str) -> str:
    if isinstance(holder, MarkedMap):
        return show(key)
    # The root of a file stands in a list of one, outside of which there is nothing to name.
    return root if not holder else f"item {key + 1}"


def _remedy(value: Any, span: Span, wanted: frozenset[type], says: str) -> tuple[str, Fix | None]:
    if str in wanted and isinstance(value, (bool, int, float)):
        return "put it in quotes", _around(span, '"', '"', "put it in quotes")
    if bool in wanted and isinstance(value, str) and value.lower() in _YES | _NO:
        word = "true" if value.lower() in _YES else "false"
        fix = Fix(f"write `{word}`", (Edit(span, word),)) if span.end_line else None
        return f"write `{word}`", fix
    if MarkedList in wanted and isinstance(value, str) and _PLAIN_IN_BRACKETS.fullmatch(value):
        return f"write `[{value}]`", _around(span, "[", "]", "make it a list of one")
    return f"write {says}", None


def _around(span: Span, before: str, after: str, title: str) -> Fix | None:
    if span.end_line is None or span.end_column is None:
        return None
    start = Span(span.path, span.line, span.column, span.line, span.column)
    end = Span(span.path, span.end_line, span.end_column, span.end_line, span.end_column)
    return Fix(title, (Edit(start, before), Edit(end, after)))
