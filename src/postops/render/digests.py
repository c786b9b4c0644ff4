"""The two digests: what was sent, and what a person approved.

Both are `sha256:<hex>` of JSON with sorted keys, no white space and ASCII only (`\\uXXXX`), so that
anybody can compute them again, in any language and whatever the order of keys in the file. What is
empty or at its default is left out: a key that postops learns later changes no old digest.

- `payload_digest` covers platform, parts (text, facets, media), title, card, poll, language,
  content warning and options. A media file counts by its bytes, alt text and focus, not its path.
  Not covered: post id, account name, places in files, measures, losses.
- `source_digest` covers body, title, hashtags, link, media, thread, language, content warning,
  poll, the overrides under `platforms` and `variants`, and the bytes of the images in the Markdown.
  Not covered: id, path, accounts, campaign, tags, draft, hold, allow, and all that says when
  (`publish_at`, `late`, `expires_at`, `on_edit`, `on_remove`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from postops.model import digest
from postops.render.parsed import Parsed, parse
from postops.render.wanted import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from json import JSONEncoder

    from postops.diagnostics import Span
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
            "options": plain(message.options) or None,
        }
    )


def source_digest(
    post: Post,
    *,
    resolve_media: Callable[[str, Span], Media] | None = None,
    parsed: Parsed | None = None,
) -> str:
    """The digest of what a person approved.

    `resolve_media` and `parsed` as in `render`. Without `resolve_media` the images in the Markdown
    count by their paths only, so two digests compare only if both were made in the same way.
    """
    return _digest(
        {
            "body": post.body,
            "title": post.title,
            "hashtags": post.hashtags or None,
            "link": _link(post.link),
            "media": _media(post.media) or None,
            "thread": None if post.thread == "none" else post.thread,
            "language": post.language,
            "content_warning": post.content_warning,
            "poll": _poll(post.poll),
            "platforms": {k: _override(v) for k, v in post.overrides.items()} or None,
            "variants": {k: _override(v) for k, v in post.variants.items()} or None,
            "images": _images(post, resolve_media, parsed) if resolve_media else None,
        }
    )


@cache
def _encoder() -> JSONEncoder:
    from json import JSONEncoder

    return JSONEncoder(sort_keys=True, separators=(",", ":"), default=str)


def _digest(value: dict[str, Any]) -> str:
    return digest(_encoder().encode(_said(value)).encode("ascii"))


def _said(value: dict[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if inner is not None}


def _images(
    post: Post, resolve: Callable[[str, Span], Media], parsed: Parsed | None
) -> list[str] | None:
    """The files behind the images of all texts, in their order."""
    others = (*post.overrides.values(), *post.variants.values())
    if not any("![" in text for text in (post.body, *(one.text or "" for one in others))):
        return None
    body, overridden = parsed or parse(post)
    flows = [body, *(overridden[place] for place in sorted(overridden))]
    images = [i for flow in flows for section in flow.sections for i in section.images]
    return [_file(resolve(image.path, post.body_span(0))) for image in images] or None


def _part(part: Part) -> dict[str, Any]:
    return _said(
        {"text": part.text, "facets": part.facets or None, "media": _media(part.media) or None}
    )


def _media(media: Sequence[Media]) -> list[dict[str, Any]]:
    return [_said({"alt": m.alt, "focus": m.focus, "file": _file(m)}) for m in media]


def _file(media: Media) -> str:
    """Its bytes; its path only where they could not be read."""
    return media.facts.digest if media.facts else media.path


def _link(link: Link | None) -> dict[str, Any] | None:
    if link is None:
        return None
    return _said(
        {
            "url": link.url,
            "title": link.title,
            "description": link.description,
            "image": _media([link.image]) if link.image else None,
        }
    )


def _poll(poll: Poll | None) -> dict[str, Any] | None:
    if poll is None:
        return None
    return _said(
        {
            "options": poll.options,
            "seconds": poll.seconds,
            "multiple": poll.multiple or None,
            "hide_totals": poll.hide_totals or None,
        }
    )


def _override(override: Override) -> dict[str, Any]:
    """Here an empty value is said: it takes away what the post has."""
    return _said(
        {
            "text": override.text,
            "title": override.title,
            "media": None if override.media is None else _media(override.media),
            "hashtags": override.hashtags,
            "link": _link(override.link),
            "language": override.language,
            "content_warning": override.content_warning,
            "poll": _poll(override.poll),
            "thread": override.thread,
            "options": plain(override.options) or None,
        }
    )
