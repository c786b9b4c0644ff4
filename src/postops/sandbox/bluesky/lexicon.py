"""What the lexicons demand of a record, with the PDS's words for what is wrong.

Figures: app.bsky.feed.post and app.bsky.embed.* of bluesky-social/atproto at d6296a1 (2026-08-20).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import regex

Shape = Callable[[Any, str], None]

_DATETIME = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)"
    r"(\.\d{1,20})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
)
_LANGUAGE = re.compile(r"(i|[a-z]{2,3})(-[a-zA-Z0-9]+)*")
_URI = re.compile(r"\w+:(?://)?[^\s/][^\s]*")
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_AT_URI = re.compile(r"at://[a-zA-Z0-9._:%-]+(/[a-zA-Z0-9-.]+(/[a-zA-Z0-9_~.:-]{1,512})?)?")
_CID = re.compile(r"[a-zA-Z0-9+=]{8,256}")


class LexiconFault(ValueError):  # noqa: N818  # becomes InvalidRequest
    """The record does not have the shape its lexicon wants."""


def text(
    *, size: int | None = None, graphemes: int | None = None, form: re.Pattern[str] | None = None
) -> Shape:
    """Take a string of at most `size` UTF-8 bytes and `graphemes` clusters."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise _expected("string", value, path)
        length = len(value.encode())
        if size is not None and length > size:
            raise LexiconFault(f"string too big (maximum {size}, got {length}) at {path}")
        clusters = len(regex.findall(r"\X", value)) if graphemes is not None else 0
        if graphemes is not None and clusters > graphemes:
            raise LexiconFault(f"grapheme too big (maximum {graphemes}, got {clusters}) at {path}")
        if form is not None and form.fullmatch(value) is None:
            raise LexiconFault(f"Invalid string format at {path}")

    return shape


def integer(minimum: int) -> Shape:
    """Take a whole number from `minimum` on."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _expected("integer", value, path)
        if value < minimum:
            raise LexiconFault(f"integer too small (minimum {minimum}, got {value}) at {path}")

    return shape


def array(of: Shape, most: int | None = None) -> Shape:
    """Take a list of at most `most` elements."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise _expected("array", value, path)
        if most is not None and len(value) > most:
            raise LexiconFault(f"array too big (maximum {most}, got {len(value)}) at {path}")
        for index, element in enumerate(value):
            of(element, f"{path}[{index}]")

    return shape


def record(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Shape:
    """Take an object; unknown keys are kept, as the PDS keeps them."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise _expected("object", value, path)
        for key, inner in required.items():
            if key not in value:
                raise LexiconFault(f'Missing required key "{key}" at {path}')
            inner(value[key], f"{path}.{key}")
        for key, inner in (optional or {}).items():
            if key in value:
                inner(value[key], f"{path}.{key}")

    return shape


def union(shapes: dict[str, Shape]) -> Shape:
    """Take one of several typed objects; an unknown `$type` passes, since unions are open."""

    def shape(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise _expected("object", value, path)
        if not isinstance(value.get("$type"), str):
            raise LexiconFault(f'Missing required key "$type" at {path}')
        inner = shapes.get(value["$type"])
        if inner is not None:
            inner(value, path)

    return shape


def blob(accept: str, size: int) -> Shape:
    """Take a blob reference by media type and size."""

    def shape(value: Any, path: str) -> None:
        match value:
            case {"$type": "blob", "ref": {"$link": str()}, "mimeType": str(mime), "size": int(n)}:
                pass
            case _:
                raise _expected("blob", value, path)
        family = accept.removesuffix("*")
        if not (mime == accept or (accept.endswith("*") and mime.startswith(family))):
            raise LexiconFault(f"Expected mime type {accept}, got {mime} at {path}")
        if n > size:
            raise LexiconFault(f"blob too big (maximum {size}, got {n}) at {path}")

    return shape


def _expected(kind: str, value: Any, path: str) -> LexiconFault:
    return LexiconFault(f"Expected {kind} value type (got {_kind(value)}) at {path}")


def _kind(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
    return names.get(type(value), "null" if value is None else type(value).__name__)


_REF = record({"uri": text(form=_AT_URI), "cid": text(form=_CID)})
_RATIO = record({"width": integer(1), "height": integer(1)})
_IMAGE = blob("image/*", 2_000_000)
_FEATURES = union(
    {
        "app.bsky.richtext.facet#mention": record({"did": text(form=_DID)}),
        "app.bsky.richtext.facet#link": record({"uri": text(form=_URI)}),
        "app.bsky.richtext.facet#tag": record({"tag": text(size=640, graphemes=64)}),
    }
)
_FACET = record(
    {
        "index": record({"byteStart": integer(0), "byteEnd": integer(0)}),
        "features": array(_FEATURES),
    }
)
_MEDIA: dict[str, Shape] = {
    "app.bsky.embed.images": record(
        {"images": array(record({"image": _IMAGE, "alt": text()}, {"aspectRatio": _RATIO}), 4)}
    ),
    "app.bsky.embed.gallery": record(
        {"items": array(record({"image": _IMAGE, "alt": text(), "aspectRatio": _RATIO}), 20)}
    ),
    "app.bsky.embed.video": record(
        {"video": blob("video/mp4", 300_000_000)}, {"alt": text(), "aspectRatio": _RATIO}
    ),
    "app.bsky.embed.external": record(
        {
            "external": record(
                {"uri": text(form=_URI), "title": text(), "description": text()},
                {"thumb": blob("image/*", 1_000_000)},
            )
        }
    ),
}
_QUOTE = record({"record": _REF})
_EMBED = union(
    _MEDIA
    | {
        "app.bsky.embed.record": _QUOTE,
        "app.bsky.embed.recordWithMedia": record({"record": _QUOTE, "media": union(_MEDIA)}),
    }
)
_LABELS = union(
    {
        "com.atproto.label.defs#selfLabels": record(
            {"values": array(record({"val": text(size=128)}), 10)}
        )
    }
)
_CREATED = {"createdAt": text(form=_DATETIME)}
_POST = record(
    {"text": text(size=3000, graphemes=300), **_CREATED},
    {
        "facets": array(_FACET),
        "reply": record({"root": _REF, "parent": _REF}),
        "embed": _EMBED,
        "langs": array(text(form=_LANGUAGE), 3),
        "labels": _LABELS,
        "tags": array(text(size=640, graphemes=64), 8),
    },
)
_RULES = union({})
_THREADGATE = record({"post": text(form=_AT_URI), **_CREATED}, {"allow": array(_RULES, 5)})
_POSTGATE = record({"post": text(form=_AT_URI), **_CREATED}, {"embeddingRules": array(_RULES, 5)})

LEXICONS: dict[str, Shape] = {
    "app.bsky.feed.post": _POST,
    "app.bsky.feed.threadgate": _THREADGATE,
    "app.bsky.feed.postgate": _POSTGATE,
}
# Collections whose record keys must be TIDs.
TID_KEYED = frozenset(LEXICONS)


def check_record(collection: str, value: dict[str, Any]) -> bool:
    """Check a record; False when its lexicon is not known here. Raises LexiconFault."""
    shape = LEXICONS.get(collection)
    if shape is None:
        return False
    try:
        shape(value, "$.record")
    except LexiconFault as fault:
        raise LexiconFault(f"Invalid {collection} record: {fault}") from None
    return True


def blob_refs(value: Any) -> list[dict[str, Any]]:
    """List the blob references anywhere in a record."""
    if isinstance(value, dict):
        if value.get("$type") == "blob":
            return [value]
        return [ref for inner in value.values() for ref in blob_refs(inner)]
    if isinstance(value, list):
        return [ref for inner in value for ref in blob_refs(inner)]
    return []
