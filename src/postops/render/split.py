"""Cut a text into parts that fit: at paragraphs, else sentences, lines, words, and last graphemes.

A break high in that order is taken when it fills a part by a third or more; so a short first line
does not become a part of its own. Links, handles, hashtags and words behind links are never cut,
even if the part then does not fit (a rule reports that).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from postops.platforms import _graphemes
from postops.render.draft import Cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_FILL = 3  # a break has to leave one part in this many of what could have stood there

_TITLE = 60  # code points: a longer line is a sentence without a full stop

_NO_TITLE = re.compile(r"\n|://|[#@•]|\d[.)] ")
_PARAGRAPH = re.compile(r"\n[ \t>]*\n")
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(
    r"[.!?…]+[\"'”’»)\]]*(?=\s)"
    r"|[。！？｡]+[」』）】”’]*"
    r"|(?=\n[ ]*(?:•|>|\d+[.)])[ ])"  # an entry of a list stands like a sentence
)
_WORD = re.compile(r"\s+|(?<=[、，；：])(?=\S)")
_GRAPHEME_SAFE = 64  # code points looked back for the beginning of a cluster

_ABBREVIATIONS = """
    abb abs al approx apr aug bzw ca cf co corp dec dept dr ed eds eg etc ex feb ff fig figs hr hrsg
    ie inc inkl jan jr jul jun ltd mar max min mr mrs ms mt no nos nov nr oct op pp prof resp rev
    sect sen sep sept sr st str tel usw vgl viz vol vols vs z.b d.h u.a i.e e.g a.m p.m u.s u.k ph.d
    o.ä s.o s.u
"""
_SHORT = frozenset(_ABBREVIATIONS.split())
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]+\Z")


def split(
    text: str,
    fits: Callable[[str], bool],
    whole: Sequence[tuple[int, int]],
    *,
    first: str = "",
    last: str = "",
) -> list[Cut]:
    """The cuts of a text. `whole` are sorted stretches never to be cut, `first` and `last` are
    put behind the first and the last part (with their own blank line in front).
    """
    cuts: list[Cut] = []
    at, suffix = _skip(text, 0), first
    while True:
        end = _reach(text, at, fits, whole, suffix)
        if end == len(text):
            if fits(text[at:] + suffix + last):
                return [*cuts, Cut(at, end, suffix + last)]
            # Only the last suffix does not fit: leave it some words to stand with.
            end -= 1
        end = _best(text, at, end, fits, whole, suffix)
        if _skip(text, end) == len(text):
            cuts.append(Cut(at, len(text), suffix))
            return [*cuts, Cut(len(text), len(text), last.lstrip("\n"))] if last else cuts
        cuts.append(Cut(at, end, suffix))
        at, suffix = _skip(text, end), ""


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _reach(
    text: str,
    at: int,
    fits: Callable[[str], bool],
    whole: Sequence[tuple[int, int]],
    suffix: str,
) -> int:
    """How far a part may go: doubling, then halving, so that a long text costs no more.

    Half a URL may count for more than all of it, so no probe ends inside a whole stretch.
    """

    def reaches(end: int) -> bool:
        return fits(text[at : _snapped(end, whole)].rstrip() + suffix)

    step, low = 64, at
    while low + step < len(text) and reaches(low + step):
        low, step = low + step, step * 2
    high = min(low + step, len(text))
    if high == len(text) and reaches(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle) else (low, middle)
    return low


def _snapped(end: int, whole: Sequence[tuple[int, int]]) -> int:
    """`end`, or the beginning of the whole stretch it would cut."""
    index = bisect_left(whole, (end, end)) - 1
    return end if index < 0 or whole[index][1] <= end else whole[index][0]


def _best(
    text: str,
    at: int,
    reach: int,
    fits: Callable[[str], bool],
    whole: Sequence[tuple[int, int]],
    suffix: str,
) -> int:
    """Where the part that begins `at` ends: the best break within what fits."""
    fallback = 0
    for breaks in (_paragraphs, _sentences, _lines, _words):
        for end in reversed(list(breaks(text, at, reach))):
            if _snapped(end, whole) == end and fits(text[at:end].rstrip() + suffix):
                if (end - at) * _FILL < reach - at:
                    fallback = max(fallback, end)
                    break
                # What is announced stays with its announcement, where there is a better break.
                if breaks is _words or not _announces(text, at, end):
                    return end
                fallback = max(fallback, end)
    return fallback or _last_resort(text, at, reach, whole)


def _announces(text: str, at: int, end: int) -> bool:
    """Whether a part that ends here would end in a heading, or in "as follows:"."""
    if text.endswith((":", "："), at, end):
        return True
    last = text[max(at, end - _TITLE) : end].rpartition("\n\n")[2]
    return len(last) < _TITLE and text[end - 1].isalnum() and not _NO_TITLE.search(last)


def _paragraphs(text: str, at: int, reach: int) -> Iterator[int]:
    return _starts(_PARAGRAPH, text, at, reach)


def _lines(text: str, at: int, reach: int) -> Iterator[int]:
    return _starts(_LINE, text, at, reach)


def _words(text: str, at: int, reach: int) -> Iterator[int]:
    return _starts(_WORD, text, at, reach)


def _starts(pattern: re.Pattern[str], text: str, at: int, reach: int) -> Iterator[int]:
    for match in pattern.finditer(text, at, min(len(text), reach + 2)):
        if at < match.start() <= reach:
            yield match.start()


def _sentences(text: str, at: int, reach: int) -> Iterator[int]:
    for match in _SENTENCE.finditer(text, at, min(len(text), reach + 2)):
        if at < match.end() <= reach and _ends_sentence(text, at, match):
            yield match.end()


def _ends_sentence(text: str, at: int, match: re.Match[str]) -> bool:
    """Not every full stop ends a sentence: abbreviations, initials and list numbers do not."""
    if not match[0].startswith(".") or match[0].startswith(".."):
        return True
    follows = text[match.end() : match.end() + 12].lstrip()[:1]
    word = _LAST_WORD.search(text, max(at, match.start() - 24), match.start())
    before = word[0].lower() if word else ""
    if follows.islower() or before in _SHORT or (len(before) == 1 and before.isalpha()):
        return False
    opens_line = word is None or text[word.start() - 1 : word.start()] in ("", "\n")
    return not (before.isdigit() and (opens_line or len(before) < 3))


def _last_resort(text: str, at: int, reach: int, whole: Sequence[tuple[int, int]]) -> int:
    """Cut a word that fits nowhere between two graphemes; a whole stretch is sent too long."""
    if reach == len(text) - 1:
        return len(text)  # one word, which fits by itself: the last suffix has to stand alone
    end = _snapped(_grapheme_before(text, at, reach), whole)
    if end > at:
        return end
    inside = _snapped(at + 1, whole)
    if inside <= at:
        return whole[bisect_left(whole, (at + 1, at + 1)) - 1][1]
    word = _WORD.search(text, at + 1)
    return word.start() if word else len(text)


def _grapheme_before(text: str, at: int, reach: int) -> int:
    since = max(at, reach - _GRAPHEME_SAFE)
    end = since
    for cluster in _graphemes.split(text[since : reach + _GRAPHEME_SAFE]):
        if end + len(cluster) > reach:
            break
        end += len(cluster)
    return end
