"""Bluesky against a scripted server: records, sessions, and every way a write can end."""

from __future__ import annotations

import asyncio
import json as jsons
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest

from postops.errors import (
    AuthExpired,
    ConfigError,
    NeedsReauth,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from postops.model import Facet, Media, Outgoing, digest
from postops.platforms.base import Unreadable
from postops.platforms.bluesky import PLATFORM
from postops.platforms.bluesky.record import blob_id, same
from postops.platforms.bluesky.tid import is_tid, tid
from tests.platforms.harness import (
    AT,
    CANARY,
    KEYS,
    SPAN,
    Server,
    account,
    everything_said,
    json,
    link,
    lost,
    outgoing,
    page,
    picture,
    receipt,
    unplugged,
    video,
)

DID = "did:plc:abcdefghijklmnopqrstuvwx"
KEY = KEYS["bluesky"]
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
LOGIN = "POST /xrpc/com.atproto.server.createSession"
REFRESH = "POST /xrpc/com.atproto.server.refreshSession"
PUT = "POST /xrpc/com.atproto.repo.putRecord"
APPLY = "POST /xrpc/com.atproto.repo.applyWrites"
GET = "GET /xrpc/com.atproto.repo.getRecord"
DELETE = "POST /xrpc/com.atproto.repo.deleteRecord"
BLOB = "POST /xrpc/com.atproto.repo.uploadBlob"
RESOLVE = "GET /xrpc/com.atproto.identity.resolveHandle"
POSTS = "GET /xrpc/app.bsky.feed.getPosts"
CID = "bafyreiaaaa"
NOTHING = {"blobs": [], "thumb": None, "dids": {}}


def session(number: int = 1, **more: object) -> dict[str, object]:
    return {
        "did": DID,
        "handle": "acme.test",
        "accessJwt": f"{CANARY}-access-{number}",
        "refreshJwt": f"{CANARY}-refresh-{number}",
        **more,
    }


def did_doc(endpoint: str) -> dict[str, object]:
    return {"service": [{"id": "#atproto_pds", "serviceEndpoint": endpoint}]}


def blob(request: httpx.Request) -> httpx.Response:
    name = digest(request.read()).removeprefix("sha256:")[:20]
    return json(200, {"blob": {"$type": "blob", "ref": {"$link": f"bafkrei{name}"}}})


def fine() -> httpx.Response:
    return json(200, {"uri": URI, "cid": CID, "validationStatus": "valid"})


def stored(value: object, **more: object) -> httpx.Response:
    return json(200, {"uri": URI, "cid": CID, "value": value, **more})


def missing() -> httpx.Response:
    return json(400, {"error": "RecordNotFound", "message": f"Could not locate record: {URI}"})


def server(**routes: object) -> Server:
    named = {"LOGIN": LOGIN, "PUT": PUT, "GET": GET, "REFRESH": REFRESH, "APPLY": APPLY}
    named |= {"DELETE": DELETE, "BLOB": BLOB, "RESOLVE": RESOLVE, "POSTS": POSTS}
    script = {LOGIN: json(200, session())} | {named[name]: reply for name, reply in routes.items()}
    return Server(script)  # type: ignore[arg-type]


def sent(request: httpx.Request) -> dict:
    return jsons.loads(request.content)


def record_of(out: Outgoing) -> dict:
    return {
        "$type": "app.bsky.feed.post",
        "text": out.part.text,
        "createdAt": "2026-03-01T09:30:00.000Z",
    }


# --------------------------------------------------------------------------- keys


def test_a_key_sorts_by_time_and_part_and_differs_by_seed() -> None:
    keys = [PLATFORM.claim_key(b"\x01" * 32, AT, part) for part in (1, 2, 3)]
    keys.append(PLATFORM.claim_key(b"\x00" * 32, AT + timedelta(seconds=5), 1))
    assert keys == sorted(keys)
    assert all(is_tid(key) for key in keys)
    assert PLATFORM.claim_key(b"\x01" * 32, AT, 1) == keys[0]
    many = {tid(sha256(b"%d" % number).digest(), AT, 1) for number in range(5000)}
    assert len(many) == 5000


def test_a_key_says_when_it_was_claimed_to_a_second() -> None:
    alphabet = "234567abcdefghijklmnopqrstuvwxyz"
    number = 0
    for letter in tid(b"\xff" * 32, AT, 1):
        number = number * 32 + alphabet.index(letter)
    assert abs((number >> 10) / 1e6 - AT.timestamp()) < 1


@pytest.mark.parametrize(
    "text", ["0000000000000", "3jzfcijpj2z2", "3jzf-cij-pj2z-2a", "zzzzzzzzzzzzz"]
)
def test_what_is_no_key(text: str) -> None:
    assert is_tid("3jzfcijpj2z2a")
    assert not is_tid(text)


# --------------------------------------------------------------------------- what is written


async def test_a_post_is_written_under_its_key_where_nothing_stands() -> None:
    script = server(PUT=fine())
    out = outgoing("bluesky", "Hi https://example.org/a #gitops", language="en")
    made = await account("bluesky", script).publish(out, NOTHING)
    assert sent(script.asked(PUT)[0]) == {
        "repo": DID,
        "collection": "app.bsky.feed.post",
        "rkey": KEY,
        "swapRecord": None,
        "validate": True,
        "record": {
            "$type": "app.bsky.feed.post",
            "text": "Hi https://example.org/a #gitops",
            "createdAt": "2026-03-01T09:30:00.000Z",
            "langs": ["en"],
            "facets": [
                {
                    "index": {"byteStart": 3, "byteEnd": 24},
                    "features": [
                        {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a"}
                    ],
                },
                {
                    "index": {"byteStart": 25, "byteEnd": 32},
                    "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "gitops"}],
                },
            ],
        },
    }
    assert script.asked(PUT)[0].headers["authorization"] == f"Bearer {CANARY}-access-1"
    assert (made.remote_id, made.at) == (URI, AT)
    assert made.url == f"https://bsky.app/profile/{DID}/post/{KEY}"
    assert made.extra == {"cid": CID}


async def test_the_same_part_is_the_same_bytes_every_time() -> None:
    script = server(PUT=fine())
    out = outgoing("bluesky", "naïve @bob.test #x", options={"labels": ["porn"]})
    for _ in range(2):
        await account("bluesky", script).publish(out, NOTHING | {"dids": {"bob.test": "did:plc:b"}})
    first, second = script.asked(PUT)
    assert first.content == second.content


async def test_mentions_are_resolved_once_and_nobodys_are_plain_text() -> None:
    def resolve(request: httpx.Request) -> httpx.Response:
        if request.url.params["handle"] == "bob.test":
            return json(200, {"did": "did:plc:bob"})
        return json(400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})

    script = server(PUT=fine(), RESOLVE=resolve)
    platform = account("bluesky", script)
    out = outgoing("bluesky", "@Bob.test and @eve.test and @bob.test")
    prepared = await platform.prepare(out)
    assert prepared["dids"] == {"bob.test": "did:plc:bob"}
    assert len(script.asked(RESOLVE)) == 2
    await platform.publish(out, jsons.loads(jsons.dumps(prepared)))
    features = [f["features"][0] for f in sent(script.asked(PUT)[0])["record"]["facets"]]
    assert features == [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}] * 2


async def test_a_resolver_that_is_down_is_not_a_handle_nobody_has() -> None:
    script = server(RESOLVE=page(502))
    with pytest.raises(NotSent):
        await account("bluesky", script).prepare(outgoing("bluesky", "@bob.test"))


async def test_pictures_are_uploaded_and_embedded() -> None:
    script = server(PUT=fine(), BLOB=blob)
    platform = account("bluesky", script)
    out = outgoing("bluesky", files=[picture(), picture(alt=None, width=None)])
    prepared = await platform.prepare(out)
    await platform.publish(out, prepared)
    uploads = script.asked(BLOB)
    assert [u.headers["content-type"] for u in uploads] == ["image/png"] * 2
    embed = sent(script.asked(PUT)[0])["record"]["embed"]
    assert embed["$type"] == "app.bsky.embed.images"
    assert [i["alt"] for i in embed["images"]] == ["A chart", ""]
    assert embed["images"][0]["aspectRatio"] == {"width": 3, "height": 2}
    assert "aspectRatio" not in embed["images"][1]


async def test_more_than_four_pictures_are_a_gallery_that_needs_their_sizes() -> None:
    script = server(PUT=fine(), BLOB=blob)
    platform = account("bluesky", script)
    out = outgoing("bluesky", files=[picture()] * 5)
    await platform.publish(out, await platform.prepare(out))
    embed = sent(script.asked(PUT)[0])["record"]["embed"]
    assert embed["$type"] == "app.bsky.embed.gallery"
    assert {item["$type"] for item in embed["items"]} == {"app.bsky.embed.gallery#image"}
    assert len(embed["items"]) == 5
    sizeless = outgoing("bluesky", files=[picture()] * 4 + [picture(width=None)])
    with pytest.raises(Rejected, match=r"size of media/chart\.png"):
        await platform.prepare(sizeless)


async def test_a_video_is_embedded_as_one() -> None:
    script = server(PUT=fine(), BLOB=blob)
    platform = account("bluesky", script)
    out = outgoing("bluesky", files=[video()])
    await platform.publish(out, await platform.prepare(out))
    embed = sent(script.asked(PUT)[0])["record"]["embed"]
    assert embed["$type"] == "app.bsky.embed.video"
    assert embed["aspectRatio"] == {"width": 640, "height": 360}


async def test_a_card_has_the_files_words_and_gives_way_to_media() -> None:
    script = server(PUT=fine(), BLOB=blob)
    platform = account("bluesky", script)
    card = link(title="News", description="All of it")
    out = outgoing("bluesky", card=card, card_image=picture())
    await platform.publish(out, await platform.prepare(out))
    external = sent(script.asked(PUT)[0])["record"]["embed"]["external"]
    assert (external["uri"], external["title"], external["description"]) == (
        "https://example.org/blog",
        "News",
        "All of it",
    )
    assert external["thumb"]["$type"] == "blob"
    both = outgoing("bluesky", card=card, card_image=picture(), files=[picture()])
    await platform.publish(both, await platform.prepare(both))
    assert sent(script.asked(PUT)[1])["record"]["embed"]["$type"] == "app.bsky.embed.images"
    later = outgoing("bluesky", card=card, number=2, parent=receipt(URI, cid=CID))
    await platform.publish(later, await platform.prepare(later))
    assert "embed" not in sent(script.asked(PUT)[2])["record"]


async def test_a_cards_picture_has_a_limit_of_its_own() -> None:
    out = outgoing("bluesky", card=link(), card_image=picture(bytes=1_000_001))
    with pytest.raises(Rejected, match="1000001 bytes"):
        await account("bluesky", server()).prepare(out)


async def test_a_part_of_a_thread_refers_to_the_first_and_the_one_before() -> None:
    script = server(PUT=fine())
    root, parent = receipt("at://d/p/1", cid="c1"), receipt("at://d/p/2", cid="c2")
    out = outgoing("bluesky", number=3, root=root, parent=parent)
    await account("bluesky", script).publish(out, NOTHING)
    assert sent(script.asked(PUT)[0])["record"]["reply"] == {
        "root": {"uri": "at://d/p/1", "cid": "c1"},
        "parent": {"uri": "at://d/p/2", "cid": "c2"},
    }
    with pytest.raises(Rejected, match="has no CID"):
        await account("bluesky", server()).prepare(outgoing("bluesky", parent=receipt(URI)))


async def test_labels_are_attached() -> None:
    script = server(PUT=fine())
    out = outgoing("bluesky", options={"labels": ["graphic-media"]})
    await account("bluesky", script).publish(out, NOTHING)
    assert sent(script.asked(PUT)[0])["record"]["labels"] == {
        "$type": "com.atproto.label.defs#selfLabels",
        "values": [{"val": "graphic-media"}],
    }


async def test_gates_are_written_in_one_commit_with_the_post_and_go_with_it() -> None:
    done = json(200, {"results": [{"uri": URI, "cid": CID}, {"uri": "g", "cid": "g"}]})
    script = server(APPLY=done, DELETE=json(200, {}))
    platform = account("bluesky", script)
    out = outgoing("bluesky", options={"replies": ["mentioned", "following"], "quotes": False})
    made = await platform.publish(out, NOTHING)
    writes = sent(script.asked(APPLY)[0])["writes"]
    assert [w["collection"].rpartition(".")[2] for w in writes] == [
        "post",
        "threadgate",
        "postgate",
    ]
    assert {w["rkey"] for w in writes} == {KEY}
    assert {w["$type"] for w in writes} == {"com.atproto.repo.applyWrites#create"}
    assert writes[1]["value"] == {
        "$type": "app.bsky.feed.threadgate",
        "post": URI,
        "createdAt": "2026-03-01T09:30:00.000Z",
        "allow": [
            {"$type": "app.bsky.feed.threadgate#mentionRule"},
            {"$type": "app.bsky.feed.threadgate#followingRule"},
        ],
    }
    assert writes[2]["value"]["embeddingRules"] == [{"$type": "app.bsky.feed.postgate#disableRule"}]
    await platform.delete(made)
    gone = [sent(request) for request in script.asked(DELETE)]
    assert [g["collection"].rpartition(".")[2] for g in gone] == ["post", "threadgate", "postgate"]
    assert {g["rkey"] for g in gone} == {KEY}


async def test_no_part_of_a_thread_may_be_quoted() -> None:
    script = server(APPLY=json(200, {"results": [{"uri": URI, "cid": CID}]}))
    options = {"replies": [], "quotes": False}
    later = outgoing("bluesky", number=2, parent=receipt(URI, cid=CID), options=options)
    made = await account("bluesky", script).publish(later, NOTHING)
    writes = sent(script.asked(APPLY)[0])["writes"]
    assert [w["collection"].rpartition(".")[2] for w in writes] == ["post", "postgate"]
    assert made.extra["gates"] == "app.bsky.feed.postgate"


async def test_what_is_said_twice_is_sent_once() -> None:
    script = server(APPLY=json(200, {"results": [{"uri": URI, "cid": CID}]}))
    options = {"replies": ["mentioned"] * 6, "labels": ["porn"] * 11}
    await account("bluesky", script).publish(outgoing("bluesky", options=options), NOTHING)
    post, gate = (one["value"] for one in sent(script.asked(APPLY)[0])["writes"])
    assert len(post["labels"]["values"]) == len(gate["allow"]) == 1


async def test_nobody_may_reply_is_an_empty_list_and_is_said_of_the_first_part() -> None:
    script = server(APPLY=json(200, {"results": [{"uri": URI, "cid": CID}]}), PUT=fine())
    platform = account("bluesky", script)
    await platform.publish(outgoing("bluesky", options={"replies": []}), NOTHING)
    assert sent(script.asked(APPLY)[0])["writes"][1]["value"]["allow"] == []
    later = outgoing("bluesky", number=2, parent=receipt(URI, cid=CID), options={"replies": []})
    await platform.publish(later, NOTHING)
    assert len(script.asked(PUT)) == 1


# --------------------------------------------------------------------------- how a write ends


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json(400, {"error": "InvalidRequest", "message": "Invalid post record"}), Rejected),
        (json(400, {"error": "BlobNotFound", "message": "Could not find blob"}), Rejected),
        (json(400, {"error": "InvalidMimeType", "message": "x"}), Rejected),
        (json(413, {"error": "PayloadTooLarge", "message": "too large"}), Rejected),
        (json(415, {"error": "UnsupportedMediaType", "message": "x"}), Rejected),
        (json(403, {"error": "AccountTakedown", "message": "gone"}), NeedsReauth),
        (json(401, {"error": "AuthenticationRequired", "message": "x"}), NeedsReauth),
        (json(429, {"error": "RateLimitExceeded", "message": "slow"}), RateLimited),
        (unplugged(), NotSent),
        (lost(), OutcomeUnknown),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (page(200), OutcomeUnknown),
        (json(200, {"uri": URI}), OutcomeUnknown),
        (json(200, {"uri": URI.replace(KEY, "3jzfcijpj2z2a"), "cid": CID}), OutcomeUnknown),
        (json(200, [1]), OutcomeUnknown),
    ],
)
async def test_every_end_of_a_write_is_told_apart(reply: object, kind: type) -> None:
    script = server(PUT=reply, GET=missing())
    with pytest.raises(PlatformError) as caught:
        await account("bluesky", script).publish(outgoing("bluesky"), NOTHING)
    assert type(caught.value) is kind
    assert len(script.asked(PUT)) == 1
    assert CANARY not in everything_said(caught.value)


SWAP = json(400, {"error": "InvalidSwap", "message": "Record was at bafyreibbb"})
CRASH = json(500, {"error": "InternalServerError", "message": "Internal Server Error"})


@pytest.mark.parametrize("reply", [SWAP, CRASH, page(502)])
async def test_a_record_that_stands_already_and_is_the_same_was_published(reply: object) -> None:
    out = outgoing("bluesky", "Hi #gitops", at=AT + timedelta(hours=1))
    value = {
        "text": "Hi #gitops",
        "createdAt": "2026-03-01T09:30:00.000Z",
        "facets": [
            {
                "index": {"byteStart": 3, "byteEnd": 10},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "gitops"}],
            }
        ],
    }
    script = server(PUT=reply, GET=stored(value))
    made = await account("bluesky", script).publish(out, NOTHING)
    assert (made.remote_id, made.extra["cid"], made.at) == (URI, CID, AT)
    assert script.asked(GET)[0].url.params["rkey"] == KEY


@pytest.mark.parametrize("reply", [SWAP, CRASH])
async def test_another_record_under_the_key_is_for_a_person(reply: object) -> None:
    value = {"text": "Something else", "createdAt": "2026-03-01T09:30:00.000Z"}
    script = server(PUT=reply, GET=stored(value))
    with pytest.raises(OutcomeUnknown, match="another record stands"):
        await account("bluesky", script).publish(outgoing("bluesky"), NOTHING)


@pytest.mark.parametrize("look", [missing(), lost(), page(200)])
async def test_a_look_that_finds_nothing_leaves_the_doubt(look: object) -> None:
    script = server(PUT=CRASH, GET=look)
    with pytest.raises(OutcomeUnknown, match="refused with 500"):
        await account("bluesky", script).publish(outgoing("bluesky"), NOTHING)


async def test_find_reads_the_key() -> None:
    out = outgoing("bluesky")
    platform = account("bluesky", server(GET=stored(record_of(out))))
    finding = await platform.find(out, known=frozenset())
    assert finding.complete
    assert [found.remote_id for found in finding.receipts] == [URI]
    assert (await platform.find(out, known=frozenset({URI}))) == ((), False)
    absent = await account("bluesky", server(GET=missing())).find(out, known=frozenset())
    assert absent == ((), True)
    other = server(GET=stored(record_of(out) | {"text": "x"}))
    assert (await account("bluesky", other).find(out, known=frozenset())) == ((), False)


async def test_find_says_what_it_could_not_read() -> None:
    out = outgoing("bluesky")
    no_time = {"text": out.part.text, "createdAt": "later"}
    with pytest.raises(Unreadable, match="createdAt"):
        await account("bluesky", server(GET=stored(no_time))).find(out, known=frozenset())
    nothing = httpx.Response(200)
    for said in (nothing, json(200, {}), json(200, []), json(200, {"error": "RecordNotFound"})):
        with pytest.raises(Unreadable):
            await account("bluesky", server(GET=said)).find(out, known=frozenset())
    with pytest.raises(NotSent):
        await account("bluesky", server(GET=lost())).find(out, known=frozenset())


def test_a_stored_record_is_known_by_all_that_people_see() -> None:
    files = [picture(), picture(shade=9)]
    parent = receipt("at://d/p/2", cid="c2")
    out = outgoing("bluesky", "Hi @bob.test https://a.example", files=files, parent=parent)
    images = [{"alt": "", "image": {"ref": {"$link": blob_id(file)}}} for file in files]
    facet = {
        "index": {"byteStart": 13, "byteEnd": 30},
        "features": [{"uri": "https://a.example"}],
    }
    value = {
        "text": "Hi @bob.test https://a.example",
        "facets": [facet],
        "embed": {"images": images},
        "reply": {"root": {"uri": "at://d/p/2"}, "parent": {"uri": "at://d/p/2"}},
    }
    assert same(out, value)
    for change in (
        {"text": "Hi"},
        {"facets": []},
        {"facets": [facet | {"index": {"byteStart": 12, "byteEnd": 30}}]},
        {"facets": "none"},
        {"embed": None},
        {"embed": {"images": images[::-1]}},
        {"embed": {"images": [{"image": {"ref": "x"}}] * 2}},
        {"reply": None},
        {"reply": {"root": {"uri": "at://d/p/1"}, "parent": {"uri": "at://d/p/2"}}},
    ):
        assert not same(out, value | change), change
    assert not same(out, None)


def test_a_blob_is_known_by_the_digest_of_its_bytes() -> None:
    file = picture()
    unread = file._replace(media=Media("a.png", None, SPAN))
    assert blob_id(file) == blob_id(unread)
    assert blob_id(file).startswith("bafkrei")


# --------------------------------------------------------------------------- sessions


async def test_calls_at_the_same_time_share_one_session() -> None:
    script = server(GET=missing())
    platform = account("bluesky", script)
    out = outgoing("bluesky")
    await asyncio.gather(*(platform.find(out, known=frozenset()) for _ in range(8)))
    assert len(script.asked(LOGIN)) == 1
    assert sent(script.asked(LOGIN)[0]) == {
        "identifier": "acme.test",
        "password": f"{CANARY}-password",
    }


EXPIRED = json(400, {"error": "ExpiredToken", "message": f"Token has expired {CANARY}-access-1"})


async def test_an_expired_token_is_renewed_once_and_the_call_repeated() -> None:
    script = server(PUT=[EXPIRED, fine()], REFRESH=json(200, session(2)))
    await account("bluesky", script).publish(outgoing("bluesky"), NOTHING)
    assert script.asked(REFRESH)[0].headers["authorization"] == f"Bearer {CANARY}-refresh-1"
    assert script.asked(PUT)[1].headers["authorization"] == f"Bearer {CANARY}-access-2"


async def test_many_calls_that_find_the_token_expired_renew_it_once() -> None:
    script = server(GET=missing(), REFRESH=json(200, session(2)))
    together = asyncio.Barrier(5)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization", "").endswith("access-1"):
            await together.wait()  # all five are out with the old token
            return EXPIRED
        return script(request)

    platform = account("bluesky", httpx.MockTransport(answer))
    out = outgoing("bluesky")
    await asyncio.gather(*(platform.find(out, known=frozenset()) for _ in range(5)))
    assert len(script.asked(REFRESH)) == 1
    assert len(script.asked(GET)) == 5


async def test_a_session_that_cannot_be_renewed_is_opened_anew() -> None:
    revoked = json(400, {"error": "ExpiredToken", "message": "Token has been revoked"})
    script = server(PUT=[EXPIRED, fine()], REFRESH=revoked)
    script.routes[LOGIN] = [json(200, session(1)), json(200, session(3))]
    await account("bluesky", script).publish(outgoing("bluesky"), NOTHING)
    assert script.asked(PUT)[1].headers["authorization"] == f"Bearer {CANARY}-access-3"


async def test_a_token_refused_twice_needs_a_person() -> None:
    script = server(PUT=EXPIRED, REFRESH=json(200, session(2)))
    with pytest.raises(NeedsReauth) as caught:
        await account("bluesky", script).publish(outgoing("bluesky"), NOTHING)
    assert len(script.asked(PUT)) == 2
    assert CANARY not in everything_said(caught.value)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json(401, {"error": "AuthenticationRequired", "message": "Invalid"}), NeedsReauth),
        (json(401, {"error": "AuthFactorTokenRequired", "message": "2FA"}), NeedsReauth),
        (json(401, {"error": "AccountTakedown", "message": "x"}), NeedsReauth),
        (json(200, session(active=False, status="suspended")), NeedsReauth),
        (json(429, {"error": "RateLimitExceeded"}, ratelimit_limit="30"), RateLimited),
        (json(200, {"did": DID}), Unreadable),
        (page(503), NotSent),
        (lost(), NotSent),
        (unplugged(), NotSent),
    ],
)
async def test_a_login_that_fails_publishes_nothing_and_says_why(reply: object, kind: type) -> None:
    with pytest.raises(PlatformError) as caught:
        await account("bluesky", server(LOGIN=reply)).publish(outgoing("bluesky"), NOTHING)
    assert type(caught.value) is kind
    assert CANARY not in everything_said(caught.value)


@pytest.mark.parametrize(
    ("service", "endpoint", "goes_to"),
    [
        (
            "https://bsky.social",
            "https://oyster.us-east.host.bsky.network",
            "oyster.us-east.host.bsky.network",
        ),
        ("https://bsky.social", "http://oyster.example", "bsky.social"),
        ("https://bsky.social", "https://127.0.0.1", "bsky.social"),
        ("https://bsky.social", "https://localhost:2583", "bsky.social"),
        ("https://bsky.social", "https://169.254.169.254", "bsky.social"),
        ("https://bsky.social", "https://[::1", "bsky.social"),
        ("http://localhost:9", "http://localhost:2583", "localhost:2583"),
        ("http://localhost:9", "http://10.0.0.1", "localhost:9"),
    ],
)
async def test_the_token_goes_to_the_accounts_server_only_where_that_is_safe(
    service: str, endpoint: str, goes_to: str
) -> None:
    script = server(LOGIN=json(200, session(didDoc=did_doc(endpoint))), GET=missing())
    platform = account("bluesky", script, {"handle": "acme.test", "service": service})
    await platform.find(outgoing("bluesky"), known=frozenset())
    assert script.asked(GET)[0].url.netloc.decode() == goes_to


async def test_a_strange_identity_document_is_passed_over() -> None:
    strange = {
        "service": [None, {"id": 7}, {"id": "#other", "serviceEndpoint": "https://a.example"}]
    }
    script = server(LOGIN=json(200, session(didDoc=strange)), GET=missing())
    await account("bluesky", script).find(outgoing("bluesky"), known=frozenset())
    assert script.asked(GET)[0].url.host == "pds.example"


async def test_whoami_and_where_the_password_goes() -> None:
    who = await account("bluesky", server()).whoami()
    assert who == (DID, "acme.test", "https://bsky.app/profile/acme.test")
    assert PLATFORM.origin(PLATFORM.Settings("a.test")) == "https://bsky.social"
    with pytest.raises(ConfigError):
        PLATFORM.origin(PLATFORM.Settings("a.test", service="http://pds.example"))


# --------------------------------------------------------------------------- afterwards


async def test_metrics_are_read_at_the_app_view_without_a_login() -> None:
    posts = [
        {"uri": URI, "likeCount": 5, "replyCount": 2, "repostCount": 3, "quoteCount": 1},
        {"uri": "at://somebody/else"},
        "nonsense",
    ]
    script = server(POSTS=json(200, {"posts": posts}))
    platform = account("bluesky", script)
    (told,) = await platform.metrics([receipt(URI), receipt("at://deleted")])
    assert (told.likes, told.comments, told.shares, told.saves) == (5, 2, 4, None)
    assert told.raw["quoteCount"] == 1
    asked = script.asked(POSTS)[0]
    assert asked.url.host == "public.api.bsky.app"
    assert asked.url.params.get_list("uris") == [URI, "at://deleted"]
    assert "authorization" not in asked.headers


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({"service": "http://localhost:2583"}, "localhost"),
        ({"service": "http://localhost:2583", "app_view": "https://view.example"}, "view.example"),
    ],
)
async def test_where_metrics_are_read(settings: dict[str, str], host: str) -> None:
    script = server(POSTS=json(200, {"posts": []}))
    platform = account("bluesky", script, {"handle": "a.test", **settings})
    assert await platform.metrics([receipt(URI)]) == []
    assert script.asked(POSTS)[0].url.host == host


async def test_a_post_is_adopted_by_its_page() -> None:
    value = {"text": "old", "createdAt": "2026-03-01T09:30:00.000Z"}
    script = server(GET=stored(value), RESOLVE=json(200, {"did": DID}))
    platform = account("bluesky", script)
    for url in (
        f"https://bsky.app/profile/acme.test/post/{KEY}",
        f"https://bsky.app/profile/{DID}/post/{KEY}",
        URI,
    ):
        made = await platform.adopt(url)
        assert (made.remote_id, made.extra["cid"], made.at) == (URI, CID, AT)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://bsky.app/profile/acme.test", "not the address of a post"),
        (f"https://evil.example/profile/acme.test/post/{KEY}", "not the address of a post"),
        ("https://bsky.app/profile/acme.test/post/zzz", "not the address of a post"),
        (f"https://bsky.app/profile/did:plc:other/post/{KEY}", "not a post of acme.test"),
        (f"at://{DID}/app.bsky.feed.post/{KEY}", "does not exist"),
    ],
)
async def test_what_cannot_be_adopted(url: str, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        await account("bluesky", server(GET=missing())).adopt(url)


async def test_deleting_what_is_gone_is_fine_and_a_lost_answer_is_safe_to_repeat() -> None:
    await account("bluesky", server(DELETE=json(200, {}))).delete(receipt(URI))
    with pytest.raises(NotSent):
        await account("bluesky", server(DELETE=lost())).delete(receipt(URI))


async def test_an_upload_that_breaks_is_safe_to_repeat() -> None:
    out = outgoing("bluesky", files=[picture()])
    for reply, kind in (
        (lost(), NotSent),
        (page(200), Unreadable),
        (json(200, {"blob": 1}), Unreadable),
    ):
        with pytest.raises(kind):
            await account("bluesky", server(BLOB=reply)).prepare(out)
    with pytest.raises(AuthExpired):
        await account("bluesky", server(BLOB=EXPIRED, REFRESH=json(200, session(2)))).prepare(out)


def test_text_is_counted_in_graphemes_and_bytes() -> None:
    measure = PLATFORM.measure("👩‍💻" * 300)
    assert (measure.count, measure.fits) == (300, False)
    assert PLATFORM.measure("a" * 300).fits
    assert not PLATFORM.measure("a" * 301).fits
    assert PLATFORM.facets("#gitops") == [Facet("tag", 0, 7, "gitops")]
