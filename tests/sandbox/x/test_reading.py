from __future__ import annotations

from datetime import timedelta

from .conftest import Caller


def iso(moment):
    return moment.isoformat().replace("+00:00", "Z")


async def test_the_timeline_lags_and_reading_by_id_does_not(x, clock):
    x.options(lag_seconds=60)
    made = await x.made()
    assert (await x("GET", "/tweets", params={"ids": made})).json()["data"][0]["id"] == made
    assert await x.listed() == []
    clock.tick(59)
    assert await x.listed() == []
    clock.tick(1)
    assert await x.listed() == [made]


async def test_spans_of_time_and_ids(x, clock):
    made = []
    for n in range(4):
        made.append(await x.made(str(n)))
        clock.tick(10)
    start, end = iso(clock() - timedelta(seconds=30)), iso(clock() - timedelta(seconds=20))
    assert await x.listed(start_time=start) == made[:0:-1]
    assert await x.listed(end_time=end) == made[2::-1]
    assert await x.listed(until_id=made[2]) == made[1::-1]
    assert await x.listed(since_id=made[1]) == made[:1:-1]
    reply = await x.made("re", reply={"in_reply_to_tweet_id": made[0]})
    assert reply not in await x.listed(exclude="replies")


async def test_paging(x):
    made = [await x.made(str(n)) for n in range(7)]
    path = f"/users/{x.account.id}/tweets"
    first = (await x("GET", path, params={"max_results": 5})).json()
    assert first["meta"]["result_count"] == 5
    assert (first["meta"]["newest_id"], first["meta"]["oldest_id"]) == (made[6], made[2])
    query = {"max_results": 5, "pagination_token": first["meta"]["next_token"]}
    second = (await x("GET", path, params=query)).json()
    assert [p["id"] for p in second["data"]] == made[1::-1]
    assert "next_token" not in second["meta"]
    assert second["meta"]["previous_token"] == "p0"


async def test_what_is_asked_wrongly(x):
    path = f"/users/{x.account.id}/tweets"
    for query in (
        {"max_results": 4},
        {"since_id": "x"},
        {"max_results": 101},
        {"pagination_token": "no"},
        {"tweet.fields": "nothing"},
        {"start_time": "yesterday"},
    ):
        await x.post(str(query))
        assert (await x("GET", path, params=query)).status_code == 400, query
    for ids in ("", "abc", ",".join("1" * 101)):
        assert (await x("GET", "/tweets", params={"ids": ids})).status_code == 400
    assert (await x("GET", "/users/1/tweets")).status_code == 404
    assert (await x("GET", "/tweets/1")).json()["errors"][0]["title"] == "Not Found Error"
    assert (await x("GET", "/tweets/analytics", params={"ids": "1"})).status_code == 400
    assert (await x("PUT", "/tweets")).status_code == 405
    assert (await x("GET", "/nowhere")).status_code == 404


async def test_only_asked_fields_come(x):
    made = await x.made()
    (bare,) = (await x("GET", "/tweets", params={"ids": made})).json()["data"]
    assert set(bare) == {"id", "text", "edit_history_post_ids"}
    query = {"ids": made, "tweet.fields": "created_at,conversation_id", "expansions": "author_id"}
    answer = (await x("GET", "/tweets", params=query)).json()
    assert answer["data"][0]["created_at"] == "2026-03-01T09:30:00.000Z"
    assert answer["data"][0]["author_id"] == x.account.id
    assert answer["includes"]["users"][0]["username"] == "main"


async def test_private_metrics_are_their_authors(x, world):
    other = world.add_account("x", "other")
    stranger = Caller(world, x.client, other, other.credentials["access_token"])
    query = {"ids": await x.made(), "tweet.fields": "public_metrics,non_public_metrics"}
    own = (await x("GET", "/tweets", params=query)).json()
    theirs = (await stranger("GET", "/tweets", params=query)).json()
    assert "non_public_metrics" in own["data"][0]
    assert "non_public_metrics" not in theirs["data"][0]
    assert theirs["errors"][0]["field"] == "non_public_metrics"


async def test_analytics_count_within_a_span(x, clock):
    made = await x.made()
    start = clock()
    clock.tick(3600)
    middle = clock()
    clock.tick(3600)
    query = {"ids": f"{made},12345"}

    async def count(begin, end):
        span = {"start_time": iso(begin), "end_time": iso(end)}
        answer = await x("GET", "/tweets/analytics", params=query | span)
        (one,) = answer.json()["data"]
        return one["impressions"]

    whole = await count(start, clock())
    assert whole == await count(start, middle) + await count(middle, clock()) > 0
