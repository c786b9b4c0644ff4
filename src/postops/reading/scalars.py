"""What a plain scalar means: the core of YAML 1.2, and less.

PyYAML reads YAML 1.1, where `no` is false, `on` is true, `12:30` is 750 and `017` is 15. Here all
of these stay the text that was written. Only true, false, null, decimal numbers and nothing else
are more than text.
"""

from __future__ import annotations

import re

_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER_START = frozenset("-+.0123456789")
# Longer digit strings are ids, not amounts; int() itself refuses more than 4300 digits.
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,20}|(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{0,20})?)(?:[eE][-+]?[0-9]{1,2})?\Z"
)

SEXAGESIMAL = re.compile(r"[-+]?[0-9]{1,4}(?::[0-5]?[0-9])+(?:\.[0-9]*)?\Z")
"""What a YAML 1.1 reader takes for a number in base 60, such as 12:30."""


def plain(text: str) -> str | bool | int | float | None:
    """The value of a scalar that was written without quotes."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in _NUMBER_START:
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text
