"""URLs as X links them (twitter-text 3.1.0, Apache-2.0), with a scheme or without.

The reference works on UTF-16 units and its odd corners follow from that, so text beyond the
basic plane is looked at as units here and positions are turned back into code points.
"""

from __future__ import annotations

import re
from array import array
from functools import cache

from postops.platforms import _urls
from postops.platforms._charsets import members
from postops.platforms._urls import Found, Grammar, TextUrl

#: A URL is not one above this length, its protocol counted twice as the reference does.
_MAX_URL = 4096
_MAX_LABEL = 63
_MAX_SHORT_LINK = 40
_ASSUMED_PROTOCOL = "https://"

LATIN_ACCENTS = (
    "c0-d6 d8-f6 f8-24f 253-254 256-257 259 25b 263 268 26f 272 289 28b 2bb 300-36f 1e00-1eff"
)
#: What a case-insensitive match of those adds: letters whose other case is in them.
_ACCENTS_FOLDED = (
    f"{LATIN_ACCENTS} 260 269 275 280 283 288-28c 292 399 3b9 1fbe 2c65 2c66 2c7e 2c7f a7dc"
)
_ALNUM = "30-39 41-5a 61-7a"
_NOT_LABEL = (
    "9-d 20-21 23-2f 3a-40 5b-5f 7b-7e 85 a0 61c 1680 180e 2000-200a 200e-200f 2028-202f 205f"
    " 2066-2069 3000 feff fffe-ffff"
)
_NOT_BEFORE = f"23-24 40 {_ALNUM} feff ff03 ff20 fffe-ffff"
_PATH_END = f"23 2b 2d 2f 3d 5f {_ALNUM} 400-4ff 1c80-1c87 {_ACCENTS_FOLDED}"
_PATH_INSIDE = "21 24-27 2a 2c 2e 3a-3b 40 5b 5d 7c 7e 2013"
_QUERY_END = f"23 26 2d 2f 3d 5f {_ALNUM}"
_QUERY_INSIDE = "21 24-25 27-2c 2e 3a-3b 3f-40 5b 5d 7c 7e"


def _query() -> str:
    return rf"\?(?:[{members(_QUERY_INSIDE)}]*+[{members(_QUERY_END)}]++)++"


@cache
def grammar() -> Grammar:
    """X's dialect, compiled on first need."""
    inside, end = members(_PATH_INSIDE), members(_PATH_END)
    some = f"[{inside}{end}]"
    parens = rf"\((?:{some}++\)|{some}*+\({some}++\){some}*+\))"
    return _urls.compile_grammar(
        not_label=_NOT_LABEL,
        not_before=_NOT_BEFORE,
        protocols="[hH][tT][tT][pP][sS]?",
        punycode="[-0-9A-Za-z]++",
        not_after="2b 2d 40",
        tail=rf"(?::[0-9]++)?(/(?:[{inside}]*+(?:[{end}]|{parens}))*+)?(?:{_query()})?",
    )


@cache
def _short_link() -> re.Pattern[str]:
    return re.compile(rf"https?://t\.co/([a-z0-9]+)(?:{_query()})?", re.IGNORECASE | re.ASCII)


@cache
def _ascii_labels() -> re.Pattern[str]:
    return re.compile(f"(?:[-{members(f'{_ALNUM} {_ACCENTS_FOLDED}')}]++\\.)++")


@cache
def _plain_domain() -> re.Pattern[str]:
    return re.compile(f"[-.{members(f'{_ALNUM} {_ACCENTS_FOLDED}')}]++")


def find_urls(text: str, *, scheme_required: bool = False) -> list[TextUrl]:
    """The URLs of `text` in order, at code points; without a scheme if X would link it."""
    if "." not in text or (scheme_required and ":" not in text):
        return []
    if text.isascii() or max(text) <= "\uffff":
        return _detect(text, scheme_required=scheme_required)
    return _in_code_points(units(text), scheme_required=scheme_required)


def units(text: str) -> str:
    """The UTF-16 units of `text`, one character each."""
    return "".join(map(chr, array("H", text.encode("utf-16", "surrogatepass"))[1:]))


def joined(text: str) -> str:
    """UTF-16 units as code points again."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _in_code_points(text: str, *, scheme_required: bool) -> list[TextUrl]:
    urls = []
    at = code_points = 0
    for url in _detect(text, scheme_required=scheme_required):
        code_points += len(joined(text[at : url.start]))
        length = len(joined(text[url.start : url.end]))
        urls.append(TextUrl(code_points, code_points + length, joined(url.url)))
        at, code_points = url.end, code_points + length
    return urls


def _detect(text: str, *, scheme_required: bool) -> list[TextUrl]:
    urls: list[TextUrl] = []
    for found in _urls.scan(text, grammar()):
        if not _is_valid(text, found):
            continue
        if found.domain > found.start:
            urls.extend(_with_protocol(text, found))
        elif not scheme_required and not (found.start and text[found.start - 1] in "-_./"):
            urls.extend(_without_protocol(text, found))
    return urls


def _with_protocol(text: str, found: Found) -> list[TextUrl]:
    url = text[found.start : found.end]
    if short := _short_link().match(url):
        if len(short[1]) > _MAX_SHORT_LINK:
            return []
        url = short[0]
    return [TextUrl(found.start, found.start + len(url), url)]


def _without_protocol(text: str, found: Found) -> list[TextUrl]:
    """Only the parts with ASCII or accented Latin labels; path and query go to the last."""
    domain = text[found.start : found.domain_end]
    urls = []
    for start, end in _ascii_domains(domain):
        urls.append(TextUrl(found.start + start, found.start + end, domain[start:end]))
    if urls and found.path:
        last = urls.pop()
        rest = text[found.domain_end : found.end]
        urls.append(TextUrl(last.start, found.end, last.url + rest))
    return urls


def _ascii_domains(domain: str) -> list[tuple[int, int]]:
    if _plain_domain().fullmatch(domain):
        return [(0, len(domain))]
    spans: list[tuple[int, int]] = []
    ends = _urls.suffix_ends(domain, grammar())
    at = looked_from = 0
    while labels := _ascii_labels().search(domain, at):
        dots = [dot for dot in ends if labels.start() < dot < labels.end()]
        at = labels.end()
        if dots:
            at = ends[dots[-1]]
            name = domain[labels.start() : at]
            # The reference looks the name up again, so an earlier equal text is what it finds.
            start = domain.find(name, looked_from)
            looked_from = start + len(name)
            spans.append((start, looked_from))
    return spans


def _is_valid(text: str, found: Found) -> bool:
    protocol = found.domain - found.start or len(_ASSUMED_PROTOCOL)
    if protocol + found.end - found.start > _MAX_URL:
        return False
    domain = text[found.domain : found.domain_end]
    if domain.startswith("xn--") and not _ascii_domains(domain):
        return False
    if len(domain) <= _MAX_LABEL and domain.isascii() and domain.isprintable():
        return True
    return all(_encoded_length(label) <= _MAX_LABEL for label in domain.split("."))


def _encoded_length(label: str) -> int:
    """Length of a label in ASCII; for a long one any number above the limit."""
    if label.isascii() and label.isprintable():
        return len(label)
    if len(label) > 2 * _MAX_LABEL:
        return len(label)
    # Three other full stops separate names too.
    names = re.split("[\u3002\uff0e\uff61]", joined(label))
    return sum(map(_encoded_name_length, names)) + len(names) - 1


def _encoded_name_length(name: str) -> int:
    if name.isascii() and name.isprintable():
        return len(name)
    return len("xn--") + len(name.encode("punycode"))
