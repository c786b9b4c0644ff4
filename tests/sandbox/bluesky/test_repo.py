from __future__ import annotations

import pytest

from .conftest import RKEY


@pytest.mark.parametrize("rkey", ["0000000000000", "3jzfcijpj2z2", "zzzzzzzzzzzzz", "self"])
async def test_posts_are_keyed_by_tids(bsky, rkey):
    answer = await bsky.create(rkey=rkey)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")
    assert "Invalid TID string" in answer.json()["message"]
    assert (await bsky.create(rkey=rkey, validate=False)).status_code == 200


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"collection": "nodots"}, 'Invalid NSID (got "nodots") at $.collection'),
        ({"rkey": "a b"}, 'Invalid record key (got "a b") at $.rkey'),
        ({"rkey": ".."}, 'Invalid record key (got "..") at $.rkey'),
        ({"record": "text"}, 'Missing required key "record" at $'),
        ({"record": {"$type": "app.bsky.feed.like"}}, "Invalid $type: expected app.bsky.feed.post"),
        ({"collection": "a.b.c", "validate": True, "record": {}}, "Lexicon not found: lex:a.b.c"),
        ({"collection": "a.b.c", "record": {"n": 1.5}}, "Bad record: floats are not allowed"),
    ],
)
async def test_what_is_no_write(bsky, change, message):
    answer = await bsky.post("com.atproto.repo.createRecord", bsky.write() | change)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)


async def test_put_needs_a_key(bsky):
    assert (await bsky.put(rkey=None)).json()["message"] == 'Missing required key "rkey" at $'


async def test_other_collections_are_kept_unchecked(bsky):
    body = bsky.write() | {"collection": "org.example.note", "rkey": "self", "record": {"a": [1]}}
    answer = await bsky.post("com.atproto.repo.createRecord", body)
    assert answer.json()["validationStatus"] == "unknown"
    assert (await bsky.create()).json()["validationStatus"] == "valid"
    assert bsky.texts() == ["hello"]


async def test_a_reply_to_nothing_is_accepted_as_the_pds_accepts_it(bsky):
    ref = {"uri": f"at://did:plc:none/app.bsky.feed.post/{RKEY}", "cid": "bafyreinone"}
    assert (await bsky.create(record={"reply": {"root": ref, "parent": ref}})).status_code == 200
