"""The letters of X's hashtags are of the Unicode of 2014."""

from __future__ import annotations

import re

import pytest

from postops.platforms import _hashtag_letters as letters
from postops.platforms._charsets import members


@pytest.mark.parametrize(
    ("sample", "is_letter", "is_other"),
    [("aéЖ漢の\u0301𝒳", True, False), ("0९_·\u200d", False, True), ("-#. \u0870🚀", False, False)],
)
def test_classes(sample: str, is_letter: bool, is_other: bool) -> None:
    letter = re.compile(f"[{members(letters.LETTERS)}]")
    other = re.compile(f"[{members(letters.DIGITS_AND_SIGNS)}]")
    for character in sample:
        assert bool(letter.match(character)) is is_letter, character
        assert bool(other.match(character)) is is_other, character
