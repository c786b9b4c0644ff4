"""The two digests: what was sent, and what a person approved.

Both are `sha256:<hex>` of JSON with sorted keys, no white space and ASCII only (`\\uXXXX`), so that
anybody can compute them again, in any language and whatever the order of keys in the file.

- `payload_digest` covers platform, parts (text, facets, media), title, card, poll, language,
  content warning and options. A media file counts by its bytes, alt text and focus, not its path.
  Not covered: post id, account name, places in files, measures, losses.
- `source_digest` covers body, title, hashtags, link, media, thread, language, content warning, poll
  and the overrides under `platforms` and `variants`. Not covered: id, path, accounts, campaign, tags, draft, hold, allow, and
  all that says when (`publish_at`, `late`, `expires_at`, `on_edit`, `on_remove`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.model import digest
from postops.render.wanted import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.model import Link, Media, Message, Override, Part, Poll, Post


def payload_digest(message: Message) -> str:
    """The digest of what will be sent."""
    return _digest(
        {
            "platform": message.platform,
            "parts": [_part(part) for part in message.parts],
            "title": message.title,
            "card": _link(message.card),
            "language": message.language,
            "content_warning": message.content_warning,
            "poll": _poll(message.poll),
            "options": plain(message.options),
        }
    )


def source_digest(post: Post) -> str:
    """The digest of what a person approved."""
    return _digest(
        {
            "body": post.body,
            "title": post.title,
            "hashtags": post.hashtags,
            "link": _link(post.link),
            "media": _media(post.media),
            "thread": post.thread,
            "language": post.language,
            "content_warning": post.content_warning,
            "poll": _poll(post.poll),
            "platforms": {key: _override(value) for key, value in post.overrides.items()},
            "variants": {key: _override(value) for key, value in post.variants.items()},
        }
    )


def _digest(value: Any) -> str:
    from json import dumps

    text = dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return digest(text.encode("ascii"))


def _part(part: Part) -> dict[str, Any]:
    return {"text": part.text, "facets": part.facets, "media": _media(part.media)}


def _media(media: Sequence[Media]) -> list[dict[str, Any]]:
    """By bytes; by path only where the bytes could not be read."""
    return [
        {"alt": m.alt, "focus": m.focus, "file": m.facts.digest if m.facts else m.path}
        for m in media
    ]


def _link(link: Link | None) -> dict[str, Any] | None:
    if link is None:
        return None
    return {
        "url": link.url,
        "title": link.title,
        "description": link.description,
        "image": _media([link.image]) if link.image else None,
    }


def _poll(poll: Poll | None) -> dict[str, Any] | None:
    if poll is None:
        return None
    return {
        "options": poll.options,
        "seconds": poll.seconds,
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    }


def _override(override: Override) -> dict[str, Any]:
    return {
        "text": override.text,
        "title": override.title,
        "media": None if override.media is None else _media(override.media),
        "hashtags": override.hashtags,
        "link": _link(override.link),
        "language": override.language,
        "content_warning": override.content_warning,
        "poll": _poll(override.poll),
        "thread": override.thread,
        "options": plain(override.options),
    }
