"""Texts that Markdown and every platform leave as they are, but for bullets and links.

What is not plainly harmless is no plain text: nothing here finds faults.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Letters of Europe, quotation marks and dashes, common emoji: no platform counts more than two for
# any, none joins, hides or reorders what stands around it, and no address holds it.
_SAFE = "\n -~\u00c0-\u00ff\u0100-\u017f\u2013\u2014\u2018-\u201a\u201c-\u201e\u2026\u20ac\u2192"
_SAFE += "\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6c5"

_TELLING = re.compile(
    rf"[^{_SAFE}]"
    r"|[\\`*\[<|@\#$]"  # Markdown, handles, tags
    r"|&(?!\ )"  # an entity
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|^(?:[\ +=>~-]|\d{1,9}[.)])"  # a block begins
    r"|\.(?![\s.,;:!?)'\"0-9]|\Z)"  # a domain, perhaps
    r"|://",
    re.MULTILINE | re.VERBOSE,
)
_URL = (
    r"https?://(?!t\.co\b)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}"
    r"(?:/(?:[A-Za-z0-9_./-]*[A-Za-z0-9/])?)?(?:\?[A-Za-z0-9_=&.-]*[A-Za-z0-9])?"
)
PLAIN_URL = re.compile(_URL)
HOST = re.compile(r"https?://([^/?]+)")
# Behind either only punctuation may follow, so that every platform ends the address where we do.
_LINK = re.compile(
    rf"(?<!!)\[([^\s\[\]\\`*_<>&|!:](?:[^\n\[\]\\`*_<>&|:]*[^\s\[\]\\`*_<>&|!:])?)\]\(({_URL})\)"
    r"(?=[.,;:!?]*(?:\s|\Z))"
)
_BARE = re.compile(rf"(?<![^\s(]){_URL}(?=[.,;:!?)]*(?:\s|\Z))")
_BULLET = re.compile(r"^- (?=[^\W\d_])", re.MULTILINE)
_LAZY = re.compile(r"^- .*\n(?!- |\n|\Z)", re.MULTILINE)


class Plain(NamedTuple):
    """A text that Markdown leaves as it is, but for bullets and links.

    `size` is the most any platform counts for it, addresses left out. `hidden` addresses stand
    behind words, `bare` ones show themselves; `shown` is the text without the hidden ones.
    """

    size: int
    hidden: tuple[str, ...]
    bare: tuple[str, ...]
    text: str
    shown: str


def plain_text(text: str) -> Plain | None:
    """Take a text apart; `None` where more than bullets and links may be in it."""
    text = text.lstrip("\n").rstrip("\n ")
    rest, hidden, bare = text, (), ()
    if "](" in text:
        hidden = tuple([url for _, url in _LINK.findall(text)])
        rest = _LINK.sub(r"\1", text)
    shown = rest
    if "://" in rest:
        bare = tuple(_BARE.findall(rest))
        rest = _BARE.sub("x", rest)
    bullets = 0
    if rest.startswith("- ") or "\n- " in rest:
        if _LAZY.search(rest):
            return None
        rest, bullets = _BULLET.subn("", rest)
    if not rest or _TELLING.search(rest):
        return None
    size = len(rest) + 3 * bullets
    if not rest.isascii():
        size += len(rest) - len(rest.encode("ascii", "ignore"))
    return Plain(size, hidden, bare, text, shown)
