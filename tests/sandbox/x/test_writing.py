from __future__ import annotations

import httpx
import pytest

from postops.sandbox.faults import Fault


def problem(answer):
    return answer.status_code, answer.json()["detail"]


DUPLICATE = (403, "You are not allowed to create a Tweet with duplicate content.")
NOT_PERMITTED = (403, "You are not permitted to perform this action.")


async def test_a_text_said_lately_is_refused_without_its_id(x, clock):
    first = await x.made("once")
    refused = await x.post("once")
    assert problem(refused) == DUPLICATE
    assert first not in refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    clock.tick(86_399)
    assert problem(await x.post("once")) == DUPLICATE
    clock.tick(1)
    assert (await x.post("once")).status_code == 201


async def test_a_deleted_text_counts_only_by_option(x):
    await x("DELETE", f"/tweets/{await x.made('once')}")
    again = await x.made("once")
    x.options(deleted_still_counts=True)
    await x("DELETE", f"/tweets/{again}")
    assert problem(await x.post("once")) == DUPLICATE


async def test_media_make_a_text_unlike_any_other(x):
    for _ in range(2):
        media = (await x.upload()).json()["data"]["id"]
        assert (await x.post("same", media={"media_ids": [media]})).status_code == 201
    assert (await x.post("same")).status_code == 201


async def test_the_duplicate_tells_a_doubter_that_it_arrived(x):
    x.world.faults.add(Fault("x", "main", "POST", "/2/tweets", effect="drop", when="after"))
    with pytest.raises(httpx.ReadError):
        await x.post("did it?")
    assert problem(await x.post("did it?")) == DUPLICATE
    assert x.texts() == ["did it?"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"text": "x", "status": "y"}, 400, "$.status"),
        ({"text": "x", "reply": {"to": "1"}}, 400, "$.reply.to"),
        ({"text": "x", "poll": "no"}, 400, "$.poll: must be an object"),
        ({"text": 5}, 400, "$.text: must be a string"),
        ({}, 400, "text or media is required"),
        ({"text": "x", "media": {"media_ids": []}}, 400, "maximum of 4 items"),
        ({"text": "x", "media": {"media_ids": ["1"]}}, 400, "Your media IDs are invalid."),
        ({"text": "x", "reply_settings": "nobody"}, 400, "$.reply_settings"),
        ({"text": "x", "poll": {"options": ["a", "b" * 26]}}, 400, "1 to 25 characters"),
        ({"text": "x", "poll": {"options": ["a", "b"]}}, 400, "between 5 and 10080"),
        ({"text": "$ABC and $DEF"}, 400, "maximum of one cashtag"),
        ({"text": "x", "quote_tweet_id": "1"}, 403, "Quoting this post is not allowed"),
        ({"text": "x", "reply": {"in_reply_to_tweet_id": "1"}}, 404, "Could not find post"),
        ({"text": "a" * 281}, 403, NOT_PERMITTED[1]),
        ({"text": "漢" * 141}, 403, NOT_PERMITTED[1]),
        ({"text": "bad \ufeff"}, 403, NOT_PERMITTED[1]),
    ],
)
async def test_what_is_refused(x, body, status, told):
    answer = await x("POST", "/tweets", json=body)
    assert answer.status_code == status
    assert told in answer.text
    assert x.texts() == []


async def test_premium_may_say_more_and_is_cut_in_listings(x):
    x.options(max_weighted_length=25_000)
    made = await x.made("word " * 100 + "https://example.com/end")
    query = {"ids": made, "tweet.fields": "note_tweet,entities"}
    (shown,) = (await x("GET", "/tweets", params=query)).json()["data"]
    assert len(shown["text"]) <= 281
    assert shown["note_tweet"]["text"].startswith("word word")
    assert shown["note_tweet"]["entities"]["urls"][0]["expanded_url"] == "https://example.com/end"


async def test_replies_to_others_need_an_invitation(x, world):
    other = world.add_account("x", "other")
    stranger = type(x)(world, x.client, other, other.credentials["access_token"])
    plain = await stranger.made("hello all")
    called = await stranger.made("hello @main")
    refused = await x.post("hi", reply={"in_reply_to_tweet_id": plain})
    assert refused.status_code == 403
    assert "you have not been mentioned" in refused.json()["detail"]
    assert (await x.post("hi", reply={"in_reply_to_tweet_id": called})).status_code == 201
    assert problem(await x("DELETE", f"/tweets/{plain}"))[0] == 403
    await stranger("DELETE", f"/tweets/{called}")
    assert (await x.post("late", reply={"in_reply_to_tweet_id": called})).status_code == 404


async def test_deleting_a_reply_lowers_the_count(x):
    first = await x.made("one")
    second = await x.made("two", reply={"in_reply_to_tweet_id": first})
    await x("DELETE", f"/tweets/{second}")
    got = await x("GET", f"/tweets/{first}", params={"tweet.fields": "public_metrics"})
    assert got.json()["data"]["public_metrics"]["reply_count"] == 0


async def test_limits_are_told_and_kept(x, clock):
    x.options(limits={"create": 1})
    first = await x.post("1")
    assert first.headers["x-rate-limit-remaining"] == "0"
    assert int(first.headers["x-rate-limit-reset"]) == clock().timestamp() + 900
    assert (await x.post("2")).status_code == 429
    clock.tick(900)
    assert (await x.post("2")).status_code == 201


async def test_the_body_must_be_a_json_object(x):
    for content in (b"{", b"[]", b'"x"'):
        assert (await x("POST", "/tweets", content=content)).status_code == 400
