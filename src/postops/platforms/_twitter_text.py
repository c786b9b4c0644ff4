"""Counting and detecting as X does: twitter-text 3.1.0 with configuration version 3.

SOURCE: github.com/twitter/twitter-text (Apache-2.0), config/v3.json and the JavaScript package
3.1.0, checked 2026-11-21. The behaviour is the reference's, the expressions are our own.
All positions are code points of the text as given.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from postops.platforms import _emoji
from postops.platforms._charsets import members
from postops.platforms._twitter_tags import find_cashtags, find_hashtags, find_mentions
from postops.platforms._twitter_urls import find_urls, joined, units
from postops.platforms._urls import TextUrl

__all__ = [
    "CONFIG",
    "TextUrl",
    "find_cashtags",
    "find_hashtags",
    "find_mentions",
    "find_urls",
    "invalid_characters",
    "weighted_length",
]


class Config(NamedTuple):
    """Weights in units of a hundredth, as the configuration file states them."""

    version: int
    max_weighted_length: int
    scale: int
    default_weight: int
    url_length: int
    light_weight: int
    light_ranges: str


#: config/v3.json; the ranges are hexadecimal code points.
CONFIG = Config(
    version=3,
    max_weighted_length=280,
    scale=100,
    default_weight=200,
    url_length=23,
    light_weight=100,
    light_ranges="0-10ff 2000-200d 2010-201f 2032-2037",
)

_LIGHT = CONFIG.light_weight // CONFIG.scale
_HEAVY = CONFIG.default_weight // CONFIG.scale
_INVALID = "\ufffe\ufeff\uffff"


@cache
def _light_characters() -> re.Pattern[str]:
    return re.compile(f"[{members(CONFIG.light_ranges)}]+")


def weighted_length(text: str) -> int:
    """Units of `text` against X's limit: NFC, 23 for a URL, 2 for an emoji, else 1 or 2."""
    if text.isascii():
        extra = sum(CONFIG.url_length - len(url.url) for url in find_urls(text))
        return len(text) + extra
    normal = unicodedata.normalize("NFC", text)
    total, rest = _entities(normal)
    heavy = len(_light_characters().sub("", rest))
    return total + (len(rest) - heavy) * _LIGHT + heavy * _HEAVY


def _entities(text: str) -> tuple[int, str]:
    """Units of URLs and emoji, and the text without them; what starts inside one is gone."""
    spans = [_span(text, url) for url in find_urls(text)]
    spans += [(start, end, _HEAVY) for start, end in _emoji.find(text)]
    spans.sort()
    total = at = 0
    rest: list[str] = []
    for start, end, weight in spans:
        if start >= at:
            rest.append(text[at:start])
            total += weight
            at = end
    rest.append(text[at:])
    return total, "".join(rest)


def _span(text: str, url: TextUrl) -> tuple[int, int, int]:
    """Start, end and units of a URL; the reference steps over its reported UTF-16 length."""
    if url.end - url.start == len(url.url):
        return url.start, url.end, CONFIG.url_length
    # Only where a path follows a part of the domain that is not linked.
    covered = units(text[url.start : url.end])[: len(url.url)]
    half = _HEAVY if "\ud800" <= covered[-1] <= "\udbff" else 0
    return url.start, url.start + len(joined(covered)), CONFIG.url_length + half


def invalid_characters(text: str) -> list[int]:
    """Positions of characters X refuses: byte order marks and U+FFFF."""
    if text.isascii():
        return []
    return [at for at, character in enumerate(text) if character in _INVALID]
