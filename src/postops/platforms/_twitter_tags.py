"""Hashtags, mentions and cashtags as X links them (twitter-text 3.1.0, Apache-2.0)."""

from __future__ import annotations

import re
from functools import cache

from postops.platforms import _twitter_urls
from postops.platforms._charsets import members

_ACCENT = members(_twitter_urls.LATIN_ACCENTS)
_SPACES = members("9-d 20 85 a0 1680 180e 2000-200a 2028-2029 202f 205f 3000")
_SPACE_AFTER = members("9-d 20 a0 1680 2000-200a 2028-2029 202f 205f 3000 feff")
_PUNCTUATION = members("21 23-2f 3a-40 5b-5f 7b-7e")

Tag = tuple[int, int, str]


@cache
def _hashtag() -> re.Pattern[str]:
    from postops.platforms._hashtag_letters import DIGITS_AND_SIGNS, LETTERS

    letter, other = members(LETTERS), members(DIGITS_AND_SIGNS)
    return re.compile(
        f"[#＃](?![\ufe0f\u20e3])(?=[{other}]*+[{letter}])"
        rf"(?:(?<=\A.)|(?<=[\ufe0e\ufe0f].)|(?<=[^&{letter}{other}].))([{letter}{other}]++)"
    )


@cache
def _ascii_hashtag() -> re.Pattern[str]:
    """The same for a text in ASCII: all letters of the world are slow to compile."""
    return re.compile(r"#(?=[0-9_]*+[A-Za-z])(?:(?<=\A.)|(?<=[^&A-Za-z0-9_].))([A-Za-z0-9_]++)")


@cache
def _mention() -> re.Pattern[str]:
    return re.compile(
        "(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.-])[rR][tT]:?)"
        "([@＠])([a-zA-Z0-9_]{1,20})(/[a-zA-Z][a-zA-Z0-9_-]{0,24})?"
        f"(?P<spoiled>(?=[@＠{_ACCENT}]|://))?"
    )


@cache
def _cashtag() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|[{_SPACES}])(\$)([a-zA-Z]{{1,6}}(?:[._][a-zA-Z]{{1,2}})?)"
        rf"(?=\Z|[{_SPACE_AFTER}{_PUNCTUATION}])"
    )


def find_hashtags(text: str) -> list[Tag]:
    """`(start, end, name)` of each hashtag that is not inside a URL; the sign is in the span."""
    if "#" not in text and "＃" not in text:
        return []
    tags = []
    end = -1
    pattern = _ascii_hashtag() if text.isascii() else _hashtag()
    for match in pattern.finditer(text):
        # What precedes belongs to the match in the reference, and may not be used twice.
        if match.start() == end:
            continue
        end = match.end()
        if not text.startswith(("#", "＃", "://"), end):
            tags.append((match.start(), end, match[1]))
    urls = _twitter_urls.find_urls(text) if tags else []
    return _outside(tags, [url[:2] for url in urls]) if urls else tags


def _outside(tags: list[Tag], urls: list[tuple[int, int]]) -> list[Tag]:
    """Of overlapping entities the one that starts first stays."""
    entities = sorted([*tags, *((*url, None) for url in urls)], key=lambda entity: entity[0])
    kept: list[Tag] = []
    end = 0
    for first, last, name in entities:
        if first >= end:
            end = last
            if name is not None:
                kept.append((first, last, name))
    return kept


def find_mentions(text: str) -> list[Tag]:
    """`(start, end, screen name)` of each mention; lists (`@name/list`) are left out."""
    if "@" not in text and "＠" not in text:
        return []
    return [
        (match.start(1), match.end(2), match[2])
        for match in _mention().finditer(text)
        if match["spoiled"] is None and match[3] is None
    ]


def find_cashtags(text: str) -> list[Tag]:
    """`(start, end, symbol)` of each cashtag, the `$` in the span."""
    if "$" not in text:
        return []
    return [(match.start(1), match.end(2), match[2]) for match in _cashtag().finditer(text)]
