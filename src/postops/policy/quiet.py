"""Proof, from a post's own text, that no rule of messages has anything to say about it.

Most posts are a few plain sentences, some bullets, a link and a hashtag. For those the outcome of
every rule of messages is known without reading Markdown or setting the text for each account, which
is most of what a check costs. What is not plainly harmless is rendered: nothing here finds faults.

Rules of messages that are never called because of this are named in `SILENT`; a test holds it
against the registry, others compare what is found with and without.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from postops.policy.card import Sent, look
from postops.policy.plain import HOST, PLAIN_URL, plain_text
from postops.policy.text import MANY_HASHTAGS
from postops.render.setting import tagging
from postops.render.utm import add
from postops.render.wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.model import Campaign, Link, Override, Post
    from postops.platforms.base import Platform
    from postops.policy.plain import Plain
    from postops.policy.subjects import Context, Target
    from postops.render.utm import Tagging
    from postops.render.wanted import Wanted

SILENT = frozenset(
    [
        "text-too-long",
        "empty-post",
        "lone-content-warning",
        "long-thread",
        "too-many-hashtags",
        "too-many-cashtags",
        "unlinked-hashtag",
        "lost-markdown",
        "lost-content",
        "refused-character",
        "cut-mention",
        "local-mention",
        "unlinked-mention",
        "bare-domain",
        "damaged-link",
        "link-repeated",
        "part-repeated",
        "alt-too-long",
        "long-alt-text",
        "media-type",
        "media-count",
        "media-mix",
        "media-bytes",
        "large-media",
        "media-dimensions",
        "media-duration",
        "media-codec",
        "still-gif",
        "card-image-bytes",
        "poll-option-count",
        "poll-option-too-long",
        "poll-option-repeated",
        "poll-duration",
        "poll-with-media",
    ]
)

_TAG = re.compile(r"[A-Za-z]{3,40}[0-9]{0,4}")
_LONGEST_URL = 1000
USUAL = frozenset(["com", "org", "net", "edu", "gov", "io", "dev", "app", "eu", "de", "uk", "fr"])
"""Top-level domains all platforms know."""
LINK = 23
"""No platform counts more for an address than its length, or this where it is shorter."""


class Quiet:
    """A plain text with the link of its post. What they look like is found once, and when asked."""

    def __init__(self, plain: Plain, link: Link | None) -> None:
        self.plain, self.link = plain, link
        self._looks: dict[bool, str] = {}

    def look(self, rich: bool) -> str:
        """`look` of the text as it will be set, which is not needed for it."""
        rich = rich and bool(self.plain.hidden)
        if rich not in self._looks:
            text = self.plain.shown if rich else self.plain.text
            self._looks[rich] = look(text if self.link is None else f"{text} {self.link.url}")
        return self._looks[rich]


def sent_quietly(
    post: Post, accounts: tuple[str, ...], context: Context
) -> Mapping[str, Sent] | None:
    """What each account would get, as far as posts are compared; `None` if it must be rendered."""
    if post.media or post.poll or post.variants or post.content_warning:
        return None
    names = tuple([name for name in accounts if name in context.targets])
    if len(names) > 1 and _forbids_echoes(names, context):
        return None
    campaign = context.campaigns.get(post.campaign) if post.campaign else None
    found: dict[str, Sent] = {}
    known: dict[tuple[str, Link | None], Quiet | None] = {}
    for name in names:
        target = context.targets[name]
        asked = wanted(post, target.account, campaign, None)
        text = post.body if asked.text_of is None else _override(post, asked).text or ""
        key = (text, asked.link)
        if key not in known:
            known[key] = _quiet(plain_text(text), asked.link)
        quiet = known[key]
        if quiet is None or not _has_nothing(quiet, asked, target, post, campaign, context):
            return None
        found[name] = Sent("", "", 1, quiet.look(target.can.rich_links))
    return found


def _forbids_echoes(names: tuple[str, ...], context: Context) -> bool:
    """Whether two of the accounts must not say the same: then the exact words are compared."""
    kinds = [context.targets[name].platform for name in names]
    return any(one.capabilities.refuses_duplicates and kinds.count(one) > 1 for one in kinds)


def _override(post: Post, asked: Wanted) -> Override:
    kind, name = asked.text_of or ("platforms", "")
    return (post.overrides if kind == "platforms" else post.variants)[name]


def _quiet(plain: Plain | None, link: Link | None) -> Quiet | None:
    if plain is None:
        return None
    urls = [*plain.hidden, *plain.bare, *(() if link is None else (link.url,))]
    return Quiet(plain, link) if not urls or _are_quiet(urls, link) else None


def _has_nothing(
    quiet: Quiet,
    asked: Wanted,
    target: Target,
    post: Post,
    campaign: Campaign | None,
    context: Context,
) -> bool:
    """Whether this account's message gives no rule anything to find."""
    if asked.media or asked.poll is not None or asked.content_warning:
        return False
    plain, tags = quiet.plain, asked.hashtags
    if plain.hidden and asked.text_of is not None:
        return False  # whether words were linked on purpose is looked up in the body
    size = plain.size
    if tags:
        if not _tags_are_quiet(tags, target):
            return False
        size += sum([len(tag) + 2 for tag in tags]) + 2
    if not (plain.hidden or plain.bare or quiet.link is not None):
        return _fits(size, target)
    parameters = tagging(context.config, campaign, post, target.account)
    for exact in (False, True):
        links = _links_size(quiet, target, parameters, exact)
        if links is not None and _fits(size + links, target):
            return True
    return False


def _fits(size: int, target: Target) -> bool:
    limit = target.limit
    return size <= limit.limit and (limit.max_bytes is None or 4 * size <= limit.max_bytes)


def _tags_are_quiet(tags: tuple[str, ...], target: Target) -> bool:
    most = target.can.max_hashtags or MANY_HASHTAGS
    return len(tags) <= most and all(_TAG.fullmatch(tag) for tag in tags)


# --------------------------------------------------------------------------- addresses


def _are_quiet(urls: list[str], link: Link | None) -> bool:
    """Whether all addresses are usual ones, and no two the same."""
    if link is not None and (link.image is not None or not PLAIN_URL.fullmatch(link.url)):
        return False
    if any(len(url) > _LONGEST_URL or "utm_" in url for url in urls):
        return False
    if len(urls) < 2:
        return True
    names = [url.partition("://")[2].removeprefix("www.").rstrip("/").lower() for url in urls]
    if len(set(names)) != len(names):
        return False
    return link is None or not any(name.startswith(names[-1]) for name in names[:-1])


def _links_size(quiet: Quiet, target: Target, tags: Tagging, exact: bool) -> int | None:
    """The most the addresses count; `None` where the platform may not link them as a whole.

    To be `exact` takes the platform's whole grammar of addresses, which is slow to make.
    """
    plain, link = quiet.plain, quiet.link
    more = _tag_size(tags.pairs) if tags.pairs else 0
    if more is None:
        return None
    can, platform = target.can, target.platform if exact else None
    sizes = [
        _url_size(url, more if tags.hosts else 0, platform)
        for url in (*plain.bare, *(() if can.rich_links else plain.hidden))
    ]
    if link is not None and not can.card:
        sizes.append(_url_size(link.url, more, platform))
    return None if None in sizes else sum([size for size in sizes if size is not None])


@lru_cache(maxsize=256)
def _tag_size(pairs: tuple[tuple[str, str], ...]) -> int | None:
    """The length of the campaign parameters; `None` where a platform may not take their end."""
    plain = "https://example.org/"
    tagged = add(plain, pairs)
    return len(tagged) - len(plain) if tagged[-1].isalnum() else None


def _url_size(url: str, more: int, platform: type[Platform] | None) -> int | None:
    """The most a platform counts for an address, in brackets or as a paragraph of its own."""
    host = HOST.match(url)
    name = host[1] if host else ""
    if platform is None:
        usual = name.rpartition(".")[2] in USUAL
        return 3 + max(len(url) + more, LINK) if usual else None
    known = _known_size(platform, name)
    return None if known is None else 3 + (known or len(url) + more)


@lru_cache(maxsize=4096)
def _known_size(platform: type[Platform], host: str) -> int | None:
    """What any address of that host counts; 0 where each counts its own length.

    `None` where the platform links no more than a part of it, if anything.
    """
    short, long = f"https://{host}/a", f"https://{host}/{'a' * 40}"
    if [(one.start, one.end) for one in platform.facets(long)] != [(0, len(long))]:
        return None
    count = platform.count(short)
    return count if count == platform.count(long) else 0
