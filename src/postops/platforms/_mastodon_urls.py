"""URLs as a Mastodon server counts and links them: its own dialect of twitter-text's grammar.

SOURCE: github.com/mastodon/mastodon (AGPL-3.0), the facts of config/initializers/twitter_regex.rb,
and twitter-text 3.1.0's Ruby edition (Apache-2.0), read 2026-11-21; no code is taken.
"""

from __future__ import annotations

import re
from functools import cache

from postops.platforms import _urls
from postops.platforms._charsets import members
from postops.platforms._urls import Grammar, TextUrl

_MAX_URL = 4096
_MAX_LABEL = 63
_MAX_SHORT_LINK = 40

_ACCENTS = (
    "c0-d6 d8-f6 f8-24f 253-254 256-257 259 25b 260 263 268-269 26f 272 275 280 283 288-28c 292"
    " 2bb 300-36f 399 3b9 1e00-1eff 1fbe 212b 2c65-2c66 2c7e-2c7f"
)
#: The inside of a `[...]`: Latin letters with accents, and what folds to them.
ACCENTS = members(_ACCENTS)
_ALNUM = "30-39 41-5a 61-7a"
_NOT_LABEL = (
    "0-2f 3a-40 5b 5d-60 7b-7f 85 a0 61c 1680 180e 2000-200a 200e-200f 2028-202f 205f 2066-2069"
    " 3000 feff fffe-ffff"
)
_NOT_BEFORE = f"23-24 {_ALNUM} 40 17f 212a feff ff03 ff20 fffe-ffff"
_WHITE_SPACE = "9-d 20 85 a0 1680 2000-200a 2028-2029 202f 205f 3000"
_NOT_IN_PATH = f"{_WHITE_SPACE} 28-29 3c 3e 3f"
#: In a path, but not at its end.
_PATH_INSIDE = "21-22 24-27 2a 2c 2e 3a-3b 3d 40 5b 5d 7c 7e 300c-300d"
#: What parentheses may hold that end a path: twitter-text's own narrower set.
_IN_LAST_PARENS = (
    "21 23-27 2a-3b 3d 40-5b 5d 5f 61-7a 7c 7e 400-484 487-52f 58a 5be 1400 1806 1c80-1c88 1d2b"
    " 1d78 2010-2015 212a 2de0-2dff 2e17 2e1a 2e3a-2e3b 2e40 301c 3030 30a0 a640-a69f fe2e-fe2f"
    f" fe31-fe32 fe58 fe63 ff0d 10ead {_ACCENTS}"
)
_BEYOND_ASCII = (
    "a0-d7ff e000-fdcf fdf0-ffef 10000-1fffd 20000-2fffd 30000-3fffd 40000-4fffd 50000-5fffd"
    " 60000-6fffd 70000-7fffd 80000-8fffd 90000-9fffd a0000-afffd b0000-bfffd c0000-cfffd"
    " d0000-dfffd e1000-efffd f0000-ffffd 100000-10fffd"
)
_QUERY_END = f"23 26 2d 2f 3d 5f {_ALNUM} {_BEYOND_ASCII}"
_QUERY_INSIDE = "21 24-25 27-2c 2e 3a-3b 3f-40 5b 5d-5e 7c 7e"
_PROTOCOLS = ["https?", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "gemini"]


def _parens(character: str) -> str:
    """Balanced parentheses, one level nested."""
    return rf"\((?:{character}++\)|{character}*+\({character}++\){character}*+\))"


def _any_case(name: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" if letter != "?" else letter for letter in name)


@cache
def grammar() -> Grammar:
    """Mastodon's dialect, compiled on first need."""
    inside = f"[{members(_PATH_INSIDE)}]"
    end = f"[^{members(_NOT_IN_PATH)}{members(_PATH_INSIDE)}]"
    last = _parens(f"[{members(_IN_LAST_PARENS)}]")
    other = _parens(f"[^{members(_NOT_IN_PATH)}]")
    path = f"/(?:(?:{inside}|(?!{last}){other})*+(?:{end}|{last}))*+"
    query = rf"\?(?:[{members(_QUERY_INSIDE)}]*+[{members(_QUERY_END)}]++)++"
    return _urls.compile_grammar(
        not_label=_NOT_LABEL,
        not_before=_NOT_BEFORE,
        protocols=f"(?:{'|'.join(map(_any_case, _PROTOCOLS))})",
        punycode="[0-9A-Za-z]++",
        not_after="2b 2d 40 17f 212a",
        tail=f"(?::[0-9]++)?({path})?(?:{query})?",
    )


@cache
def _short_link() -> re.Pattern[str]:
    return re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE | re.ASCII)


def find_urls(text: str) -> list[TextUrl]:
    """The URLs of `text` with a scheme, in order, at code points."""
    if "://" not in text or "." not in text:
        return []
    urls = []
    for found in _urls.scan(text, grammar()):
        url = text[found.start : found.end]
        if found.domain == found.start or not _is_valid(url, text[found.domain : found.domain_end]):
            continue
        if short := _short_link().match(url):
            if len(short[1]) > _MAX_SHORT_LINK:
                continue
            url = short[0]
        urls.append(TextUrl(found.start, found.start + len(url), url))
    return urls


def _is_valid(url: str, domain: str) -> bool:
    if domain.isascii():
        return len(url) <= _MAX_URL and all(len(name) <= _MAX_LABEL for name in domain.split("."))
    try:
        encoded = ".".join(map(_encoded, re.split("[.\u3002\uff0e\uff61]", domain)))
    except UnicodeError:
        return False
    return len(url) + max(len(encoded) - len(domain), 0) <= _MAX_URL


def _encoded(label: str) -> str:
    """The label as DNS has it (IDNA 2003, like the server's library); UnicodeError if refused."""
    if label.isascii():
        if not 0 < len(label) <= _MAX_LABEL:
            raise UnicodeError
        return label
    from encodings import idna
    from stringprep import in_table_a1

    # The library knows the characters of Unicode 3.2 and refuses later ones.
    if len(label) > _MAX_LABEL or any(map(in_table_a1, label)):
        raise UnicodeError
    return idna.ToASCII(label).decode("ascii")
