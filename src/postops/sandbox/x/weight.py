"""Weighted length: twitter-text's configuration 3, in our own few lines."""

from __future__ import annotations

import unicodedata

import regex

from postops.sandbox.links import find_links

# TT:config/v3.json, checked 2026-08-22. Weights of one; everything else is two.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_URL_WEIGHT = 23
_EMOJI_WEIGHT = 2
_EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}"
    r"|[0-9#*]\ufe0f?\u20e3"
    r"|(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Emoji_Modifier_Base}(?=\p{Emoji_Modifier})"
    r"|\p{Extended_Pictographic}(?=\u200d))"
    r"(?:\p{Emoji_Modifier}|\ufe0f)?"
    r"(?:\u200d\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\ufe0f)?)*"
)
_INVALID = ("\ufffe", "\ufeff", "\uffff")


def weighted_length(text: str) -> int:
    """Return the length X counts."""
    text = unicodedata.normalize("NFC", text)
    links = find_links(text)
    total, done = 0, 0
    for link in links:
        total += _plain(text[done : link.start]) + _URL_WEIGHT
        done = link.end
    return total + _plain(text[done:])


def is_valid(text: str, most: int) -> bool:
    """Say whether X would take the text."""
    return 0 < weighted_length(text) <= most and not any(bad in text for bad in _INVALID)


def _plain(text: str) -> int:
    emoji = _EMOJI.findall(text)
    rest = _EMOJI.sub("", text)
    heavy = sum(not any(low <= ord(char) <= high for low, high in _LIGHT) for char in rest)
    return len(emoji) * _EMOJI_WEIGHT + len(rest) + heavy
