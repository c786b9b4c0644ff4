"""Finding URLs in text by the grammar X publishes as twitter-text, slightly coarser.

What is in front of a domain and in it is the same for Mastodon, which counts by a dialect of that
grammar: `scan` finds both, given what may follow a domain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from postops import tlds

if TYPE_CHECKING:
    from collections.abc import Iterator

# Signs, spaces and what cannot be seen: none of it is in a name.
_NO_NAME = (
    r"\x00-/:-@\[-`{-\x7f\x85\xa0\u061c\u1680\u180e\u2000-\u200a\u200e-\u200f\u2028-\u202f"
    r"\u205f\u2066-\u2069\u3000\ufeff\ufffe\uffff"
)
# What a label behind a scheme may have: letters of every script.
ANY_LETTER = f"[^{_NO_NAME}]"
_PATH_CHAR = r"[a-z0-9!*';:=+,.$/%#\[\]\-_~@|&Ѐ-ӿÀ-ÿ]"
_PATH_END = r"[a-z0-9=_#/+\-Ѐ-ӿÀ-ÿ]"
_PATH_INSIDE = r"[!*';:,.$%\[\]~@|&]"
_QUERY = r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]"

# After a top-level domain, these would mean that it is only the beginning of something else.
_GOES_ON = re.compile(r"[a-z0-9@+-]", re.IGNORECASE)
_PUNYCODE = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A URL in a text, in code points, end exclusive."""

    start: int
    end: int
    url: str


def find_links(text: str) -> list[Link]:
    """List the URLs in a text as X has them, in order."""
    return list(scan(text, _head(), _tail()))


def scan(text: str, head: re.Pattern[str], tail: re.Pattern[str]) -> Iterator[Link]:
    """Find every link from left to right.

    `head` is a start and, in a group, labels with dots between; `tail` is what may follow.
    """
    at = 0
    while found := head.search(text, at):
        end = _domain_end(text, *found.span(found.lastindex or 0))
        # Without a top-level domain none begins further on in the same labels, but they may end in
        # a scheme, of six letters at most.
        at = found.end()
        if text.startswith("://", at):
            at = max(found.start() + 1, at - 6)
        if end is not None and (rest := tail.match(text, end)):
            at = rest.end()
            yield Link(found.start(), at, text[found.start() : at])


def labels(character: str, dots: int = 1) -> str:
    """Return the expression for labels with so many dots or more; some signs join inside one."""
    label = rf"{character}++(?:[-_]++{character}++)*+"
    return rf"{label}(?:\.{label}){{{dots},}}+"


def _domain_end(text: str, start: int, end: int) -> int | None:
    """Return where the domain in some labels ends: behind the last top-level domain there is."""
    dot = text.rfind(".", start, end)
    while dot > start:
        before = text.rfind(".", start, dot)
        # A name right in front of it has no underscore; those further left may.
        if "_" not in text[max(before, start) : dot] and (found := _tld_end(text, dot + 1, end)):
            return found
        dot = before
    return None


def _tld_end(text: str, start: int, end: int) -> int | None:
    if found := _PUNYCODE.match(text, start, end):
        return found.end()
    known, longest = _tlds()
    for at in range(min(end, start + longest), start, -1):
        if text[start:at].lower() in known and not _GOES_ON.match(text, at):
            return at
    return None


@cache
def _tlds() -> tuple[frozenset[str], int]:
    known = tlds.twitter()
    return known, max(map(len, known))


@cache
def _head() -> re.Pattern[str]:
    # Not glued to a word, a handle or a hashtag; a bare domain not to "-", "." or "/" either,
    # which also keeps the search from starting anew at every label of a long one.
    bare = rf"(?<![-./])({labels('[a-z0-9À-ÿ]')})"
    return re.compile(
        rf"(?<![a-z0-9@＠$#＃_À-ÿ])(?:https?://({labels(ANY_LETTER)})|{bare})", re.IGNORECASE
    )


@cache
def _tail() -> re.Pattern[str]:
    balanced = rf"\((?:{_PATH_CHAR}|\({_PATH_CHAR}++\))++\)"
    path = rf"/(?:{_PATH_INSIDE}*+(?:{_PATH_END}|{balanced}))*+"
    return re.compile(rf"(?::[0-9]++)?(?:{path})?(?:{_QUERY})?", re.IGNORECASE)
