"""Rules about characters that deceive, hide or are refused.

Joiners belong to emoji and to the scripts of Persia, Arabia and India, marks of direction to
right-to-left text: they are left alone where they do their work.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import bidirectional, category, name

from postops.diagnostics import Edit, Fix, Severity, Span
from postops.policy.registry import Problem, rule
from postops.policy.subjects import markdown_texts, scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postops.model import Post
    from postops.policy.subjects import OnMessage, OnPost

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028\u2029\u2060-\u2065"
    "\u206a-\u206f\u3164\ufe00-\ufe0f\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")

_SUBDIVISION = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_JOINING = ("ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "MANDAIC")
_INDIC = """
    DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL TELUGU KANNADA MALAYALAM SINHALA TIBETAN
    MYANMAR KHMER BALINESE JAVANESE NEWA GRANTHA
"""
_JOINED = frozenset((*_JOINING, *_INDIC.split()))
_SPACELESS = frozenset(("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "JAVANESE", "BALINESE"))


def _script(char: str) -> str:
    return name(char, "").partition(" ")[0]


def _around(text: str, at: int) -> tuple[str, str]:
    return text[at - 1 : at] if at else "", text[at + 1 : at + 2]


def _joins_emoji(text: str, at: int) -> bool:
    before, after = _around(text, at)
    if before in ("\ufe0f", "\U000e007f") or (before and "\U0001f3fb" <= before <= "\U0001f3ff"):
        before = "\u2764"
    return bool(before and after) and category(before) == "So" and category(after) in ("So", "Sm")


def _has_right_to_left(text: str) -> bool:
    # The marks themselves are of direction R: only letters count.
    return any(bidirectional(char) in ("R", "AL") and char.isalpha() for char in text)


def _belongs(text: str, at: int, right_to_left: Callable[[], bool]) -> bool:
    """Whether a character that cannot be seen does its work where it stands."""
    char = text[at]
    before, after = _around(text, at)
    match char:
        case "\u200d" | "\u200c":
            scripts = {_script(near) for near in (before, after) if near} if before else set()
            return bool(scripts & _JOINED) or (char == "\u200d" and _joins_emoji(text, at))
        case "\u200b":
            return bool(before and after) and _script(before) in _SPACELESS
        case "\u200e" | "\u200f" | "\u061c":
            return right_to_left()
        case "\ufe0e" | "\ufe0f":
            return bool(before) and (category(before)[0] in "SP" or before.isdigit())
    if "\ufe00" <= char <= "\ufe0d" or "\U000e0100" <= char <= "\U000e01ef":
        return bool(before) and (_script(before) == "CJK" or category(before) in ("Sm", "Lo"))
    return "\u180b" <= char <= "\u180f" and bool(before) and _script(before) == "MONGOLIAN"


def hidden(text: str) -> list[int]:
    """Where characters stand that cannot be seen and have no work to do."""
    if text.isascii() or not HIDDEN.search(text):
        return []
    flags = {at for flag in _SUBDIVISION.finditer(text) for at in range(*flag.span())}
    known: list[bool] = []

    def right_to_left() -> bool:
        if not known:
            known.append(_has_right_to_left(text))
        return known[0]

    found = (match.start() for match in HIDDEN.finditer(text))
    return [at for at in found if at not in flags and not _belongs(text, at, right_to_left)]


def _bidi(text: str) -> list[int]:
    return [] if text.isascii() else [match.start() for match in _BIDI.finditer(text)]


def _everywhere(
    given: OnPost, find: Callable[[str], list[int]], what: str, why: str
) -> Iterator[Problem]:
    """One problem for the body, one for each value of the front matter, one for what entities hid."""
    post = given.post
    if "&" not in post.body and not any(find(text) for text in given.texts):
        return
    found = find(post.body)
    if found:
        words = _words(post.body, found, what)
        yield Problem(_span(post, found[0]), words, why, _fix(post, found, what))
    for _, span, value in scalars(post.front, post.path):
        if places := find(value):
            yield Problem(span, _words(value, places, what), why)
    if found or "&" not in post.body:
        return
    written = [text for text, place in markdown_texts(post) if place is not None]
    if any(find(text) for text in written):
        return
    for message in given.messages.values():
        for part in message.parts:
            if places := find(part.text):
                words = f"{_words(part.text, places, what)}, written as an entity"
                yield Problem(part.span, words, why)
                return


def _words(text: str, found: list[int], what: str) -> str:
    char = text[found[0]]
    label = f"U+{ord(char):04X} {name(char, '')}".rstrip()
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"the text holds {what}: {label}{more}"


def _span(post: Post, at: int) -> Span:
    span = post.body_span(at)
    return span._replace(end_line=span.line, end_column=span.column + 1)


def _fix(post: Post, found: list[int], what: str) -> Fix:
    edits: list[Edit] = []
    line, start, since = post.body_line, 0, 0
    for at in found:
        line += post.body.count("\n", since, at)
        start = post.body.rfind("\n", 0, at) + 1 if "\n" in post.body[since:at] else start
        since = at
        column = at - start + 1
        edits.append(Edit(Span(post.path, line, column, line, column + 1), ""))
    return Fix(f"delete {what}", tuple(edits))


@rule(
    "PO110",
    "bidi-control",
    severity=Severity.ERROR,
    on="post",
    since="0.1",
    needs=["non-ascii"],
    fixable=True,
)
def bidi_control(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds characters that reorder the text around them: bidirectional embeddings, overrides and
    isolates (U+202A to U+202E, U+2066 to U+2069). Arabic, Hebrew and other right-to-left text needs
    none of them and passes.

    ## Why
    With them a reviewer reads one text and the world another.

    ## Example
    A link behind words in which U+202E turns `gro.elpmaxe` around.

    ## Fix
    Delete them: `postops validate --fix` does. Direction is found by itself; U+200E and U+200F may
    help where it is not.
    """
    why = "delete it: what is reviewed has to be what is read"
    yield from _everywhere(given, _bidi, "a bidirectional control", why)


@rule(
    "PO111",
    "invisible-character",
    severity=Severity.WARNING,
    on="post",
    since="0.1",
    needs=["non-ascii"],
    fixable=True,
)
def invisible_character(given: OnPost) -> Iterator[Problem]:
    """## What it does
    Finds characters that cannot be seen and do nothing: zero-width spaces, joiners between Latin
    letters, tag characters outside of flags, soft hyphens, fillers, variation selectors on letters.
    Joiners in emoji and in Arabic, Persian and Indic scripts pass.

    ## Why
    They count against the limit, break links and hashtags, and can carry a hidden text.

    ## Example
    `OpenScience` with a zero-width space in the middle.

    ## Fix
    Delete them: `postops validate --fix` does.
    """
    yield from _everywhere(given, hidden, "an invisible character", "delete it")


@rule("PO112", "refused-character", severity=Severity.ERROR, on="message", since="0.1")
def refused_character(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds control characters, byte order marks and code points that are no characters in the text
    that will be sent.

    ## Why
    X refuses the whole post for one of them, and terminals obey some.

    ## Example
    A text copied from a terminal, with its escape sequences.

    ## Fix
    Delete them.
    """
    for part in given.message.parts:
        if match := _REFUSED.search(part.text):
            span = given.place(part, match[0])
            yield Problem(
                span, f"the text holds U+{ord(match[0]):04X}, which is no text", "delete it"
            )
