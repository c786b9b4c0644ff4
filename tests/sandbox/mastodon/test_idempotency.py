from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from postops.sandbox.faults import Fault


async def test_the_same_key_gives_the_same_status_whatever_the_body(masto):
    first = (await masto.post("one", key="k")).json()
    again = await masto.post("another text", key="k")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert masto.texts() == ["one"]


async def test_the_window_is_one_hour_from_the_making(masto, clock):
    first = (await masto.post(key="k")).json()["id"]
    clock.tick(3599)
    assert (await masto.post(key="k")).json()["id"] == first
    clock.tick(1)
    second = (await masto.post(key="k")).json()["id"]
    assert second != first
    clock.tick(3599)
    assert (await masto.post(key="k")).json()["id"] == second, "a new making, a new hour"


async def test_keys_belong_to_one_account(masto, world, client):
    other = type(masto)(world, client, world.add_account("mastodon", "other"))
    assert (await masto.post(key="k")).json()["id"] != (await other.post(key="k")).json()["id"]


async def test_a_server_that_ignores_keys_posts_again(masto):
    masto.options(idempotency="ignored")
    await masto.post(key="k")
    await masto.post(key="k")
    assert masto.texts() == ["hello", "hello"]


async def test_a_refused_status_keeps_no_key(masto):
    assert (await masto.post("x" * 501, key="k")).status_code == 422
    assert (await masto.post("short", key="k")).status_code == 200


async def test_a_key_whose_status_was_deleted_finds_nothing(masto):
    made = (await masto.post(key="k")).json()["id"]
    await masto("DELETE", f"/v1/statuses/{made}")
    answer = await masto.post(key="k")
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


async def test_scheduling_takes_no_notice_of_keys(masto, clock):
    later = (clock() + timedelta(hours=1)).isoformat()
    await masto.post(key="k", scheduled_at=later)
    await masto.post(key="k", scheduled_at=later)
    assert len((await masto("GET", "/v1/scheduled_statuses")).json()) == 2


@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
async def test_a_lost_answer_and_the_key_after_it(masto, when, left):
    masto.world.faults.add(
        Fault("mastodon", "main", "POST", "/api/v1/statuses", effect="drop", when=when)
    )
    with pytest.raises(httpx.ReadError):
        await masto.post(key="k")
    assert len(masto.texts()) == left
    await masto.post(key="k")
    assert masto.texts() == ["hello"], "the replay makes it one either way"


def test_another_word_is_refused(world):
    with pytest.raises(ValueError, match="not honoured or ignored"):
        world.add_account("mastodon", "odd", options={"idempotency": "sometimes"})
