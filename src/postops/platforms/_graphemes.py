"""User-perceived characters: extended grapheme clusters of Unicode Standard Annex 29."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex


_CLINGING = ("Extend", "ZWJ", "SpacingMark")


@cache
def _cluster() -> regex.Pattern[str]:
    import regex

    # The library counts a run of flag letters backwards for every boundary in it, which is
    # quadratic; a pair of them with what clings to it is the same cluster, taken forwards.
    clinging = "".join(rf"\p{{Grapheme_Cluster_Break={kind}}}" for kind in _CLINGING)
    return regex.compile(rf"[\U0001F1E6-\U0001F1FF]{{2}}[{clinging}]*+|\X")


def count(text: str) -> int:
    """The number of grapheme clusters in `text`; CR LF is one."""
    if text.isascii():
        # In ASCII only CR LF joins two code points.
        return len(text) - text.count("\r\n")
    return sum(1 for _ in _cluster().finditer(text))


def split(text: str) -> list[str]:
    """The grapheme clusters of `text`, in order; joined they are `text` again."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    return _cluster().findall(text)
