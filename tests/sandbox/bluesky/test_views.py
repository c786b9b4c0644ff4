from __future__ import annotations

from tests.sandbox.conftest import mp4, png


async def test_the_app_view_lags_behind_the_repository(bsky, clock):
    bsky.world.add_account("bluesky", "main", options={"appview_lag_seconds": 30})
    uri = (await bsky.create()).json()["uri"]

    async def seen():
        posts = (await bsky.get("app.bsky.feed.getPosts", uris=uri)).json()["posts"]
        feed = (await bsky.get("app.bsky.feed.getAuthorFeed", actor="main.test")).json()["feed"]
        assert len(posts) == len(feed)
        return len(posts)

    assert await seen() == 0
    where = {"repo": "main.test", "collection": "app.bsky.feed.post"}
    listed = await bsky.get("com.atproto.repo.listRecords", **where)
    assert len(listed.json()["records"]) == 1, "the PDS knows at once"
    clock.tick(30)
    assert await seen() == 1


async def test_the_feed_pages(bsky, clock):
    for n in range(5):
        await bsky.create(rkey=None, text=str(n))
        clock.tick(1)
    feed = "app.bsky.feed.getAuthorFeed"
    first = (await bsky.get(feed, actor="main.test", limit=2)).json()
    texts = [one["post"]["record"]["text"] for one in first["feed"]]
    rest = (await bsky.get(feed, actor="main.test", cursor=first["cursor"])).json()
    texts += [one["post"]["record"]["text"] for one in rest["feed"]]
    assert texts == ["4", "3", "2", "1", "0"]
    assert "cursor" not in rest


async def test_replies_are_left_out_when_asked(bsky):
    made = (await bsky.create()).json()
    ref = {"uri": made["uri"], "cid": made["cid"]}
    await bsky.create(rkey=None, text="re", record={"reply": {"root": ref, "parent": ref}})
    query = {"actor": "main.test", "filter": "posts_no_replies"}
    feed = (await bsky.get("app.bsky.feed.getAuthorFeed", **query)).json()["feed"]
    assert [one["post"]["record"]["text"] for one in feed] == ["hello"]


async def test_strangers_and_wrong_numbers(bsky):
    for method in ("app.bsky.actor.getProfile", "app.bsky.feed.getAuthorFeed"):
        answer = await bsky.get(method, actor="nobody.test")
        assert answer.json()["message"] == "Profile not found"
    assert (await bsky.get("app.bsky.feed.getPosts")).status_code == 400
    assert (await bsky.get("app.bsky.feed.getPosts", uris=["at://x"] * 26)).status_code == 400
    unknown = await bsky.get("app.bsky.feed.getPosts", uris="at://did:plc:none/a/b")
    assert unknown.json() == {"posts": []}


async def test_galleries_and_films_have_views(bsky):
    async def upload(data):
        headers = bsky.auth | {"content-type": "application/octet-stream"}
        answer = await bsky.post("com.atproto.repo.uploadBlob", content=data, headers=headers)
        return answer.json()["blob"]

    ratio = {"width": 3, "height": 2}
    item = {"image": await upload(png()), "alt": "grey", "aspectRatio": ratio}
    gallery = {"$type": "app.bsky.embed.gallery", "items": [item]}
    film = {"$type": "app.bsky.embed.video", "video": await upload(mp4()), "alt": "film"}
    for embed, kind in ((gallery, "gallery"), (film, "video")):
        uri = (await bsky.create(rkey=None, record={"embed": embed})).json()["uri"]
        (view,) = (await bsky.get("app.bsky.feed.getPosts", uris=uri)).json()["posts"]
        assert view["embed"]["$type"] == f"app.bsky.embed.{kind}#view"
    alts = [m["alt"] for p in bsky.world.timeline("bluesky", "main") for m in p.media]
    assert sorted(alts) == ["film", "grey"]


async def test_a_thumb_is_shown(bsky):
    headers = bsky.auth | {"content-type": "image/png"}
    answer = await bsky.post("com.atproto.repo.uploadBlob", content=png(), headers=headers)
    card = {"uri": "https://a.example", "title": "t", "description": "d"}
    card["thumb"] = answer.json()["blob"]
    embed = {"$type": "app.bsky.embed.external", "external": card}
    uri = (await bsky.create(record={"embed": embed})).json()["uri"]
    (view,) = (await bsky.get("app.bsky.feed.getPosts", uris=uri)).json()["posts"]
    picture = await bsky.client.get(view["embed"]["external"]["thumb"])
    assert picture.content == png()
