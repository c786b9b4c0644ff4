from __future__ import annotations

import base64

import pytest

from tests.sandbox.conftest import mp4, png

GIF = b"GIF89a" + b"\x08\0\x06\0" + b"\0" * 20


def data_of(answer):
    return answer.json()["data"]


async def test_one_shot_as_multipart_and_as_json(x):
    by_form = data_of(await x.upload())
    assert by_form["image"] == {"image_type": "image/png", "w": 3, "h": 2}
    encoded = base64.b64encode(png()).decode()
    body = {"media": encoded, "media_category": "tweet_image"}
    assert data_of(await x("POST", "/media/upload", json=body))["size"] == by_form["size"]


@pytest.mark.parametrize(
    "body",
    [
        {"media": "!!", "media_category": "tweet_image"},
        {"media": "aGk=", "media_category": "tweet_image"},
        {"media": "aGk=", "media_category": "poster"},
        {"media": "aGk=", "media_category": "tweet_image", "more": 1},
        {"media": base64.b64encode(png()).decode(), "media_category": "tweet_gif"},
    ],
)
async def test_what_is_no_upload(x, body):
    assert (await x("POST", "/media/upload", json=body)).status_code == 400
    broken = {"content-type": "multipart/form-data"}
    url = "http://x.localhost/2/media/upload"
    headers = broken | {"authorization": f"Bearer {x.token}"}
    assert (await x.client.post(url, content=b"x", headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (png(), {"tweet_image"}),
        (GIF, {"tweet_image", "tweet_gif"}),
        (mp4(), {"tweet_video"}),
        (b"\0\0\0\x14ftypqt  ", {"tweet_video"}),
        (b"\0\0\0\x14ftypavif", set()),
        (b"\0\0\0\x14ftypheic", set()),
        (b"\0\0\0\x14ftypM4A ", set()),
        (b"RIFF\0\0\0\0WAVE", set()),
        (b"ID3", set()),
    ],
)
async def test_what_is_taken_as_what(x, data, taken):
    answers = {
        category: (await x.upload(data, category)).status_code
        for category in ("tweet_image", "tweet_gif", "tweet_video", "subtitles")
    }
    assert answers == {category: 200 if category in taken else 400 for category in answers}


async def begin(x, total, category="tweet_video", **more):
    body = {"media_type": "video/mp4", "total_bytes": total, "media_category": category, **more}
    return await x("POST", "/media/upload/initialize", json=body)


async def append(x, media, index, chunk):
    files = {"media": ("blob", chunk, "application/octet-stream")}
    path = f"/media/upload/{media}/append"
    return await x("POST", path, files=files, data={"segment_index": str(index)})


async def test_segments_must_add_up(x, clock):
    media = data_of(await begin(x, 100))["id"]
    assert (await append(x, media, 0, mp4(60))).status_code == 200
    short = await x("POST", f"/media/upload/{media}/finalize")
    assert "Segments do not add up" in short.text
    await append(x, media, 1, b"\0" * 40)
    done = data_of(await x("POST", f"/media/upload/{media}/finalize"))
    assert done["processing_info"] == {
        "state": "in_progress",
        "check_after_secs": 2,
        "progress_percent": 50,
    }
    assert (await append(x, media, 2, b"late")).status_code == 400
    clock.tick(2)
    again = data_of(await x("POST", f"/media/upload/{media}/finalize"))
    assert again["processing_info"]["state"] == "succeeded"


async def test_what_is_no_beginning_and_no_segment(x):
    assert (await begin(x, 0)).status_code == 400
    assert (await begin(x, 6_000_000, "tweet_image")).status_code == 400
    assert (await begin(x, 10, "poster")).status_code == 400
    assert (await begin(x, 10, extra=1)).status_code == 400
    media = data_of(await begin(x, 10))["id"]
    assert (await append(x, media, 1000, b"x")).status_code == 400
    assert (await append(x, media, 0, b"x" * 5_242_881)).status_code == 400
    assert (await append(x, "1", 0, b"x")).status_code == 404
    query = {"command": "INIT", "media_id": media}
    assert (await x("GET", "/media/upload", params=query)).status_code == 400


async def test_what_may_stand_together(x, clock):
    gif = data_of(await x.upload(GIF, "tweet_gif"))["id"]
    photos = [data_of(await x.upload())["id"] for _ in range(4)]
    clock.tick(2)
    mixed = await x.post("mix", media={"media_ids": [gif, photos[0]]})
    assert mixed.json()["detail"] == "You are not permitted to perform this action."
    assert (await x.post("gif", media={"media_ids": [gif]})).status_code == 201
    assert (await x.post("four", media={"media_ids": photos})).status_code == 201
    poll = {"options": ["a", "b"], "duration_minutes": 5}
    assert (await x.post("both", media={"media_ids": photos}, poll=poll)).status_code == 400


async def test_unused_media_expire(x, clock):
    media = data_of(await x.upload())["id"]
    clock.tick(86_400)
    assert (await x.post("late", media={"media_ids": [media]})).status_code == 400


async def test_alt_texts_have_a_limit(x):
    media = data_of(await x.upload())["id"]

    async def tell(alt):
        body = {"id": media, "metadata": {"alt_text": {"text": alt}}}
        return (await x("POST", "/media/metadata", json=body)).status_code

    assert [await tell("x" * 1001), await tell("x" * 1000), await tell(5)] == [400, 200, 400]
    assert (await x("POST", "/media/metadata", json={"id": "1"})).status_code == 404


async def test_bytes_come_back(x):
    made = await x.made("look", media={"media_ids": [data_of(await x.upload())["id"]]})
    query = {"ids": made, "expansions": "attachments.media_keys", "media.fields": "url"}
    answer = (await x("GET", "/tweets", params=query)).json()
    assert (await x.client.get(answer["includes"]["media"][0]["url"])).content == png()
    assert (await x.client.get("http://x.localhost/media/none")).status_code == 404
