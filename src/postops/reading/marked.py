"""Values that remember where they stand in the file.

Marks are `(line, column)`, from 1, in code points of the whole file, not of the front matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Collection

Mark = tuple[int, int]


class MarkedMap(dict[str, Any]):
    """A mapping: `marks` of the keys, `value_marks` of the values, and where scalars end.

    `ends` holds the end of each key; `value_ends` of each value that is a scalar on one line.
    """

    __slots__ = ("ends", "marks", "value_ends", "value_marks")

    def __init__(self) -> None:
        self.marks: dict[str, Mark] = {}
        self.ends: dict[str, Mark] = {}
        self.value_marks: dict[str, Mark] = {}
        self.value_ends: dict[str, Mark] = {}

    def without(self, keys: Collection[str]) -> MarkedMap:
        """The same block, with its marks, but for these keys."""
        rest = MarkedMap()
        for key in (key for key in self if key not in keys):
            rest[key] = self[key]
        rest.marks, rest.ends = self.marks, self.ends
        rest.value_marks, rest.value_ends = self.value_marks, self.value_ends
        return rest


class MarkedList(list[Any]):
    """A list: `marks` and `value_marks` are the same, by index."""

    __slots__ = ("marks", "value_ends")

    def __init__(self) -> None:
        self.marks: dict[int, Mark] = {}
        self.value_ends: dict[int, Mark] = {}

    @property
    def value_marks(self) -> dict[int, Mark]:
        return self.marks


Marked = MarkedMap | MarkedList


class Place(NamedTuple):
    """Where a block of keys begins, and the block itself with the marks of what is in it."""

    mark: Mark
    node: MarkedMap

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> dict[str, str]:
        """Keeps pydantic out of the marks; `schema.py` takes the field away again."""
        del source, handler
        return {"type": "any"}


def key_span(holder: Marked, key: Any, path: str) -> Span:
    """The place of a key (or list item) in the file."""
    line, column = holder.marks.get(key, (1, 1))
    if isinstance(holder, MarkedList):
        return value_span(holder, key, path)
    end = holder.ends.get(key)
    return Span(path, line, column, *end) if end else Span(path, line, column)


def value_span(holder: Marked, key: Any, path: str) -> Span:
    """The place of the value under a key, with its end where it is a scalar on one line."""
    line, column = holder.value_marks.get(key, (1, 1))
    end = holder.value_ends.get(key)
    return Span(path, line, column, *end) if end else Span(path, line, column)
