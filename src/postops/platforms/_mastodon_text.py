"""Counting and detecting as a Mastodon server does (4.6).

SOURCE: github.com/mastodon/mastodon (AGPL-3.0), the facts of status_length_validator.rb,
extractor.rb, tag and account patterns and its changes to twitter-text's URL grammar, read
2026-11-21; no code is taken. All positions are code points.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from postops.platforms import _graphemes, _mastodon_urls
from postops.platforms._mastodon_urls import find_urls
from postops.platforms._urls import TextUrl

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex

__all__ = ["TextUrl", "find_hashtags", "find_mentions", "find_urls", "length"]

_MAX_DOMAIN = 253
#: Ruby's `[[:word:]]` and `[[:alpha:]]`.
_WORD = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"
_SEPARATOR = "_\u00b7\u30fb\u200c"
#: Ruby compares without case by folding: a long s is an s, a Kelvin sign a k.
_USER_LETTER = "a-zA-Z0-9_\u017f\u212a"
#: Ruby's `[[:space:]]`; Python's own white space includes more.
_BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)

Span = tuple[int, int, str]


def _mention_pattern(word: str, letter: str = "a-zA-Z0-9_") -> str:
    user = f"[{letter}]++(?:[.-]++[{letter}]++)*+"
    return rf"(?<![=/{word}])@({user})(?:@([{word}]++(?:[.-]++[{word}]++)*+))?+"


@cache
def _ascii_mention() -> re.Pattern[str]:
    return re.compile(_mention_pattern("0-9A-Za-z_"))


@cache
def _mention() -> regex.Pattern[str]:
    import regex

    return regex.compile(_mention_pattern(_WORD, _USER_LETTER))


@cache
def _spoils_mention() -> re.Pattern[str]:
    return re.compile(f"[@＠{_mastodon_urls.ACCENTS}]|://")


@cache
def _hashtag() -> regex.Pattern[str]:
    import regex

    # The sign, all of the name's possible characters, and inside it the part without separators.
    return regex.compile(
        rf"(?<=^|\p{{White_Space}})[#＃](?=([{_WORD}]*+))([{_WORD}{_SEPARATOR}]++)"
    )


@cache
def _ascii_hashtag() -> re.Pattern[str]:
    """The same for a text in ASCII: without the library that knows all letters of the world."""
    return re.compile(
        r"(?:(?<=[\t\n\v\f\r ])|(?<!.))#(?=([0-9A-Za-z_]*+))([0-9A-Za-z_]++)", re.DOTALL
    )


@cache
def _ascii_letter() -> re.Pattern[str]:
    return re.compile("[A-Za-z]")


@cache
def _letter() -> regex.Pattern[str]:
    import regex

    return regex.compile(r"\p{Alphabetic}")


def length(text: str, spoiler: str = "", *, url_length: int = 23) -> int:
    """Characters a server counts for content warning and text: grapheme clusters.

    Each URL with a scheme counts `url_length` (`characters_reserved_per_url` of the instance),
    each remote mention only its user part. A text of white space alone counts nothing.
    """
    if not text.strip(_BLANK):
        return _graphemes.count(spoiler)
    return _graphemes.count(spoiler + _countable(text, "x" * url_length))


def _countable(text: str, placeholder: str) -> str:
    entities = [(url.start, url.end, placeholder) for url in find_urls(text)]
    entities += [(start, end, name) for start, end, name in _users(text)]
    if not entities:
        return text
    entities.sort()
    parts: list[str] = []
    at = 0
    for start, end, replacement in entities:
        # Of overlapping entities the first stays.
        if start >= at:
            parts += (text[at:start], replacement)
            at = end
    return "".join([*parts, text[at:]])


def _users(text: str) -> Iterator[Span]:
    """Mentions with the text that counts for them."""
    for start, end, name in find_mentions(text):
        yield start, end, f"@{name.partition('@')[0]}"


def find_mentions(text: str) -> list[Span]:
    """`(start, end, name)` of each `@user` or `@user@domain`; `name` is without the first @."""
    if "@" not in text:
        return []
    pattern = _ascii_mention() if text.isascii() else _mention()
    return [
        (match.start(), match.end(), text[match.start(1) : match.end()])
        for match in pattern.finditer(text)
        if len(match[2] or "") <= _MAX_DOMAIN and not _spoils_mention().match(text, match.end())
    ]


def find_hashtags(text: str) -> list[Span]:
    """`(start, end, name)` of each hashtag; the sign is in the span, not in the name."""
    if "#" not in text and "＃" not in text:
        return []
    tags = []
    pattern = _ascii_hashtag() if text.isascii() else _hashtag()
    for match in pattern.finditer(text):
        name = _tag_name(match[2], match[1])
        end = match.start() + 1 + len(name)
        if name and text.startswith("://", end):
            name = re.sub(r"(?<=.)https?\Z", "", name)
        if name:
            tags.append((match.start(), match.start() + 1 + len(name), name))
    return tags


def _tag_name(name: str, word: str) -> str:
    """The part of `name` that is a hashtag; `word` is what it has before any separator."""
    whole = name.rstrip("\u00b7\u30fb\u200c")
    inner = whole[1:-1]
    letter = _ascii_letter() if name.isascii() else _letter()
    if word and (any(sign in inner for sign in _SEPARATOR) or letter.search(inner)):
        return whole
    return word if letter.search(word) else ""
