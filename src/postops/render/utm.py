"""Campaign parameters on links: added, never doubled, and not a byte of the rest changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WEB = re.compile(r"https?://(?:[^/?#@\s]*@)?([^/?#:\s]+)", re.IGNORECASE)
BARE_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
KEYS = ("source", "medium", "campaign", "term", "content", "id")
"""What `utm:` may hold, in the order in which the parameters are written."""


class Tagging(NamedTuple):
    """The parameters for one account, ready to be added; `hosts` in lower case."""

    pairs: tuple[tuple[str, str], ...] = ()
    hosts: frozenset[str] = frozenset()

    def own(self, url: str) -> str:
        """The post's own link with its parameters."""
        return add(url, self.pairs) if self.pairs else url

    def body(self, url: str, own: str | None) -> str:
        """A link of the body: only of a host in the list, or where it is the post's own link."""
        if self.pairs and (url == own or host(url) in self.hosts):
            return add(url, self.pairs)
        return url


UNTAGGED = Tagging()


def tagging_for(
    templates: Mapping[str, str | None], hosts: Iterable[str], values: Mapping[str, str]
) -> Tagging:
    """Fill the templates: `{platform}`, `{account}`, `{campaign}`, `{post}`.

    A parameter whose value comes out empty is left out.
    """
    pairs: list[tuple[str, str]] = []
    for key in KEYS:
        value = templates.get(key) or ""
        for name, filled in values.items():
            value = value.replace(f"{{{name}}}", filled)
        if value.strip():
            pairs.append((f"utm_{key}", value.strip()))
    return Tagging(tuple(pairs), frozenset(h.lower() for h in hosts)) if pairs else UNTAGGED


def host(url: str) -> str:
    """The host of a web address in lower case; empty for anything else."""
    match = _WEB.match(url)
    return match[1].lower() if match else ""


def add(url: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """The URL with those parameters it does not have yet, before its fragment."""
    from urllib.parse import quote, unquote_plus

    if not _WEB.match(url):
        return url
    rest, hash_sign, fragment = url.partition("#")
    path, _, query = rest.partition("?")
    present = {unquote_plus(p.partition("=")[0]).lower() for p in re.split("[&;]", query)}
    added = [f"{key}={quote(value, safe='')}" for key, value in pairs if key not in present]
    if not added:
        return url
    joined = "&".join([query.rstrip("&"), *added] if query.rstrip("&") else added)
    return f"{path}?{joined}{hash_sign}{fragment}"


def tag_bare(text: str, tagging: Tagging, own: str | None) -> str:
    """Tag the URLs that stand in a text. Only for platforms that show the link as it is."""
    if not tagging.pairs or "://" not in text:
        return text
    return BARE_URL.sub(lambda match: _tag_match(match[0], tagging, own), text)


def _tag_match(url: str, tagging: Tagging, own: str | None) -> str:
    end = len(trimmed(url))
    return tagging.body(url[:end], own) + url[end:]


def trimmed(url: str) -> str:
    """A URL found in running text without the punctuation that follows it."""
    spare = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'。！？、，" or (url[end - 1] == ")" and spare > 0)):
        spare -= url[end - 1] == ")"
        end -= 1
    return url[:end]
