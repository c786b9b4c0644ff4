from __future__ import annotations

import pytest

from postops.sandbox.bluesky.lexicon import LexiconFault, blob_refs, check_record

POST = "app.bsky.feed.post"
CREATED = "2026-03-01T09:30:00Z"
BLOB = {"$type": "blob", "ref": {"$link": "bafkrei"}, "mimeType": "image/png", "size": 10}
RATIO = {"width": 4, "height": 3}
REF = {"uri": "at://did:plc:abc/app.bsky.feed.post/3jzfcijpj2z2a", "cid": "bafyreiabc"}


def post(**more):
    return {"$type": POST, "text": "hi", "createdAt": CREATED, **more}


def images(*some):
    return {"$type": "app.bsky.embed.images", "images": list(some)}


def image(**more):
    return {"image": BLOB, "alt": "", **more}


def facet(start, end, **feature):
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


LINK = "app.bsky.richtext.facet#link"


@pytest.mark.parametrize(
    "record",
    [
        post(text="👩‍👩‍👧‍👦" * 120),
        post(createdAt="2031-01-01T00:00:00.123+02:00"),
        post(embed=images(image(), image(aspectRatio=RATIO))),
        post(embed={"$type": "app.bsky.embed.gallery", "items": [image(aspectRatio=RATIO)] * 20}),
        post(embed={"$type": "app.example.unknown", "whatever": 1}),
        post(embed={"$type": "app.bsky.embed.record", "record": REF}),
        post(
            embed={
                "$type": "app.bsky.embed.recordWithMedia",
                "record": {"record": REF},
                "media": images(image()),
            }
        ),
        post(facets=[facet(0, 2, **{"$type": LINK, "uri": "https://example.com"})]),
        post(facets=[facet(0, 999, **{"$type": "app.example#new"})]),
        post(reply={"root": REF, "parent": REF}, langs=["en", "pt-BR"], tags=["a"] * 8),
        post(
            labels={"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]},
            extra={"kept": True},
        ),
    ],
)
def test_what_passes(record):
    assert check_record(POST, record)


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        ({"$type": POST, "text": "hi"}, 'Missing required key "createdAt" at $.record'),
        (post(text="a" * 301), "grapheme too big (maximum 300, got 301) at $.record.text"),
        (post(text="👩‍👩‍👧‍👦" * 121), "string too big (maximum 3000, got 3025) at $.record.text"),
        (post(text=None), "Expected string value type (got null) at $.record.text"),
        (post(createdAt="yesterday"), "Invalid string format at $.record.createdAt"),
        (post(createdAt="2026-03-01T09:30:00"), "Invalid string format at $.record.createdAt"),
        (post(langs=["en"] * 4), "array too big (maximum 3, got 4) at $.record.langs"),
        (post(langs="en"), "Expected array value type (got string) at $.record.langs"),
        (post(tags=["x" * 65]), "grapheme too big (maximum 64, got 65) at $.record.tags[0]"),
        (post(embed=images(*[image()] * 5)), "array too big (maximum 4, got 5)"),
        (post(embed=images({"image": BLOB})), 'Missing required key "alt"'),
        (post(embed=images(image(aspectRatio={"width": 0, "height": 1}))), "integer too small"),
        (post(embed=images(image(aspectRatio={"width": 1.5, "height": 1}))), "Expected integer"),
        (post(embed=images(image(image=BLOB | {"size": 2_000_001}))), "blob too big (maximum 2000"),
        (post(embed=images(image(image=BLOB | {"mimeType": "video/mp4"}))), "Expected mime type"),
        (post(embed=images(image(image="text"))), "Expected blob value type (got string)"),
        (post(embed={"$type": "app.bsky.embed.gallery", "items": [image()]}), '"aspectRatio"'),
        (post(embed={"images": []}), 'Missing required key "$type"'),
        (post(embed="x"), "Expected object value type (got string) at $.record.embed"),
        (post(embed={"$type": "app.bsky.embed.video", "video": BLOB}), "Expected mime type video"),
        (
            post(
                embed={
                    "$type": "app.bsky.embed.external",
                    "external": {
                        "uri": "https://a.example",
                        "title": "",
                        "description": "",
                        "thumb": BLOB | {"size": 1_000_001},
                    },
                }
            ),
            "blob too big (maximum 1000000",
        ),
        (post(facets=[facet(-1, 2)]), "integer too small (minimum 0, got -1)"),
        (post(facets=[facet(0, 2, **{"$type": LINK})]), 'Missing required key "uri"'),
        (post(facets=[facet(0, 2, **{"$type": LINK, "uri": "no uri"})]), "Invalid string format"),
        (post(reply={"root": REF}), 'Missing required key "parent" at $.record.reply'),
        (post(reply=[]), "Expected object value type (got array) at $.record.reply"),
    ],
)
def test_what_does_not(record, wrong):
    with pytest.raises(LexiconFault) as fault:
        check_record(POST, record)
    assert str(fault.value).startswith("Invalid app.bsky.feed.post record: ")
    assert wrong in str(fault.value)


def test_other_collections_are_not_known():
    assert check_record("org.example.thing", {"anything": 1}) is False


def test_blobs_are_found_anywhere():
    assert blob_refs(post(embed=images(image(), image()))) == [BLOB, BLOB]
    assert blob_refs({"a": [1, {"b": BLOB}]}) == [BLOB]
