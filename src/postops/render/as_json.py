"""A message as JSON: what `render --format json` prints and previews read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.render.wanted import plain

if TYPE_CHECKING:
    from postops.model import Link, Media, Message, Part, Poll


def message_json(message: Message) -> dict[str, Any]:
    """The document of one message. Offsets of facets in UTF-8 bytes; absent keys are not said."""
    document: dict[str, Any] = {
        "post": message.post,
        "account": message.account,
        "platform": message.platform,
        "digest": message.digest,
        "parts": [_part(part) for part in message.parts],
    }
    extra = {
        "title": message.title,
        "card": _card(message.card) if message.card else None,
        "poll": _poll(message.poll) if message.poll else None,
        "language": message.language,
        "content_warning": message.content_warning,
        "options": plain(message.options) or None,
    }
    document.update((key, value) for key, value in extra.items() if value is not None)
    return document


def _part(part: Part) -> dict[str, Any]:
    measure = part.measure
    return {
        "text": part.text,
        "count": measure.count,
        "limit": measure.limit,
        "unit": measure.unit,
        "fits": measure.fits,
        "facets": [facet._asdict() for facet in part.facets],
        "media": [_media(media) for media in part.media],
    }


def _media(media: Media) -> dict[str, Any]:
    document: dict[str, Any] = {"path": media.path, "alt": media.alt}
    if media.focus is not None:
        document["focus"] = list(media.focus)
    if facts := media.facts:
        found = {
            "mime": facts.mime,
            "bytes": facts.bytes,
            "digest": facts.digest,
            "width": facts.width,
            "height": facts.height,
            "seconds": facts.seconds,
        }
        document.update((key, value) for key, value in found.items() if value is not None)
    return document


def _card(card: Link) -> dict[str, Any]:
    found = {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "image": _media(card.image) if card.image else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _poll(poll: Poll) -> dict[str, Any]:
    return {
        "options": list(poll.options),
        "seconds": poll.seconds,
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    }
