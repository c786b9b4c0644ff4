from __future__ import annotations

from postops.sandbox.x.render import cashtags, mentions


async def entities(x, text, **fields):
    query = {"ids": await x.made(text, **fields), "tweet.fields": "entities"}
    (shown,) = (await x("GET", "/tweets", params=query)).json()["data"]
    return shown["text"], shown.get("entities", {})


async def test_positions_are_in_the_text_that_comes_back(x):
    text, found = await entities(x, "🚀 <b> & #tag @main $ABC see example.com/x, or #日本")
    assert "&lt;b&gt; &amp; #tag" in text
    for kind, name in (("hashtags", "tag"), ("mentions", "username"), ("cashtags", "tag")):
        for one in found[kind]:
            assert text[one["start"] + 1 : one["end"]] == one[name]
    assert [one["tag"] for one in found["hashtags"]] == ["tag", "日本"]
    (url,) = found["urls"]
    assert text[url["start"] : url["end"]] == url["url"]
    assert len(url["url"]) == 23
    assert (url["expanded_url"], url["display_url"]) == ("http://example.com/x", "example.com/x")


async def test_media_are_a_link_at_the_end(x):
    media = (await x.upload()).json()["data"]["id"]
    text, found = await entities(x, "look", media={"media_ids": [media]})
    (url,) = found["urls"]
    assert text == f"look {url['url']}"
    assert url["media_key"] == f"3_{media}"
    bare = (await x.upload()).json()["data"]["id"]
    text, _ = await entities(x, "", media={"media_ids": [bare]})
    assert text.startswith("https://t.co/")


async def test_long_links_are_shown_short(x):
    _, found = await entities(x, "https://www.example.com/a/very/long/path/indeed")
    assert found["urls"][0]["display_url"] == "example.com/a/very/long/pa…"


def test_signs():
    assert cashtags("$ABC $DEF.A a$B $1") == ["ABC", "DEF.A"]
    assert mentions("@One @two a@three.com") == {"one", "two"}
