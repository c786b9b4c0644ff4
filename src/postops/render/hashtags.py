"""Hashtags: one spelling, none twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HASHTAG = re.compile(r"[#＃](?<![\w&].)([\w·・]+)")


def normalized(tags: Iterable[str]) -> list[str]:
    """Without `#` and inner white space, in their order, the first spelling of each."""
    found: dict[str, str] = {}
    for tag in tags:
        word = "".join(tag.split()).lstrip("#＃")
        if word:
            found.setdefault(word.casefold(), word)
    return list(found.values())


def line_of(tags: Iterable[str], texts: Iterable[str]) -> str:
    """The hashtags' own paragraph, without those the texts hold; empty where none is left."""
    wanted = normalized(tags)
    if not wanted:
        return ""
    held = {word.casefold() for text in texts for word in _HASHTAG.findall(text)}
    return " ".join([f"#{word}" for word in wanted if word.casefold() not in held])
