"""Hexadecimal ranges become the inside of a set."""

from __future__ import annotations

import re

from postops.platforms._charsets import members


def test_ranges_and_single_code_points_match_exactly_themselves() -> None:
    pattern = re.compile(f"[{members('2d 5b-5e 30-39 1f680 e9')}]")
    matched = {point for point in range(0x20000) if pattern.match(chr(point))}
    assert matched == {0x2D, *range(0x5B, 0x5F), *range(0x30, 0x3A), 0x1F680, 0xE9}
