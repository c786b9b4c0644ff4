"""Detecting facets as Bluesky's own client library does (@atproto/api 0.18.20).

SOURCE: github.com/bluesky-social/atproto (MIT or Apache-2.0), packages/api/src/rich-text,
checked 2026-11-21. The behaviour is the reference's, the expressions are our own. One thing
differs: a link the server's lexicon would refuse (`uri` without a scheme or with nothing
after it) is never made, because one such facet makes the whole post fail. The reference makes
them for bare domains that begin with `http`, such as `httpbin.org`; here those are links like
any other bare domain.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from postops import tlds
from postops.platforms._charsets import members

if TYPE_CHECKING:
    from collections.abc import Iterator

#: White space as JavaScript's `\s` has it, and what else ends a hashtag.
_SPACE = members("9-d 20 a0 1680 2000-200a 2028-2029 202f 205f 3000 feff")
_TAG_END = members("ad 2060 200a-200d 20e2")
_MAX_TAG = 64
#: The server's check of a `uri` (packages/lexicon): something after the scheme.
_ACCEPTED_URI = re.compile(r"https?://[^/]")
_BEYOND_BASIC_PLANE = re.compile("[\U00010000-\U0010ffff]")

Kind = Literal["link", "mention", "tag"]


class TextFacet(NamedTuple):
    """A link, mention or tag at UTF-8 bytes `[start, end)`; `value` is uri, handle or tag."""

    kind: Kind
    start: int
    end: int
    value: str


@cache
def _mention() -> re.Pattern[str]:
    return re.compile(rf"(?:^|(?<=[{_SPACE}(]))@([a-zA-Z0-9.-]+)\b", re.ASCII)


@cache
def _link() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<=[{_SPACE}(]))(?:([hH][tT][tT][pP][sS]?://[^{_SPACE}]++)"
        rf"|([a-zA-Z][a-zA-Z0-9]*+(?:\.[a-zA-Z0-9]++)++)[^{_SPACE}]*+)"
    )


@cache
def _tag() -> re.Pattern[str]:
    return re.compile(rf"(?:^|(?<=[{_SPACE}]))[#＃](?!\ufe0f)([^{_SPACE}{_TAG_END}]++)")


@cache
def _cashtag() -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<=[{_SPACE}(]))\$([A-Za-z][A-Za-z0-9]{{0,4}})(?=[{_SPACE}.,;:!?)\"'\u2019]|\Z)"
    )


@cache
def _ascii_name() -> re.Pattern[str]:
    """From its first character that counts to the last one that is not punctuation."""
    return re.compile(r"(?=.*?[^\d!-#%-*,-/:;?@\[-\]_{}]).*[^!-#%-*,-/:;?@\[-\]_{}]", re.DOTALL)


def detect_facets(text: str) -> list[TextFacet]:
    """The facets of `text`, by where they start; handles are not resolved."""
    found: list[TextFacet] = []
    if "@" in text:
        found.extend(_mentions(text))
    if "." in text or "://" in text:
        found.extend(_links(text))
    if "#" in text or "＃" in text:
        found.extend(_tags(text))
    if "$" in text:
        found.extend(_cashtags(text))
    found.sort(key=lambda facet: facet.start)
    return found if not found or text.isascii() else _in_bytes(text, found)


def _in_bytes(text: str, facets: list[TextFacet]) -> list[TextFacet]:
    result = []
    at = offset = 0
    for kind, first, last, value in facets:
        offset += len(text[at:first].encode("utf-8", "surrogatepass"))
        at = first
        length = len(text[first:last].encode("utf-8", "surrogatepass"))
        result.append(TextFacet(kind, offset, offset + length, value))
    return result


def _is_domain(name: str) -> bool:
    _, dot, suffix = name.rpartition(".")
    return bool(dot) and suffix in tlds.iana()


def _mentions(text: str) -> Iterator[TextFacet]:
    for match in _mention().finditer(text):
        handle = match[1]
        if _is_domain(handle) or handle.endswith(".test"):
            yield TextFacet("mention", *match.span(), handle)


def _links(text: str) -> Iterator[TextFacet]:
    for match in _link().finditer(text):
        address, domain = match[0], match[2]
        if domain is not None and not _is_domain(domain):
            continue
        if domain is None and not address.startswith("http"):
            continue
        if address[-1] in ".,;:!?":
            address = address[:-1]
        if address.endswith(")") and "(" not in address:
            address = address[:-1]
        uri = address if domain is None else f"https://{address}"
        if _ACCEPTED_URI.match(uri):
            yield TextFacet("link", match.start(), match.start() + len(address), uri)


def _tags(text: str) -> Iterator[TextFacet]:
    for match in _tag().finditer(text):
        name = _tag_name(match[1])
        if name and len(name) + len(_BEYOND_BASIC_PLANE.findall(name)) <= _MAX_TAG:
            yield TextFacet("tag", match.start(), match.start() + 1 + len(name), name)


def _tag_name(word: str) -> str:
    """The word without the punctuation it ends in; empty if it is digits and punctuation."""
    if word.isascii():
        match = _ascii_name().match(word)
        return match[0] if match else ""
    import regex

    if not regex.search(r"[^0-9\p{P}]", word):
        return ""
    # Backwards, so that a long run of punctuation is looked at once.
    last = regex.search(r"(?r)\P{P}", word)
    return word[: last.end()] if last else ""


def _cashtags(text: str) -> Iterator[TextFacet]:
    for match in _cashtag().finditer(text):
        yield TextFacet("tag", *match.span(), f"${match[1].upper()}")
