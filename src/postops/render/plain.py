"""The short way for a text in which no character means anything to Markdown.

It has to give what `markdown.py` gives, without importing a parser: a test compares the two.
"""

from __future__ import annotations

import re

from postops.render.flow import Block, Flow, section

_SIGNIFICANT = re.compile(
    r"[\\`*\[<|\0\t\v\f\r\x1c-\x1f\x85]"
    r"|&\#?\w+;"  # an entity
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore that is not inside a word
    r"|^\ *(?:[-+=>~]|\#{1,6}(?:\ |$)|\d{1,9}[.)](?:\ |$))"  # a block begins
    r"|^\ {4}",  # indented code
    re.MULTILINE | re.VERBOSE,
)
_TRAILING = re.compile(r"[^\S\n]+$", re.MULTILINE)
_LEADING = re.compile(r"^\ +", re.MULTILINE)


def is_plain(text: str) -> bool:
    """Whether Markdown has nothing to say about this text."""
    return _SIGNIFICANT.search(text) is None


def tidy(text: str) -> str:
    """Without white space at the ends of lines, and without empty lines around."""
    return _TRAILING.sub("", text).strip("\n")


def read_plain(text: str) -> Flow:
    """The flow of a text that `is_plain`: paragraphs between blank lines."""
    blocks: list[Block] = []
    lines: list[str] = []
    started = 0
    for number, line in enumerate([*text.split("\n"), ""]):
        if line.strip(" "):
            if not lines:
                started = number
            lines.append(line.strip(" "))
        elif lines:
            paragraph = tidy("\n".join(lines).strip())
            if paragraph:
                blocks.append(Block("\n\n" if blocks else "", (paragraph,), started))
            lines = []
    return Flow((section(blocks, [], blocks[0].line if blocks else 0),))
