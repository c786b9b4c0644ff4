from __future__ import annotations

from datetime import timedelta


def at(clock, **more):
    return (clock() + timedelta(**more)).isoformat()


async def test_it_is_published_when_its_time_has_come(masto, clock):
    media = (await masto.upload(description="alt")).json()["id"]
    later = await masto.post("later", scheduled_at=at(clock, hours=1), media_ids=[media])
    assert "url" not in later.json()
    assert later.json()["media_attachments"][0]["description"] == "alt"
    path = f"/v1/scheduled_statuses/{later.json()['id']}"
    assert (await masto("GET", path)).status_code == 200
    clock.tick(3600)
    assert (await masto("GET", path)).status_code == 404
    (post,) = masto.world.timeline("mastodon", "main")
    assert (post.text, post.media[0]["alt"]) == ("later", "alt")


async def test_the_past_is_now_and_the_near_future_is_refused(masto, clock):
    assert "url" in (await masto.post("now", scheduled_at=at(clock, hours=-1))).json()
    assert (await masto.post("soon", scheduled_at=at(clock, minutes=4))).status_code == 422
    naive = (clock() + timedelta(hours=1)).replace(tzinfo=None).isoformat()
    assert (await masto.post("utc", scheduled_at=naive)).status_code == 200


async def test_a_day_holds_twenty_five(masto, clock):
    for _ in range(25):
        assert (await masto.post(scheduled_at=at(clock, hours=1))).status_code == 200
    assert "for today" in (await masto.post(scheduled_at=at(clock, hours=1))).json()["error"]
    assert (await masto.post(scheduled_at=at(clock, days=1))).status_code == 200


async def test_three_hundred_in_all(masto, clock):
    masto.options(limits={"statuses": 1000, "token": 1000})
    for n in range(300):
        day = at(clock, days=1 + n // 25)
        assert (await masto.post(scheduled_at=day)).status_code == 200
    assert "limit of 300" in (await masto.post(scheduled_at=at(clock, days=90))).json()["error"]


async def test_one_whose_media_went_elsewhere_is_lost(masto, clock):
    media = (await masto.upload()).json()["id"]
    await masto.post("later", scheduled_at=at(clock, hours=1), media_ids=[media])
    await masto.post("first", media_ids=[media])
    clock.tick(3600)
    await masto("GET", "/v2/instance")
    assert masto.texts() == ["first"]
