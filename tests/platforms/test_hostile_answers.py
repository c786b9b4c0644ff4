"""Whatever a server answers, a call ends in a value or in one of our errors, without a secret.

Good answers are taken and one thing in them is made wrong: a field gone, null, of another type,
enormous, or with characters nobody wants in a terminal.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postops.errors import OutcomeUnknown, PlatformError
from postops.platforms import names
from tests.platforms.harness import (
    CANARY,
    CREDENTIALS,
    KEYS,
    account,
    everything_said,
    json,
    outgoing,
    picture,
    receipt,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.platforms.base import Platform

DID = "did:plc:abcdefghijklmnopqrstuvwx"
URI = f"at://{DID}/app.bsky.feed.post/{KEYS['bluesky']}"
STATUS = {
    "id": "7",
    "url": "https://social.example/@acme/7",
    "created_at": "2026-03-01T09:30:00.000Z",
    "content": "<p>Hello, world</p>",
    "spoiler_text": "",
    "in_reply_to_id": None,
    "media_attachments": [{"id": "m"}],
    "poll": {"votes_count": 1},
    "account": {"id": "1"},
    "favourites_count": 1,
    "text": "Hello, world",
}
POST = {
    "id": "7",
    "text": "Hello, world https://t.co/a",
    "created_at": "2026-03-01T09:30:00.000Z",
    "author_id": "12",
    "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://a.example"}]},
    "referenced_posts": [{"type": "replied_to", "id": "5"}],
    "attachments": {"media_keys": ["3_1"], "poll_ids": ["1"]},
    "public_metrics": {"like_count": 1, "retweet_count": 1, "quote_count": 1},
    "note_post": {"text": "Hello", "entities": {"urls": []}},
}
# One document for all of a platform's calls: each takes from it what it knows.
GOOD: dict[str, Any] = {
    "bluesky": {
        "did": DID,
        "handle": "acme.test",
        "accessJwt": "a",
        "refreshJwt": "r",
        "active": True,
        "didDoc": {"service": [{"id": "#atproto_pds", "serviceEndpoint": "https://pds.example"}]},
        "uri": URI,
        "cid": "bafy",
        "results": [{"uri": URI, "cid": "bafy"}],
        "blob": {"$type": "blob", "ref": {"$link": "bafk"}},
        "value": {
            "text": "Hello, world",
            "createdAt": "2026-03-01T09:30:00.000Z",
            "facets": [
                {
                    "index": {"byteStart": 0, "byteEnd": 1},
                    "features": [{"uri": "https://a.example"}],
                }
            ],
            "embed": {"images": [{"image": {"ref": {"$link": "bafk"}}}]},
            "reply": {"root": {"uri": "x"}, "parent": {"uri": "x"}},
        },
        "posts": [{"uri": URI, "likeCount": 1, "repostCount": 1}],
        "error": "InvalidSwap",
        "message": "Record was at bafy",
    },
    "mastodon": STATUS | {"acct": "acme", "configuration": {"statuses": {"max_characters": 500}}},
    "x": {
        "data": [POST],
        "meta": {"next_token": "n", "result_count": 1},
        "includes": {"media": [{"media_key": "3_1", "public_metrics": {"view_count": 1}}]},
        "errors": [{"code": 187, "message": "x", "type": "x/resource-not-found"}],
        "type": "https://api.x.com/2/problems/x",
        "detail": "no",
    },
}
ONE = {"x": {"data": POST | {"username": "acme", "deleted": True}}}
SECRET = f"{CANARY}-token"
CALLS = ("whoami", "prepare", "publish", "find", "delete", "metrics", "adopt")
ADDRESS = {
    "bluesky": URI,
    "mastodon": "https://social.example/@acme/7",
    "x": "https://x.com/acme/status/7",
}
WRONG = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**30,
        1e308,
        "",
        "\x1b[31m\u202e\ud800",
        "x" * 100_000,
        "../../etc",
        "javascript:alert(1)",
        [],
        {},
        [[]],
        [None],
        {"": {}},
        SECRET,
    ]
)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


def spoilt(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


async def outcome(platform: Platform, name: str, call: str) -> PlatformError | None:
    """How a call ends: fine, or with an error of ours. Anything else fails the test."""
    out = outgoing(name, files=[picture()] if call == "prepare" else [])
    given: dict[str, tuple[Any, ...]] = {
        "prepare": (out,),
        "publish": (out, {"blobs": [], "thumb": None, "dids": {}, "media_ids": []}),
        "delete": (receipt("7"),),
        "metrics": ([receipt(URI if name == "bluesky" else "7")],),
        "adopt": (ADDRESS[name],),
    }
    try:
        if call == "find":
            await platform.find(out, known=frozenset())
        else:
            await getattr(platform, call)(*given.get(call, ()))
    except PlatformError as fault:
        return fault
    return None


@pytest.mark.parametrize("name", names())
@settings(max_examples=150)
@given(data=st.data())
async def test_no_answer_breaks_a_call(name: str, data: st.DataObject) -> None:
    call = data.draw(st.sampled_from(CALLS))
    good = data.draw(st.sampled_from([GOOD[name], ONE.get(name, GOOD[name])]))
    bad = spoilt(good, data.draw(st.sampled_from(list(places(good)))), data.draw(WRONG))
    turn = data.draw(st.integers(0, 3))
    status = data.draw(st.sampled_from([200, 200, 200, 206, 400, 403, 404, 422, 429, 500]))
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if request.url.path.endswith("/users/me"):
            return json(200, {"data": {"id": "12", "username": "acme"}})
        # Only one answer is wrong, so that calls of several steps get to each of them.
        return json(status, bad) if len(asked) > turn else json(200, good)

    # One secret under every name: a server that quotes it, quotes it.
    secrets = dict.fromkeys(CREDENTIALS[name], SECRET)
    platform = account(name, httpx.MockTransport(answer), None, secrets)
    fault = await outcome(platform, name, call)
    if fault is not None:
        assert SECRET not in everything_said(fault)
        assert "\x1b" not in str(fault)
        assert "\n" not in str(fault)
        assert len(str(fault)) < 2000
        assert call == "publish" or not isinstance(fault, OutcomeUnknown)


@pytest.mark.parametrize("name", names())
@settings(max_examples=60)
@given(data=st.data())
async def test_a_spoilt_good_answer_to_publishing_is_never_a_refusal(
    name: str, data: st.DataObject
) -> None:
    good = ONE.get(name, GOOD[name])
    bad = spoilt(good, data.draw(st.sampled_from(list(places(good)))), data.draw(WRONG))
    methods = {"bluesky": "putRecord", "mastodon": "/statuses", "x": "/tweets"}

    def answer(request: httpx.Request) -> httpx.Response:
        sends = request.method == "POST" and request.url.path.endswith(methods[name])
        return json(200, bad if sends else good)

    platform = account(name, httpx.MockTransport(answer))
    fault = await outcome(platform, name, "publish")
    assert fault is None or isinstance(fault, OutcomeUnknown), repr(fault)
