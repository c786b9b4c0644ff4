"""The short way for front matter that is nothing but `key: value` and `key: [word, word]`.

It has to give what `yaml.py` gives, marks and all, without a parser: a test compares the two.
"""

from __future__ import annotations

import re

from postops.reading.marked import MarkedList, MarkedMap
from postops.reading.scalars import SEXAGESIMAL, plain

_LETTER = "A-Za-z0-9\u00c0-\u017f"
# A colon only inside a word, a hyphen never first: so nothing can begin, end or be a comment.
_LINE = re.compile(
    rf"([a-z][a-z_]{{0,40}}): "
    rf"(?:([{_LETTER}](?:[{_LETTER} _./()'!?,&=%+~-]|:(?=[{_LETTER}/]))*(?<! ))"
    rf"|\[([{_LETTER}][{_LETTER} _./-]*(?:, [{_LETTER}][{_LETTER} _./-]*)*)\])"
)


def read_simple(text: str, first_line: int) -> MarkedMap | None:
    """The keys of a text that begins in line `first_line`; `None` where it takes a parser."""
    result = MarkedMap()
    for number, line in enumerate(text.strip("\n").split("\n"), _first(text, first_line)):
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        key, scalar, words = match.groups()
        if key in result or not isinstance(plain(key), str):
            return None
        start = len(key) + 3
        value = _list(words, number, start + 1) if scalar is None else _scalar(scalar)
        if value is None:
            return None
        result[key] = value
        result.marks[key] = (number, 1)
        result.ends[key] = (number, start - 2)
        result.value_marks[key] = (number, start)
        if scalar is not None:
            result.value_ends[key] = (number, start + len(scalar))
    return result


def _first(text: str, first_line: int) -> int:
    return first_line + len(text) - len(text.lstrip("\n"))


def _scalar(text: str) -> str | bool | int | float | None:
    value = plain(text)
    return None if value is text and text[0].isdigit() and SEXAGESIMAL.match(text) else value


def _list(words: str, line: int, column: int) -> MarkedList | None:
    result = MarkedList()
    for index, word in enumerate(words.split(", ")):
        bare = word.rstrip(" ")
        value = _scalar(bare)
        if value is None:
            return None
        result.append(value)
        result.marks[index] = (line, column)
        result.value_ends[index] = (line, column + len(bare))
        column += len(word) + 2
    return result
