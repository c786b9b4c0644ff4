"""What Mastodon takes for a URL: its own dialect of the grammar (config/initializers/twitter_regex.rb).

A scheme is needed, and there are more of them. A path holds anything but white space and a few
signs; so does the end of a query beyond ASCII.
"""

from __future__ import annotations

import re
from functools import cache
from stringprep import in_table_a1

from postops.sandbox.links import ANY_LETTER, Link, labels, scan

# twitter-text: nothing longer is a link, and DNS has no longer names.
_MAX_URL, _MAX_LABEL = 4096, 63
_SCHEME = re.compile("(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://", re.IGNORECASE)
# Names may be written with the full stops of other scripts.
_DOTS = re.compile("[.。．｡]")
_PATH_CHAR = r"[^\s<>()?]"
_PATH_END = r"""[^\s<>()?!*"'「」;:=,.$%\[\]~&|@]"""
_PATH_INSIDE = r"""[!*"'「」;:=,.$%\[\]~&|@]"""
# Parentheses may end a path only with what twitter-text itself has in a path.
_LAST_CHAR = r"[a-z0-9!*';:=+,.$/%#\[\]_~@|&\u00c0-\u024f\u0300-\u036f\u0400-\u04ff\u1e00-\u1eff-]"
_QUERY_END = r"[a-z0-9_&=#/\u00a0-\ud7ff\ue000-\U0010fffd-]"
_QUERY_INSIDE = r"[!?*'();:+$%\[\].,~|@^]"


def find_links(text: str) -> list[Link]:
    """List the URLs in a text, in order.

    Bare domains are read too, and left out then: a URL in the path or query of one is none.
    """
    return [link for link in scan(text, _head(), _tail()) if _is_valid(link.url)]


def _is_valid(url: str) -> bool:
    scheme = _SCHEME.match(url)
    if scheme is None or len(url) > _MAX_URL:
        return False
    domain = re.split("[/?:]", url[scheme.end() :], maxsplit=1)[0]
    return all(map(_is_name, _DOTS.split(domain)))


def _is_name(label: str) -> bool:
    """Whether DNS could have it, by the Unicode 3.2 of the library upstream asks: no emoji."""
    if label.isascii():
        return 0 < len(label) <= _MAX_LABEL
    # The lengths first: this encoding takes its time with long names.
    if len(label) > _MAX_LABEL or any(map(in_table_a1, label)):
        return False
    return len(label.encode("punycode")) <= _MAX_LABEL - len("xn--")


def _parentheses(character: str) -> str:
    """Return the expression for a pair with something in it, and at most one more pair inside."""
    return rf"\((?:{character}++|{character}*+\({character}++\){character}*+)\)"


@cache
def _head() -> re.Pattern[str]:
    # Words without a dot are read whole as well, so that none is tried at each of its letters.
    name, word = labels(ANY_LETTER), labels(ANY_LETTER, dots=0)
    return re.compile(
        rf"(?<![a-z0-9@＠$#＃\ufeff\ufffe\uffff])(?:{_SCHEME.pattern}({name})|({word}))",
        re.IGNORECASE,
    )


@cache
def _tail() -> re.Pattern[str]:
    last, inside = _parentheses(_LAST_CHAR), _parentheses(_PATH_CHAR)
    path = rf"/(?:(?:{_PATH_INSIDE}|(?!{last}){inside})*+(?:{_PATH_END}|{last}))*+"
    query = rf"\?(?:{_QUERY_INSIDE}*+{_QUERY_END})++"
    return re.compile(rf"(?::[0-9]++)?(?:{path})?(?:{query})?", re.IGNORECASE)
