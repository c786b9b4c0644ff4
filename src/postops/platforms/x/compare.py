"""Recognising a post: X shows short links, escaped characters and its own field names."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.model import Outgoing

_SHORT = re.compile(r"https?://t\.co/\w+")
_MEDIA_PAGE = re.compile(r"https?://(?:x|twitter)\.com/[^/]+/status/\d+/(?:photo|video)/\d+")
# Where X puts the time in an id: milliseconds since its own epoch, above 22 other bits.
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_LINK = "\ufffc"


class Shown(NamedTuple):
    """A text with its links taken out: `None` for a link that leads nobody knows where."""

    words: str
    links: tuple[str | None, ...]


def posted_at(post_id: str) -> datetime:
    """When a post was made, by its id."""
    return _EPOCH + timedelta(milliseconds=int(post_id) >> 22)


def matches(outgoing: Outgoing, post: Any, username: str) -> bool:
    """Whether a post in a listing is this part."""
    parent = outgoing.parent.remote_id if outgoing.parent else None
    media = dig(post, "attachments", "media_keys", of=list) or []
    polls = dig(post, "attachments", "poll_ids", of=list) or []
    asks = outgoing.message.poll is not None and outgoing.part.number == 1
    return (
        _parent(post) == parent
        and len(media) == len(outgoing.files)
        and bool(polls) == asks
        and _agree(_ours(outgoing), _theirs(outgoing, post, username))
    )


def echoes(outgoing: Outgoing, text: str) -> bool:
    """Whether the answer to a new post repeats its words.

    That answer holds no entities, so links are only counted; long texts are cut off in it.
    """
    from postops.platforms._twitter_text import CONFIG, weighted_length

    if weighted_length(outgoing.part.text) > CONFIG.max_weighted_length:
        return True
    return _agree(_ours(outgoing), _theirs(outgoing, {"text": text}, ""))


def _agree(ours: Shown, theirs: Shown) -> bool:
    pairs = zip(ours.links, theirs.links, strict=False)
    return (
        ours.words == theirs.words
        and len(ours.links) == len(theirs.links)
        and all(one == other or one is None or other is None for one, other in pairs)
    )


def _parent(post: Any) -> str | None:
    lists = (dig(post, name, of=list) for name in ("referenced_posts", "referenced_tweets"))
    references = next((found for found in lists if found), [])
    replied = (dig(r, "id", of=str) for r in references if dig(r, "type", of=str) == "replied_to")
    return next(replied, None)


def _ours(outgoing: Outgoing) -> Shown:
    from postops.platforms._twitter_text import find_urls

    text, at = outgoing.part.text, 0
    words, links = "", []
    for url in find_urls(text):
        words += text[at : url.start] + _LINK
        links.append(_target(text[url.start : url.end]))
        at = url.end
    return Shown(_plain(words + text[at:]), tuple(links))


def _theirs(outgoing: Outgoing, post: Any, username: str) -> Shown:
    import html

    whole = dig(post, "note_post", of=dict) or dig(post, "note_tweet", of=dict) or post
    text = html.unescape(dig(whole, "text", of=str) or "")
    if outgoing.parent and not outgoing.part.text.startswith("@"):
        # X may address a reply by itself.
        text = re.sub(rf"^@{re.escape(username)}\s+", "", text) if username else text
    targets = _targets(whole) | _targets(post)
    links: list[str | None] = []

    def out(found: re.Match[str]) -> str:
        target = targets.get(found[0])
        if target and _MEDIA_PAGE.fullmatch(target):
            return ""
        links.append(_target(target) if target else None)
        return _LINK

    words = _plain(_SHORT.sub(out, text))
    # Without entities the link to the media cannot be told by where it leads; it comes last.
    if outgoing.files and not targets and words.endswith(_LINK):
        return Shown(words[:-1].rstrip(), tuple(links[:-1]))
    return Shown(words, tuple(links))


def _targets(post: Any) -> dict[str, str]:
    found = {}
    for url in dig(post, "entities", "urls", of=list) or []:
        short, target = dig(url, "url", of=str), dig(url, "expanded_url", of=str)
        if short and target:
            found[short] = target
    return found


def _target(url: str) -> str | None:
    """A link without what X adds or drops. Other scripts are written in two ways: no telling."""
    bare = re.sub(r"^https?://", "", url, flags=re.IGNORECASE).rstrip("/")
    host, slash, path = bare.partition("/")
    return host.lower() + slash + path if bare.isascii() else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
