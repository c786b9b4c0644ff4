from __future__ import annotations

import re

import httpx
import pytest

from postops.sandbox.faults import Fault
from postops.sandbox.page import create_page, render_page

from .conftest import png


@pytest.fixture
async def masto(world, client):
    account = world.add_account("mastodon", "main")
    headers = {"authorization": f"Bearer {account.credentials['access_token']}"}

    async def call(method, path, **more):
        url = "http://mastodon.localhost/api" + path
        return (await client.request(method, url, headers=headers, **more)).json()

    return call


def articles(html):
    return re.findall(r'<li id="([^"]+)" class="([^"]+)"', html)


async def test_an_empty_world_says_what_to_do(world):
    assert "No accounts yet." in render_page(world)
    world.add_account("x", "main")
    assert "Nothing posted yet." in render_page(world)


async def test_foreign_text_stays_text(world, masto):
    await masto("POST", "/v1/statuses", json={"status": '<script>alert(1)</script> & "quotes"'})
    html = render_page(world)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34;" in html


async def test_threads_deleted_posts_and_pictures(world, masto):
    files = {"file": ("a.png", png(), "image/png")}
    told = await masto("POST", "/v2/media", files=files, data={"description": 'a "chart"'})
    bare = await masto("POST", "/v2/media", files=files)
    first = await masto(
        "POST",
        "/v1/statuses",
        json={"status": "one", "media_ids": [told["id"], bare["id"]], "spoiler_text": "careful"},
    )
    second = await masto(
        "POST", "/v1/statuses", json={"status": "two", "in_reply_to_id": first["id"]}
    )
    poll = {"options": ["tea", "coffee"], "expires_in": 600}
    later = await masto(
        "POST", "/v1/statuses", json={"status": "w?", "poll": poll, "visibility": "unlisted"}
    )
    await masto("DELETE", f"/v1/statuses/{second['id']}")
    html = render_page(world)
    assert articles(html) == [
        (f"mastodon-{later['id']}", "post"),
        (f"mastodon-{first['id']}", "post"),
        (f"mastodon-{second['id']}", "post deleted"),
    ]
    assert '<ol class="thread long">' in html
    assert '<span class="part">2/2</span>' in html
    assert 'alt="a &#34;chart&#34;"' in html
    assert html.count('class="missing"') == 1
    for part in ("careful", "<li>tea</li>", "unlisted", ">deleted<"):
        assert part in html


async def test_costs_faults_and_calls(world, client):
    account = world.add_account("x", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}
    world.faults.add(Fault("x", None, "POST", "/2/tweets", nth=2, times=2, effect="drop"))
    world.faults.add(Fault("mastodon", "main", "*", "*", effect="latency", seconds=3))
    url = "http://x.localhost/2/tweets"
    await client.post(url, json={"text": "paid, see example.com"}, headers=auth)
    with pytest.raises(httpx.ReadError):
        await client.post(url, json={"text": "lost"}, headers=auth)
    world.advance(3600)
    html = render_page(world)
    for part in (
        "$0.200",
        "post with link",
        "2–3",
        "latency 3 s",
        "lost",
        "drop before",
        "1:00:00",
    ):
        assert part in html
    assert '<span class="link" title="https://example.com">example.com</span>' in html


async def test_nothing_foreign_may_load(world, masto):
    files = {"file": ("a.png", png(), "image/png")}
    await masto("POST", "/v2/media", files=files)
    digest = world.blobs.put(png())
    svg = world.blobs.put(b"<svg onload='alert(1)'/>")
    route = httpx.ASGITransport(create_page(world))
    async with httpx.AsyncClient(transport=route, base_url="http://page") as page:
        for path in ("/", "/page.css", f"/media/{digest}", "/media/none"):
            policy = (await page.get(path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script" not in policy
        picture = await page.get(f"/media/{digest}")
        assert (picture.content, picture.headers["content-type"]) == (png(), "image/png")
        unsafe = await page.get(f"/media/{svg}")
        assert unsafe.headers["content-type"] == "application/octet-stream"
        assert (await page.get("/media/none")).status_code == 404
        html = (await page.get("/")).text
    assert not re.search(r"style=|<script|https?://[^<]*\.(css|js)", html)
