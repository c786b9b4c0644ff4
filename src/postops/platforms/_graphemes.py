"""User-perceived characters: extended grapheme clusters of Unicode Standard Annex 29."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex

_CLINGING = ("Extend", "ZWJ", "SpacingMark")


@cache
def _cluster() -> regex.Pattern[str]:
    import regex

    # The library counts a run of flag letters backwards for every boundary in it, which is
    # quadratic; a pair of them with what clings to it is the same cluster, taken forwards.
    clinging = "".join(rf"\p{{Grapheme_Cluster_Break={kind}}}" for kind in _CLINGING)
    return regex.compile(rf"[\U0001F1E6-\U0001F1FF]{{2}}[{clinging}]*+|\X")


@cache
def _false_conjunct() -> regex.Pattern[str]:
    import regex

    # The library joins a consonant to any virama; rule GB9c asks for a consonant before it too.
    before = r"[^\p{Indic_Conjunct_Break=Consonant}]"
    return regex.compile(
        rf"{before}*+(?<!\A|\p{{Grapheme_Cluster_Break=Prepend}})(?=\p{{Indic_Conjunct_Break=Consonant}})"
    )


def _clusters(text: str) -> Iterator[str]:
    for match in _cluster().finditer(text):
        cluster = match[0]
        if len(cluster) > 1 and (first := _false_conjunct().match(cluster)):
            yield first[0]
            cluster = cluster[first.end() :]
        yield cluster


def count(text: str) -> int:
    """The number of grapheme clusters in `text`; CR LF is one."""
    if text.isascii():
        # In ASCII only CR LF joins two code points.
        return len(text) - text.count("\r\n")
    return sum(1 for _ in _clusters(text))


def split(text: str) -> list[str]:
    """The grapheme clusters of `text`, in order; joined they are `text` again."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    return list(_clusters(text))
