"""Mastodon's emulation, judged by a client nobody here wrote: Mastodon.py."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonInternalServerError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from postops.sandbox.faults import Fault

from .conftest import mp4, now, png


@pytest.fixture
def account(served):
    return served.world.add_account("mastodon", "main", options={"processing_seconds": 5})


@pytest.fixture
def mastodon(account):
    token = account.credentials["access_token"]
    base = account.settings["instance"]
    return Mastodon(access_token=token, api_base_url=base, ratelimit_method="throw")


def test_it_knows_the_instance_and_the_account(mastodon, account):
    instance = mastodon.instance_v2()
    assert instance.configuration.statuses.max_characters == 500
    assert instance.configuration.statuses.characters_reserved_per_url == 23
    assert mastodon.instance_v1().uri == instance.domain
    assert mastodon.retrieve_mastodon_version() == "4.6.3"
    me = mastodon.account_verify_credentials()
    assert (str(me.id), me.acct) == (account.id, "main")


def test_text_comes_back_as_html_and_as_its_source(served, mastodon):
    sent = mastodon.status_post("Hi <all>\nread https://example.com/a?b=1&c=2 #gitops")
    plain = re.sub(r"<[^>]+>", "", sent.content)
    assert plain == "Hi &lt;all&gt;read https://example.com/a?b=1&amp;c=2 #gitops"
    assert "<br />" in sent.content
    assert mastodon.status_source(sent.id).text == served.world.timeline("mastodon", "main")[0].text
    assert [tag.name for tag in sent.tags] == ["gitops"]
    assert sent.url == f"{served.origins['mastodon']}/@main/{sent.id}"


def test_a_picture_with_its_description(served, mastodon):
    picture = mastodon.media_post(png(), "image/png", description="a chart")
    sent = mastodon.status_post("look", media_ids=[picture])
    assert sent.media_attachments[0].description == "a chart"
    (media,) = served.world.timeline("mastodon", "main")[0].media
    assert (media["alt"], media["bytes"]) == ("a chart", png())
    with pytest.raises(MastodonAPIError, match="already attached to another post"):
        mastodon.status_post("again", media_ids=[picture])


def test_a_description_may_be_mended_before_it_is_attached(mastodon):
    picture = mastodon.media_post(png(), "image/png")
    assert mastodon.media_update(picture, description="now told").description == "now told"


def test_a_film_takes_its_time(served, mastodon):
    film = mastodon.media_post(mp4(), "video/mp4", description="a film")
    assert film.url is None
    with pytest.raises(MastodonAPIError, match="have not finished processing"):
        mastodon.status_post("too soon", media_ids=[film])
    served.world.advance(5)
    assert mastodon.media(film).type == "video"
    mastodon.status_post("now", media_ids=[film])
    picture = mastodon.media_post(png(), "image/png")
    second = mastodon.media_post(mp4(80), "video/mp4")
    served.world.advance(5)
    with pytest.raises(MastodonAPIError, match="Cannot attach a video"):
        mastodon.status_post("mixed", media_ids=[picture, second])


def test_a_thread_and_its_context(served, mastodon):
    first = mastodon.status_post("one")
    second = mastodon.status_post("two", in_reply_to_id=first)
    third = mastodon.status_post("three", in_reply_to_id=second)
    context = mastodon.status_context(second)
    assert [s.id for s in context.ancestors] == [first.id]
    assert [s.id for s in context.descendants] == [third.id]
    assert mastodon.status(first).replies_count == 1
    with pytest.raises(MastodonNotFoundError, match="reply to does not appear"):
        mastodon.status_post("lost", in_reply_to_id="12345")
    assert [p.in_reply_to for p in served.world.timeline("mastodon", "main")] == [
        None,
        str(first.id),
        str(second.id),
    ]


def test_a_poll_gathers_votes(served, mastodon):
    sent = mastodon.status_post("which?", poll=mastodon.make_poll(["tea", "coffee"], 3600))
    assert [option.title for option in sent.poll.options] == ["tea", "coffee"]
    served.world.advance(3600)
    poll = mastodon.poll(sent.poll)
    assert poll.expired
    assert poll.votes_count == sum(option.votes_count for option in poll.options) > 0
    for options, seconds in ((["one"], 3600), (["a", "a"], 3600), (["a", "b"], 10)):
        with pytest.raises(MastodonAPIError, match="Validation failed: Poll"):
            mastodon.status_post("bad", poll=mastodon.make_poll(options, seconds))


def test_edit_and_delete(served, mastodon):
    sent = mastodon.status_post("first wording", spoiler_text="careful")
    edited = mastodon.status_update(sent, "second wording", spoiler_text="careful")
    assert edited.edited_at is not None
    assert mastodon.status_source(sent).text == "second wording"
    assert mastodon.status_delete(sent).text == "second wording"
    with pytest.raises(MastodonNotFoundError):
        mastodon.status(sent)
    with pytest.raises(MastodonNotFoundError):
        mastodon.status_delete(sent)
    assert [p.deleted for p in served.world.timeline("mastodon", "main")] == [True]


def test_listing_pages_both_ways(mastodon):
    me = mastodon.account_verify_credentials()
    ids = [mastodon.status_post(f"post {n}").id for n in range(5)]
    listed = [s.id for s in mastodon.account_statuses(me)]
    assert listed == ids[::-1]
    assert [s.id for s in mastodon.account_statuses(me, since_id=ids[1], limit=2)] == ids[:2:-1]
    assert [s.id for s in mastodon.account_statuses(me, min_id=ids[1], limit=2)] == ids[3:1:-1]
    page = mastodon.account_statuses(me, limit=2)
    assert [s.id for s in mastodon.fetch_next(page)] == ids[2:0:-1]


def test_a_scheduled_status_waits_and_can_be_called_off(served, mastodon):
    later = mastodon.status_post("later", scheduled_at=now() + timedelta(hours=1))
    other = mastodon.status_post("never", scheduled_at=now() + timedelta(hours=1))
    assert later.params.text == "later"
    assert len(mastodon.scheduled_statuses()) == 2
    mastodon.scheduled_status_delete(other)
    served.world.advance(3700)
    me = mastodon.account_verify_credentials()
    assert [s.text for s in served.world.timeline("mastodon", "main")] == ["later"]
    assert len(mastodon.account_statuses(me)) == 1
    assert mastodon.scheduled_statuses() == []
    with pytest.raises(MastodonNotFoundError):
        mastodon.scheduled_status_delete(later)
    with pytest.raises(MastodonAPIError, match="must be in the future"):
        mastodon.status_post("x", scheduled_at=now() + timedelta(seconds=3700 + 60))


def test_a_scheduled_status_can_be_read_and_moved(served, mastodon):
    later = mastodon.status_post("later", scheduled_at=now() + timedelta(hours=1))
    moved = mastodon.scheduled_status_update(later, now() + timedelta(hours=3))
    assert mastodon.scheduled_status(later).scheduled_at == moved.scheduled_at
    assert moved.scheduled_at > later.scheduled_at
    served.world.advance(2 * 3600)
    assert served.world.timeline("mastodon", "main") == []
    served.world.advance(2 * 3600)
    (sent,) = mastodon.account_statuses(mastodon.account_verify_credentials())
    assert sent.created_at == moved.scheduled_at


def test_a_day_takes_twenty_five_scheduled_statuses(mastodon):
    noon = (now() + timedelta(days=2)).replace(hour=12)
    for number in range(25):
        mastodon.status_post(f"{number}", scheduled_at=noon)
    with pytest.raises(MastodonAPIError, match="limit of 25 scheduled posts for today"):
        mastodon.status_post("one more", scheduled_at=noon)
    mastodon.status_post("the day after", scheduled_at=noon + timedelta(days=1))


def test_the_same_key_is_one_status(served, mastodon):
    first = mastodon.status_post("once", idempotency_key="k1")
    assert mastodon.status_post("once", idempotency_key="k1").id == first.id
    assert mastodon.status_post("once", idempotency_key="k2").id != first.id
    served.world.advance(3600)
    assert mastodon.status_post("once", idempotency_key="k1").id != first.id


def test_metrics_grow_with_age(served, mastodon):
    sent = mastodon.status_post("watch this")
    assert sent.favourites_count == 0
    served.world.advance(7200)
    assert mastodon.status(sent).favourites_count > 0
    assert mastodon.statuses([sent.id])[0].favourites_count > 0


def test_errors_in_its_own_words(served, mastodon, account):
    with pytest.raises(MastodonAPIError, match="Text character limit of 500 exceeded"):
        mastodon.status_post("x" * 501)
    with pytest.raises(MastodonAPIError, match="Text can't be blank"):
        mastodon.status_post("")
    stranger = Mastodon(access_token="nonsense", api_base_url=served.origins["mastodon"])
    with pytest.raises(MastodonUnauthorizedError, match="access token is invalid"):
        stranger.status_post("hello")
    assert served.world.timeline("mastodon", "main") == []


def test_faults_reach_the_client_as_it_names_them(served, mastodon):
    mastodon.instance()
    where = ("mastodon", "main", "POST", "/api/v1/statuses")
    served.world.faults.add(
        Fault(*where, effect="rate-limit", retry_after=60),
        Fault(*where, nth=2, effect="drop", when="after"),
        Fault(*where, nth=3, effect="drop", when="before"),
        Fault(*where, nth=4, status=500, when="after"),
        Fault(*where, nth=5, effect="expire-token"),
    )
    with pytest.raises(MastodonRatelimitError):
        mastodon.status_post("one")
    for text in ("two", "three"):
        with pytest.raises(MastodonNetworkError):
            mastodon.status_post(text)
    with pytest.raises(MastodonInternalServerError):
        mastodon.status_post("four")
    with pytest.raises(MastodonUnauthorizedError):
        mastodon.status_post("five")
    assert [p.text for p in served.world.timeline("mastodon", "main")] == ["two", "four"]
