"""X's emulation, judged by X's own SDK for Python."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
import requests
import xdk
from xdk.media.models import (
    AppendUploadRequest,
    CreateMetadataRequest,
    InitializeUploadRequest,
    UploadRequest,
)
from xdk.oauth1_auth import OAuth1
from xdk.posts.models import CreateRequest

from postops.sandbox.faults import Fault

from .conftest import mp4, now, png


@pytest.fixture
def account(served):
    return served.world.add_account("x", "main", options={"processing_seconds": 5})


@pytest.fixture
def x(account):
    token = account.credentials["access_token"]
    return xdk.Client(base_url=account.settings["base_url"], access_token=token)


def plain(answer):
    """What the SDK's typed models were read from."""
    return answer.model_dump(mode="json", exclude_unset=True)


def post(client, text, **more):
    return plain(client.posts.create(CreateRequest(text=text, **more)))["data"]["id"]


def status_of(refused):
    return refused.value.response.status_code, refused.value.response.json()


def picture(client, data, alt):
    encoded = base64.b64encode(data).decode()
    body = UploadRequest(media=encoded, media_category="tweet_image")
    media = plain(client.media.upload(body))["data"]
    told = CreateMetadataRequest(id=media["id"], metadata={"alt_text": {"text": alt}})
    client.media.create_metadata(told)
    return media["id"]


def test_me(x, account):
    me = plain(x.users.get_me(user_fields=["public_metrics"]))["data"]
    assert (me["id"], me["username"]) == (account.id, "main")


def test_text_comes_back_with_short_links_and_escapes(served, x):
    wanted = "a < b & c, see https://example.com/long?x=1 #gitops"
    made = post(x, wanted)
    (shown,) = plain(x.posts.get_by_ids([made], post_fields=["entities", "created_at"]))["data"]
    url = shown["entities"]["urls"][0]
    assert shown["text"] == f"a &lt; b &amp; c, see {url['url']} #gitops"
    assert url["url"].startswith("https://t.co/")
    assert url["expanded_url"] == "https://example.com/long?x=1"
    assert shown["text"][url["start"] : url["end"]] == url["url"]
    assert served.world.timeline("x", "main")[0].text == wanted


def test_a_picture_with_alt_text(served, x):
    media = picture(x, png(), "a chart")
    made = post(x, "look", media={"media_ids": [media]})
    answer = plain(
        x.posts.get_by_ids(
            [made], expansions=["attachments.media_keys"], media_fields=["alt_text", "width", "url"]
        )
    )
    assert answer["includes"]["media"][0]["alt_text"] == "a chart"
    assert answer["includes"]["media"][0]["width"] == 3
    assert requests.get(answer["includes"]["media"][0]["url"], timeout=5).content == png()
    (shown,) = served.world.timeline("x", "main")[0].media
    assert (shown["alt"], shown["bytes"]) == ("a chart", png())


def test_a_film_in_segments(served, x):
    data = mp4(1000)
    body = InitializeUploadRequest(
        media_type="video/mp4", total_bytes=len(data), media_category="tweet_video"
    )
    media = plain(x.media.initialize_upload(body))["data"]["id"]
    for index, start in ((1, 500), (0, 0), (1, 500)):
        chunk = base64.b64encode(data[start : start + 500]).decode()
        x.media.append_upload(media, AppendUploadRequest(media=chunk, segment_index=index))
    done = plain(x.media.finalize_upload(media))["data"]
    assert done["processing_info"]["state"] == "in_progress"
    with pytest.raises(requests.HTTPError):
        post(x, "too soon", media={"media_ids": [media]})
    served.world.advance(5)
    status = plain(x.media.get_upload_status(media, command="STATUS"))["data"]
    assert status["processing_info"]["state"] == "succeeded"
    post(x, "now", media={"media_ids": [media]})
    assert served.world.timeline("x", "main")[0].media[0]["bytes"] == data


def test_a_thread_and_its_listing(x, account):
    first = post(x, "one")
    second = post(x, "two", reply={"in_reply_to_tweet_id": first})
    third = post(x, "three", reply={"in_reply_to_tweet_id": second})
    pages = [
        plain(page)
        for page in x.users.get_posts(account.id, max_results=5, post_fields=["conversation_id"])
    ]
    assert [p["id"] for page in pages for p in page["data"]] == [third, second, first]
    assert {p["conversation_id"] for page in pages for p in page["data"]} == {first}
    (shown,) = plain(x.posts.get_by_ids([third], expansions=["referenced_posts"]))["data"]
    assert shown["referenced_posts"] == [{"type": "replied_to", "id": second}]
    parent = plain(x.posts.get_by_id(first, post_fields=["public_metrics"]))["data"]
    assert parent["public_metrics"]["reply_count"] == 1


def test_the_listing_pages(x, account):
    made = [post(x, f"post {n}") for n in range(12)]
    pages = [plain(page) for page in x.users.get_posts(account.id, max_results=5)]
    assert [len(page["data"]) for page in pages] == [5, 5, 2]
    assert [p["id"] for page in pages for p in page["data"]] == made[::-1]
    newer = plain(next(iter(x.users.get_posts(account.id, max_results=100, since_id=made[8]))))
    assert [p["id"] for p in newer["data"]] == made[:8:-1]
    late = (now() + timedelta(minutes=1)).isoformat()
    assert next(iter(x.users.get_posts(account.id, start_time=late))).data is None


def test_a_poll(served, x):
    made = post(x, "which?", poll={"options": ["tea", "coffee"], "duration_minutes": 60})
    served.world.advance(3600)
    answer = plain(x.posts.get_by_ids([made], expansions=["attachments.poll_ids"]))
    (poll,) = answer["includes"]["polls"]
    assert poll["voting_status"] == "closed"
    assert [option["label"] for option in poll["options"]] == ["tea", "coffee"]
    assert sum(option["votes"] for option in poll["options"]) > 0
    with pytest.raises(requests.HTTPError) as refused:
        post(x, "bad", poll={"options": ["only"], "duration_minutes": 60})
    assert status_of(refused)[0] == 400


def test_delete(served, x):
    made = post(x, "gone soon")
    assert plain(x.posts.delete(made))["data"]["deleted"] is True
    with pytest.raises(requests.HTTPError) as refused:
        x.posts.delete(made)
    assert status_of(refused)[0] == 404
    assert plain(x.posts.get_by_ids([made]))["errors"][0]["resource_id"] == made
    assert [p.deleted for p in served.world.timeline("x", "main")] == [True]


def test_metrics_and_analytics(served, x):
    made = post(x, "watch this")
    fields = ["public_metrics", "non_public_metrics"]
    start = now().isoformat()
    served.world.advance(7200)
    (shown,) = plain(x.posts.get_by_ids([made], post_fields=fields))["data"]
    assert shown["public_metrics"]["impression_count"] > 0
    assert "url_link_clicks" in shown["non_public_metrics"]
    end = served.world.now().isoformat()
    (counted,) = plain(x.posts.get_analytics([made], start, end))["data"]
    assert counted["impressions"] > 0
    served.world.advance(31 * 86_400)
    answer = plain(x.posts.get_by_ids([made], post_fields=fields))
    assert "non_public_metrics" not in answer["data"][0]
    assert answer["errors"][0]["type"].endswith("/not-authorized-for-field")


def test_duplicates_are_refused_without_saying_where(x):
    made = post(x, "once only")
    with pytest.raises(requests.HTTPError) as refused:
        post(x, "once only")
    status, problem = status_of(refused)
    assert (status, problem["detail"]) == (
        403,
        "You are not allowed to create a Tweet with duplicate content.",
    )
    assert made not in str(problem)


def test_unknown_fields_are_refused(x):
    with pytest.raises(requests.HTTPError) as refused:
        post(x, "hello", visibility="public")
    status, problem = status_of(refused)
    assert status == 400
    assert problem["type"] == "https://api.x.com/2/problems/invalid-request"
    assert "visibility" in problem["errors"][0]["message"]


def test_requests_signed_with_four_secrets(served):
    account = served.world.add_account("x", "signed", options={"oauth1": True})
    keys = account.credentials

    def client(**wrong):
        made = keys | wrong
        auth = OAuth1(
            made["consumer_key"],
            made["consumer_secret"],
            "oob",
            made["access_token"],
            made["access_token_secret"],
        )
        return xdk.Client(base_url=served.origins["x"], auth=auth)

    made = post(client(), "signed & sealed")
    (shown,) = plain(client().posts.get_by_ids([made], post_fields=["created_at", "entities"]))[
        "data"
    ]
    assert shown["id"] == made
    with pytest.raises(requests.HTTPError) as refused:
        post(client(access_token_secret="wrong"), "forged")
    assert status_of(refused)[0] == 401
    assert len(served.world.timeline("x", "signed")) == 1


def test_faults_reach_the_client_as_it_names_them(served, x):
    where = ("x", "main", "POST", "/2/tweets")
    served.world.faults.add(
        Fault(*where, effect="rate-limit", retry_after=60),
        Fault(*where, nth=2, effect="drop", when="after"),
        Fault(*where, nth=3, effect="drop", when="before"),
        Fault(*where, nth=4, status=503, when="after"),
        Fault(*where, nth=5, effect="expire-token"),
        Fault(*where, nth=6, status=402),
    )
    with pytest.raises(requests.HTTPError) as limited:
        post(x, "one")
    assert status_of(limited)[0] == 429
    assert limited.value.response.headers["x-rate-limit-remaining"] == "0"
    for text in ("two", "three"):
        with pytest.raises(requests.ConnectionError):
            post(x, text)
    for text, expected in (("four", 503), ("five", 401), ("six", 402)):
        with pytest.raises(requests.HTTPError) as refused:
            post(x, text)
        assert status_of(refused)[0] == expected
    assert [p.text for p in served.world.timeline("x", "main")] == ["two", "four"]
