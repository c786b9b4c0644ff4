from __future__ import annotations

import struct

import pytest

from tests.sandbox.conftest import gif, mp4, png


def said(answer):
    return answer.status_code, answer.json()["error"]


async def test_json_and_forms_say_the_same(masto):
    ids = [(await masto.upload()).json()["id"] for _ in range(4)]
    poll = {"options": ["a", "b"], "expires_in": 600, "multiple": True}
    by_json = await masto.post("x", media_ids=ids[:2], sensitive=True, poll=poll)
    form = {
        "status": "x",
        "media_ids[]": ids[2:],
        "sensitive": "true",
        "poll[options][]": ["a", "b"],
        "poll[expires_in]": "600",
        "poll[multiple]": "true",
    }
    by_form = await masto("POST", "/v1/statuses", data=form)
    for answer in (by_json, by_form):
        status = answer.json()
        assert status["sensitive"] is True
        assert len(status["media_attachments"]) == 2
        assert status["poll"]["multiple"] is True
        assert [option["title"] for option in status["poll"]["options"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"status": "x" * 501}, "Validation failed: Text character limit of 500 exceeded"),
        (
            {"status": "x" * 450, "spoiler_text": "y" * 51},
            "Validation failed: Text character limit of 500 exceeded",
        ),
        ({"status": " "}, "Validation failed: Text can't be blank"),
        ({"visibility": "secret"}, "Validation failed: Visibility is not included in the list"),
        ({"media_ids": ["1", "2"]}, "Media 1, 2 not found or already attached to another post"),
        ({"media_ids": [str(n) for n in range(5)]}, "Cannot attach more than 4 files"),
        ({"scheduled_at": "soon"}, "Validation failed: Scheduled at is invalid"),
        (
            {"poll": {"options": ["Yes", " "], "expires_in": 600}},
            "Validation failed: Poll choices must have at least two options",
        ),
        (
            {"poll": {"options": ["a", "b", "c", "d", "e"], "expires_in": 600}},
            "Validation failed: Poll choices can't contain more than 4 items",
        ),
        (
            {"poll": {"options": ["a", "b" * 51], "expires_in": 600}},
            "Validation failed: Poll choices can't be longer than 50 characters each",
        ),
        (
            {"poll": {"options": ["a", "b"], "expires_in": 2_629_747}},
            "Validation failed: Poll duration is too far into the future",
        ),
    ],
)
async def test_what_is_refused(masto, fields, text):
    assert said(await masto.post(**({"status": "hello"} | fields))) == (422, text)
    assert masto.texts() == []


async def test_blank_options_are_dropped_before_they_are_counted(masto):
    poll = {"options": ["a ", "", " b", " ", "\n", "c", "d"], "expires_in": 600}
    made = (await masto.post(poll=poll)).json()
    assert [option["title"] for option in made["poll"]["options"]] == ["a", "b", "c", "d"]


async def test_a_lone_warning_becomes_the_text(masto):
    status = (await masto.post("", spoiler_text="only this")).json()
    assert (status["content"], status["spoiler_text"]) == ("<p>only this</p>", "")
    warned = (await masto.post("text", spoiler_text="careful")).json()
    assert (warned["spoiler_text"], warned["sensitive"]) == ("careful", True)


async def test_only_the_meant_people_may_be_mentioned(masto):
    other = masto.world.add_account("mastodon", "other")
    refused = await masto.post("hi @other", allowed_mentions=[])
    assert refused.status_code == 422
    assert refused.json()["unexpected_accounts"] == [{"id": other.id, "acct": "other"}]
    assert (await masto.post("hi @other", allowed_mentions=[other.id])).status_code == 200


async def test_private_statuses_are_their_authors(masto, client):
    made = (await masto.post("mine", visibility="private")).json()
    public = f"http://mastodon.localhost/api/v1/statuses/{made['id']}"
    assert (await client.get(public)).status_code == 404
    assert (await masto("GET", f"/v1/statuses/{made['id']}")).status_code == 200
    listing = f"http://mastodon.localhost/api/v1/accounts/{masto.account.id}/statuses"
    assert (await client.get(listing)).json() == []
    assert len((await masto("GET", f"/v1/accounts/{masto.account.id}/statuses")).json()) == 1


async def test_nobody_touches_what_is_not_theirs(masto, world, client):
    made = (await masto.post()).json()["id"]
    media = (await masto.upload()).json()["id"]
    other = type(masto)(world, client, world.add_account("mastodon", "other"))
    for method in ("PUT", "DELETE"):
        answer = await other(method, f"/v1/statuses/{made}", json={"status": "no"})
        assert said(answer) == (404, "Record not found")
    assert (await other("GET", f"/v1/statuses/{made}/source")).status_code == 404
    assert (await other("GET", f"/v1/media/{media}")).status_code == 404
    assert said(await other.post(media_ids=[media]))[0] == 422


async def test_a_spam_filter_answers_well_and_keeps_nothing(masto):
    masto.options(silently_dropped=["buy now"])
    answer = await masto.post("buy now")
    assert answer.status_code == 200
    assert (await masto("GET", f"/v1/statuses/{answer.json()['id']}")).status_code == 404


async def test_listing_filters(masto):
    media = (await masto.upload()).json()["id"]
    first = (await masto.post("first")).json()["id"]
    reply = (await masto.post("reply", in_reply_to_id=first)).json()["id"]
    third = (await masto.post("third", media_ids=[media])).json()["id"]

    async def listed(**query):
        path = f"/v1/accounts/{masto.account.id}/statuses"
        return [s["id"] for s in (await masto("GET", path, params=query)).json()]

    assert await listed(exclude_replies="true") == [third, first]
    assert await listed(only_media=1) == [third]
    assert await listed(max_id=third) == [reply, first]
    assert await listed(limit="0") == [third, reply, first]
    assert await listed(since_id=third) == []
    assert await listed(since_id="x") == [third, reply, first]
    assert (await masto("GET", "/v1/accounts/1/statuses")).status_code == 404


async def test_many_by_id(masto):
    made = [(await masto.post(str(n))).json()["id"] for n in range(2)]
    got = await masto("GET", "/v1/statuses", params={"id[]": [*made, "999"]})
    assert [s["id"] for s in got.json()] == made
    too_many = await masto("GET", "/v1/statuses", params={"id[]": [str(n) for n in range(21)]})
    assert too_many.status_code == 422


async def test_deleting_with_media(masto):
    media = (await masto.upload()).json()["id"]
    made = (await masto.post(media_ids=[media])).json()["id"]
    gone = await masto("DELETE", f"/v1/statuses/{made}", params={"delete_media": "true"})
    assert gone.json()["text"] == "hello"
    assert said(await masto.post(media_ids=[media]))[0] == 422


async def test_deleted_parts_leave_the_thread(masto):
    first = (await masto.post("one")).json()["id"]
    second = (await masto.post("two", in_reply_to_id=first)).json()["id"]
    await masto("DELETE", f"/v1/statuses/{second}")
    context = (await masto("GET", f"/v1/statuses/{first}/context")).json()
    assert context == {"ancestors": [], "descendants": []}
    assert (await masto("GET", f"/v1/statuses/{first}")).json()["replies_count"] == 0


async def test_look_alikes_by_option(masto):
    masto.options(
        version="2.7.2 (compatible; GoToSocial)",
        max_characters=5000,
        characters_reserved_per_url=25,
        media_and_poll=False,
        description_limit=1500,
    )
    instance = (await masto("GET", "/v2/instance")).json()
    assert instance["configuration"]["statuses"]["characters_reserved_per_url"] == 25
    assert (await masto.post("x" * 4974 + " https://example.com/x")).status_code == 200
    assert (await masto.post("x" * 4975 + " https://example.com/x")).status_code == 422
    assert said(await masto.upload(description="x" * 1501))[0] == 422
    media = (await masto.upload()).json()["id"]
    poll = {"options": ["a", "b"], "expires_in": 600}
    assert said(await masto.post(media_ids=[media], poll=poll)) == (
        422,
        "Cannot attach both media and poll",
    )


async def test_limits_are_told_and_kept(masto, clock):
    masto.options(limits={"statuses": 2})
    first = await masto.post("1")
    assert first.headers["x-ratelimit-limit"] == "2"
    assert first.headers["x-ratelimit-remaining"] == "1"
    assert first.headers["x-ratelimit-reset"] == "2026-03-01T12:30:00.000Z"
    await masto.post("2")
    assert said(await masto.post("3")) == (429, "Too many requests")
    clock.tick(10_800)
    assert (await masto.post("3")).status_code == 200


async def test_a_film_is_not_shown_before_it_is_ready(masto, clock):
    film = await masto.upload(mp4(), "video/mp4")
    assert (film.status_code, film.json()["url"]) == (202, None)
    path = f"/v1/media/{film.json()['id']}"
    assert (await masto("GET", path)).status_code == 206
    clock.tick(2)
    ready = await masto("GET", path)
    assert ready.status_code == 200
    assert (await masto.client.get(ready.json()["url"])).content == mp4()
    waiting = await masto("POST", "/v1/media", files={"file": ("a", mp4(70), "video/mp4")})
    assert (waiting.status_code, waiting.json()["type"]) == (200, "video")


async def test_only_a_gif_that_moves_becomes_a_film(masto, clock):
    still, moving = await masto.upload(gif()), await masto.upload(gif(frames=2))
    assert (still.status_code, still.json()["type"]) == (200, "image")
    assert moving.status_code == 202
    clock.tick(2)
    assert (await masto("GET", f"/v1/media/{moving.json()['id']}")).json()["type"] == "gifv"
    both = [answer.json()["id"] for answer in (still, await masto.upload())]
    assert (await masto.post(media_ids=both)).status_code == 200


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\0\0\0\x1cftypavif", "image"),
        (b"\0\0\0\x1cftypheic", "image"),
        (b"\0\0\0\x1cftypmif1", "image"),
        (b"\0\0\0\x14ftypM4A ", "audio"),
        (b"\xff\xf1\x50\x80", "audio"),
        (b"RIFF\0\0\0\0WAVE", "audio"),
        (b"fLaC", "audio"),
    ],
)
async def test_the_first_bytes_decide_and_not_the_name(masto, start, kind):
    answer = await masto.upload(start + b"\0" * 20, "application/octet-stream")
    assert (answer.status_code, answer.json()["type"]) == (200, kind)


def sized(data, width, height):
    """The same file, saying another size."""
    if data.startswith(b"GIF"):
        return data[:6] + struct.pack("<HH", width, height) + data[10:]
    return data[:16] + struct.pack(">II", width, height) + data[24:]


@pytest.mark.parametrize(
    ("data", "width", "height"),
    [(png(), 7680, 4320), (gif(), 1280, 720), (gif(frames=2), 1280, 720)],
)
async def test_pictures_have_a_limit_in_pixels(masto, data, width, height):
    assert (await masto.upload(sized(data, width, height))).status_code < 300
    assert said(await masto.upload(sized(data, width, height + 1))) == (
        422,
        f"{width}x{height + 1} images are not supported",
    )


async def test_files_nobody_takes(masto, monkeypatch):
    assert said(await masto.upload(b"text", "text/plain"))[0] == 422
    assert said(await masto("POST", "/v2/media", data={"file": "no"}))[0] == 422
    monkeypatch.setattr("postops.sandbox.mastodon.media.IMAGE_BYTES", 10)
    assert "must be less than" in said(await masto.upload())[1]
    audio = await masto.upload(b"ID3" + b"\0" * 20, "audio/mpeg")
    assert audio.json()["type"] == "audio"
    assert (await masto.client.get("http://mastodon.localhost/media/none")).status_code == 404


async def test_attached_media_are_not_changed_through_the_upload(masto):
    media = (await masto.upload()).json()["id"]
    await masto.post(media_ids=[media])
    answer = await masto("PUT", f"/v1/media/{media}", json={"description": "late"})
    assert answer.status_code == 404
