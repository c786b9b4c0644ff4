"""Bluesky's emulation, judged by a client nobody here wrote: atproto for Python."""

from __future__ import annotations

import httpx
import pytest
from atproto import Client, client_utils, models
from atproto_client.exceptions import (
    BadRequestError,
    NetworkError,
    RateLimitExceededError,
    RequestException,
    UnauthorizedError,
)

from postops.sandbox.faults import Fault

from .conftest import mp4, png


@pytest.fixture
def account(served):
    return served.world.add_account("bluesky", "main", options={"video_seconds": 0})


@pytest.fixture
def bsky(served, account):
    client = Client(f"{account.settings['service']}/xrpc")
    client.login(account.handle, account.credentials["app_password"])
    return client


def texts(served):
    return [p.text for p in served.world.timeline("bluesky", "main") if not p.deleted]


def test_login_fetches_the_profile_and_moves_to_the_accounts_own_pds(served, bsky, account):
    assert bsky.me.handle == account.handle == "main.test"
    assert bsky.me.did == account.id
    assert bsky._base_url.startswith(served.origins["bluesky"])


def test_a_wrong_password_is_refused(served, account):
    client = Client(f"{served.origins['bluesky']}/xrpc")
    with pytest.raises(UnauthorizedError) as refused:
        client.login(account.handle, "wrong")
    assert refused.value.response.content.error == "AuthenticationRequired"


def test_text_with_facets(served, bsky):
    builder = client_utils.TextBuilder().text("Read ").link("this", "https://example.com/x")
    builder.text(" ").tag("#gitops", "gitops")
    sent = bsky.send_post(builder)
    (post,) = served.world.timeline("bluesky", "main")
    assert (post.id, post.text) == (sent.uri, "Read this #gitops")
    assert post.raw["facets"][0]["features"][0]["uri"] == "https://example.com/x"
    assert post.raw["facets"][0]["index"]["byteStart"] == 5
    assert post.raw["facets"][0]["index"]["byteEnd"] == 9
    assert bsky.get_posts([sent.uri]).posts[0].record.text == "Read this #gitops"


def test_facets_of_mentions_resolve_against_the_sandbox(bsky, account):
    facets = bsky.detect_facets("Hello @main.test and @nobody.test")
    assert [facet.features[0].did for facet in facets] == [account.id]


def test_pictures_with_alt_texts(served, bsky):
    bsky.send_images("two", [png(), png(shade=9)], image_alts=["dark", "darker"])
    (post,) = served.world.timeline("bluesky", "main")
    assert [m["alt"] for m in post.media] == ["dark", "darker"]
    assert {m["mime"] for m in post.media} == {"image/png"}
    assert post.media[1]["bytes"] == png(shade=9)
    view = bsky.get_author_feed("main.test").feed[0].post
    assert [image.alt for image in view.embed.images] == ["dark", "darker"]


def test_a_film_through_the_blob_store(served, bsky):
    bsky.send_video("a film", mp4(), video_alt="a cat")
    (post,) = served.world.timeline("bluesky", "main")
    assert (post.media[0]["alt"], post.media[0]["mime"]) == ("a cat", "video/mp4")


def test_a_link_card(bsky):
    card = models.AppBskyEmbedExternal.External(uri="https://a.example", title="T", description="D")
    sent = bsky.send_post("look", embed=models.AppBskyEmbedExternal.Main(external=card))
    assert bsky.get_posts([sent.uri]).posts[0].embed.external.title == "T"


def test_a_thread_and_its_deletion(served, bsky):
    root = models.create_strong_ref(bsky.send_post("one"))
    reply = models.AppBskyFeedPost.ReplyRef(parent=root, root=root)
    second = bsky.send_post("two", reply_to=reply)
    posts = served.world.timeline("bluesky", "main")
    assert [p.in_reply_to for p in posts] == [None, root.uri]
    assert bsky.get_posts([root.uri]).posts[0].reply_count == 1
    assert bsky.delete_post(second.uri)
    assert bsky.delete_post(second.uri), "deleting twice is fine"
    assert [p.deleted for p in served.world.timeline("bluesky", "main")] == [False, True]
    assert bsky.get_posts([root.uri]).posts[0].reply_count == 0
    assert bsky.get_posts([second.uri]).posts == []


def test_metrics_grow_with_age(served, bsky):
    sent = bsky.send_post("watch this")
    fresh = bsky.get_posts([sent.uri]).posts[0]
    served.world.advance(3600)
    older = bsky.get_posts([sent.uri]).posts[0]
    served.world.advance(3600)
    assert fresh.like_count == 0
    assert older.like_count + older.repost_count > 0
    assert bsky.get_posts([sent.uri]).posts[0].like_count >= older.like_count


def test_the_client_renews_its_session_on_its_own(served, bsky):
    before = bsky._session.access_jwt
    assert bsky._session.access_jwt_payload.sub == bsky.me.did
    served.world.advance(3 * 3600)
    with pytest.raises(BadRequestError) as expired:
        bsky.send_post("too late")
    assert expired.value.response.content.error == "ExpiredToken"
    bsky._refresh_and_set_session()
    assert bsky._session.access_jwt != before
    bsky.send_post("in time")
    assert texts(served) == ["in time"]


def test_the_same_record_twice_is_one_post(served, bsky):
    record = models.AppBskyFeedPost.Record(text="once", created_at="2026-03-01T09:30:00Z")

    def put(what):
        return bsky.com.atproto.repo.put_record(
            models.ComAtprotoRepoPutRecord.Data(
                repo=bsky.me.did,
                collection="app.bsky.feed.post",
                rkey="3jzfcijpj2z2a",
                record=what,
                swap_record=None,
            )
        )

    assert put(record).cid == put(record).cid
    assert texts(served) == ["once"]


def test_too_long_a_text_is_refused_with_the_pdss_words(served, bsky):
    with pytest.raises(BadRequestError) as refused:
        bsky.send_post("🚀" * 301)
    assert refused.value.response.content.message == (
        "Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301) at $.record.text"
    )
    bsky.send_post("👩‍💻" * 270)
    assert len(texts(served)) == 1


def test_faults_reach_the_client_as_it_names_them(served, bsky):
    path = "/xrpc/com.atproto.repo.createRecord"
    served.world.faults.add(
        Fault("bluesky", "main", "POST", path, effect="rate-limit", retry_after=60),
        Fault("bluesky", "main", "POST", path, nth=2, effect="drop", when="after"),
        Fault("bluesky", "main", "POST", path, nth=3, effect="drop", when="before"),
        Fault("bluesky", "main", "POST", path, nth=4, status=500),
    )
    with pytest.raises(RateLimitExceededError) as limited:
        bsky.send_post("one")
    assert limited.value.response.headers["retry-after"] == "60"
    assert limited.value.response.headers["ratelimit-remaining"] == "0"
    for text in ("two", "three"):
        with pytest.raises((NetworkError, httpx.RemoteProtocolError)):
            bsky.send_post(text)
    with pytest.raises(RequestException):
        bsky.send_post("four")
    assert texts(served) == ["two"], "only the answer that was lost after the effect left a post"
