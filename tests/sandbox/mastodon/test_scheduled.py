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


async def test_it_keeps_its_media_to_itself(masto, clock):
    media = (await masto.upload()).json()["id"]
    wanted = {"media_ids": [media]}
    await masto.post("later", scheduled_at=at(clock, hours=1), **wanted)
    made = (await masto.post("made")).json()["id"]
    refused = [
        await masto.post("first", **wanted),
        await masto.post("second", scheduled_at=at(clock, hours=2), **wanted),
        await masto("PUT", f"/v1/statuses/{made}", json={"status": "third", **wanted}),
    ]
    text = f"Media {media} not found or already attached to another post"
    assert [(one.status_code, one.json()["error"]) for one in refused] == [(422, text)] * 3
    clock.tick(3600)
    assert masto.texts() == ["made", "later"]
    assert (await masto.post("late", **wanted)).status_code == 422


async def test_one_taken_back_sets_its_media_free(masto, clock):
    media = (await masto.upload()).json()["id"]
    later = await masto.post("later", scheduled_at=at(clock, hours=1), media_ids=[media])
    assert (
        await masto("DELETE", f"/v1/scheduled_statuses/{later.json()['id']}")
    ).status_code == 200
    assert (await masto.post("now", media_ids=[media])).status_code == 200


async def test_one_whose_parent_is_gone_is_lost_and_its_media_are_free(masto, clock):
    first = (await masto.post("first")).json()["id"]
    wanted = {"media_ids": [(await masto.upload()).json()["id"]]}
    await masto.post("later", scheduled_at=at(clock, hours=1), in_reply_to_id=first, **wanted)
    await masto("DELETE", f"/v1/statuses/{first}")
    clock.tick(3600)
    assert masto.texts() == []
    assert (await masto.post("now", **wanted)).status_code == 200


async def test_it_is_as_old_as_its_time_and_not_as_the_first_look(masto, clock):
    due = clock() + timedelta(hours=1)
    await masto.post("later", scheduled_at=due.isoformat())
    clock.tick(9 * 3600)
    (post,) = masto.world.timeline("mastodon", "main")
    assert post.created_at == due
    now = await masto.post("now")
    assert int(now.json()["id"]) > int(post.id)


async def test_five_minutes_are_not_enough_and_a_little_more_is(masto, clock):
    assert (await masto.post("soon", scheduled_at=at(clock, minutes=5))).status_code == 422
    assert (await masto.post("soon", scheduled_at=at(clock, seconds=301))).status_code == 200


async def test_it_can_be_moved_and_nothing_else(masto, clock):
    later = (await masto.post("later", scheduled_at=at(clock, hours=1))).json()
    path = f"/v1/scheduled_statuses/{later['id']}"
    moved = await masto("PUT", path, json={"scheduled_at": at(clock, hours=2)})
    assert (moved.status_code, moved.json()["params"]["text"]) == (200, "later")
    assert (
        await masto("PUT", path, json={"scheduled_at": at(clock, minutes=1)})
    ).status_code == 422
    assert (await masto("PUT", path, json={})).status_code == 422
    clock.tick(3700)
    assert masto.texts() == []
    clock.tick(3600)
    assert masto.texts() == ["later"]
    assert (await masto("PUT", path, json={"scheduled_at": at(clock, hours=2)})).status_code == 404


async def test_moving_into_a_full_day_is_refused_and_within_it_is_fine(masto, clock):
    for _ in range(25):
        last = await masto.post(scheduled_at=at(clock, hours=1))
    other = await masto.post(scheduled_at=at(clock, days=1))
    there = {"scheduled_at": at(clock, hours=1, minutes=1)}
    full = await masto("PUT", f"/v1/scheduled_statuses/{other.json()['id']}", json=there)
    assert "25 scheduled posts for today" in full.json()["error"]
    same = await masto("PUT", f"/v1/scheduled_statuses/{last.json()['id']}", json=there)
    assert same.status_code == 200


async def test_the_list_comes_in_pages_newest_first(masto, clock):
    made = [(await masto.post(f"{n}", scheduled_at=at(clock, hours=1))).json()["id"] for n in "abc"]
    first = (await masto("GET", "/v1/scheduled_statuses?limit=2")).json()
    assert [one["id"] for one in first] == made[:0:-1]
    rest = (await masto("GET", f"/v1/scheduled_statuses?max_id={made[1]}")).json()
    assert [one["id"] for one in rest] == made[:1]
