from __future__ import annotations

import pytest

from postops.sandbox.page import render_page

ADDRESSES = {
    "bluesky": "/profile/main.test/post/3jzfcijpj2z2a",
    "mastodon": "/@main/3jzfcijpj2z2a",
    "x": "/main/status/3jzfcijpj2z2a",
}


@pytest.mark.parametrize("platform", ADDRESSES)
async def test_an_address_leads_to_the_page(client, world, platform):
    url = f"http://{platform}.localhost{ADDRESSES[platform]}"
    assert (await client.get(url)).status_code == 404
    world.origins["page"] = "http://127.0.0.1:9"
    answer = await client.get(url)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"http://127.0.0.1:9/#{platform}-3jzfcijpj2z2a"


async def test_it_is_the_address_of_the_timeline(client, world):
    world.origins["page"] = "http://127.0.0.1:9"
    account = world.add_account("mastodon", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}
    url = "http://mastodon.localhost/api/v1/statuses"
    await client.post(url, json={"status": "hello"}, headers=auth)
    (post,) = world.timeline("mastodon", "main")
    target = (await client.get(post.url)).headers["location"].partition("#")[2]
    assert f'id="{target}"' in render_page(world)
