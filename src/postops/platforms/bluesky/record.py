"""Post records: building one, byte for byte the same each time, and recognising it again."""

from __future__ import annotations

import base64
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from postops.errors import Rejected
from postops.platforms._answers import dig
from postops.platforms.bluesky.shape import IMAGES_IN_PLAIN_EMBED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from postops.model import Facet, MediaFile, Outgoing, Receipt
    from postops.platforms.base import Prepared
    from postops.platforms.bluesky.shape import Options

POST = "app.bsky.feed.post"
_FEATURE = "app.bsky.richtext.facet"
_REPLIERS = {
    "mentioned": "app.bsky.feed.threadgate#mentionRule",
    "followers": "app.bsky.feed.threadgate#followerRule",
    "following": "app.bsky.feed.threadgate#followingRule",
}


def timestamp(at: datetime) -> str:
    """The time as Bluesky's own clients write it, to the millisecond."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def post_record(outgoing: Outgoing, prepared: Prepared, options: Options) -> dict[str, Any]:
    """The record of one part. `prepared` holds the blobs and the DIDs of those mentioned."""
    message, part = outgoing.message, outgoing.part
    record: dict[str, Any] = {
        "$type": POST,
        "text": part.text,
        "createdAt": timestamp(outgoing.created_at),
    }
    if facets := [f for f in (_facet(f, prepared["dids"]) for f in part.facets) if f]:
        record["facets"] = facets
    if embed := _embed(outgoing, prepared):
        record["embed"] = embed
    if outgoing.parent:
        record["reply"] = reply_refs(outgoing)
    if message.language:
        record["langs"] = [message.language]
    if labels := options.labels:
        values = [{"val": label} for label in dict.fromkeys(labels)]
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
    return record


def gate_records(
    uri: str, at: datetime, options: Options, *, first: bool
) -> dict[str, dict[str, Any]]:
    """The records that say who may answer or quote a post, by collection.

    The answers to a whole thread are ruled by its `first` post; each post is quoted by itself.
    """
    records: dict[str, dict[str, Any]] = {}
    if first and options.replies is not None:
        allow = [{"$type": _REPLIERS[name]} for name in dict.fromkeys(options.replies)]
        records["app.bsky.feed.threadgate"] = {"allow": allow}
    if not options.quotes:
        rules = [{"$type": "app.bsky.feed.postgate#disableRule"}]
        records["app.bsky.feed.postgate"] = {"embeddingRules": rules}
    for collection, record in records.items():
        record |= {"$type": collection, "post": uri, "createdAt": timestamp(at)}
    return records


def reply_refs(outgoing: Outgoing) -> dict[str, dict[str, str]]:
    """Strong references to the thread's first part and to the one before."""
    parent = outgoing.parent
    root = outgoing.root or parent
    if parent is None or root is None:
        return {}
    return {"root": _strong(root), "parent": _strong(parent)}


def same(outgoing: Outgoing, value: Any) -> bool:
    """Whether a stored record is this part: text, links, tags, media, card and place in the thread.

    The time may differ (a part proven absent is claimed anew), and so may mentions (a handle that
    could not be resolved then may be now).
    """
    wanted = reply_refs(outgoing)
    return (
        dig(value, "text", of=str) == outgoing.part.text
        and _stored_features(value) == sorted(_features(outgoing.part.facets))
        and _blob_ids(dig(value, "embed", of=dict)) == _expected_blobs(outgoing)
        and dig(value, "embed", "external", "uri", of=str) == _card_url(outgoing)
        and all(
            dig(value, "reply", end, "uri", of=str) == wanted.get(end, {}).get("uri")
            for end in ("root", "parent")
        )
    )


def blob_id(file: MediaFile) -> str:
    """The CID a server gives these bytes: raw, SHA-256, base 32."""
    facts = file.media.facts
    name = facts.digest.removeprefix("sha256:") if facts else sha256(file.read()).hexdigest()
    cid = bytes((0x01, 0x55, 0x12, 0x20)) + bytes.fromhex(name)
    return "b" + base64.b32encode(cid).decode().lower().rstrip("=")


def has_card(outgoing: Outgoing) -> bool:
    """A card stands on the first part, and gives way to media: a post has one embed."""
    return bool(outgoing.message.card) and outgoing.part.number == 1 and not outgoing.files


# --------------------------------------------------------------------------- parts of a record


def _strong(receipt: Receipt) -> dict[str, str]:
    cid = receipt.extra.get("cid")
    if not cid:
        raise Rejected(
            f"bluesky: the part before ({receipt.url}) has no CID on record",
            help="adopt that post again, so that its CID is read",
        )
    return {"uri": receipt.remote_id, "cid": cid}


def _facet(facet: Facet, dids: Mapping[str, str]) -> dict[str, Any] | None:
    feature = {"$type": f"{_FEATURE}#{facet.type}"}
    if facet.type == "mention":
        did = dids.get(handle_of(facet))
        if did is None:
            return None
        feature["did"] = did
    else:
        feature["uri" if facet.type == "link" else "tag"] = facet.value
    index = {"byteStart": facet.start, "byteEnd": facet.end}
    return {"index": index, "features": [feature]}


def handle_of(facet: Facet) -> str:
    """The handle a mention names, as servers resolve it."""
    return facet.value.removeprefix("@").lower()


def _embed(outgoing: Outgoing, prepared: Prepared) -> dict[str, Any] | None:
    files, blobs = outgoing.files, prepared["blobs"]
    if not files:
        return _external(outgoing, prepared["thumb"]) if has_card(outgoing) else None
    shown = [_shown(file) for file in files]
    if files[0].media.facts and files[0].media.facts.kind == "video":
        return {"$type": "app.bsky.embed.video", "video": blobs[0], **shown[0]}
    images = [{"image": blob, **words} for blob, words in zip(blobs, shown, strict=True)]
    if len(files) <= IMAGES_IN_PLAIN_EMBED:
        return {"$type": "app.bsky.embed.images", "images": images}
    items = [{"$type": "app.bsky.embed.gallery#image", **image} for image in images]
    return {"$type": "app.bsky.embed.gallery", "items": items}


def _shown(file: MediaFile) -> dict[str, Any]:
    shown: dict[str, Any] = {"alt": file.media.alt or ""}
    facts = file.media.facts
    if facts and facts.width and facts.height:
        shown["aspectRatio"] = {"width": facts.width, "height": facts.height}
    return shown


def _external(outgoing: Outgoing, thumb: Any) -> dict[str, Any] | None:
    card = outgoing.message.card
    if card is None:
        return None
    external = {
        "uri": card.url,
        "title": card.title or "",
        "description": card.description or "",
    }
    if thumb:
        external["thumb"] = thumb
    return {"$type": "app.bsky.embed.external", "external": external}


# --------------------------------------------------------------------------- recognising


def _features(facets: tuple[Facet, ...]) -> Iterator[tuple[int, int, str]]:
    for facet in facets:
        if facet.type != "mention":
            yield facet.start, facet.end, facet.value


def _stored_features(value: Any) -> list[tuple[int, int, str]]:
    found = []
    for facet in dig(value, "facets", of=list) or []:
        what = dig(facet, "features", 0, "uri", of=str) or dig(facet, "features", 0, "tag", of=str)
        start = dig(facet, "index", "byteStart", of=int)
        end = dig(facet, "index", "byteEnd", of=int)
        if what is not None and start is not None and end is not None:
            found.append((start, end, what))
    return sorted(found)


def _expected_blobs(outgoing: Outgoing) -> list[str]:
    files = list(outgoing.files)
    if has_card(outgoing) and outgoing.card_image:
        files = [outgoing.card_image]
    return [blob_id(file) for file in files]


def _blob_ids(embed: dict[str, Any] | None) -> list[str]:
    """The CIDs of an embed's blobs, in order, of whatever kind it is."""
    single = [dig(embed, "video", of=dict), dig(embed, "external", "thumb", of=dict)]
    shown = dig(embed, "images", of=list) or dig(embed, "items", of=list) or []
    blobs = single + [dig(image, "image", of=dict) for image in shown]
    return [dig(blob, "ref", "$link", of=str) or "" for blob in blobs if blob]


def _card_url(outgoing: Outgoing) -> str | None:
    card = outgoing.message.card
    return card.url if card and has_card(outgoing) else None
