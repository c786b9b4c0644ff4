from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from postops.sandbox.app import create_app, transport
from postops.sandbox.faults import Fault

from .conftest import START

ORIGINS = [f"http://{name}.localhost" for name in ("bluesky", "mastodon", "x")]
FREE = {
    "http://bluesky.localhost": "/xrpc/com.atproto.server.describeServer",
    "http://mastodon.localhost": "/api/v2/instance",
    "http://x.localhost": "/2/users/me",
}


@pytest.mark.parametrize("origin", ORIGINS)
async def test_every_answer_tells_the_worlds_time(client, world, origin):
    world.advance(3600)
    for path in (FREE[origin], "/nowhere"):
        date = (await client.get(origin + path)).headers["date"]
        assert (parsedate_to_datetime(date) - START).total_seconds() == 3600


async def test_other_hosts_are_unplugged(client):
    with pytest.raises(httpx.ConnectError, match=r"no api\.x\.com"):
        await client.get("https://api.x.com/2/users/me")
    with pytest.raises(httpx.ConnectError):
        await client.get("http://x.localhost:81/2/users/me")


async def test_latency_is_waited_for_each_request(world):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    route = transport(world, latency=0.1, sleep=sleep)
    async with httpx.AsyncClient(transport=route) as client:
        for _ in range(3):
            await client.get("http://mastodon.localhost/api/v2/instance")
    assert waited == [0.1] * 3


async def test_latency_is_real_without_a_sleep_of_ones_own(world):
    async with httpx.AsyncClient(transport=transport(world, latency=0.05)) as client:
        before = time.perf_counter()
        await client.get("http://mastodon.localhost/api/v2/instance")
    assert time.perf_counter() - before >= 0.05


async def test_one_hears_of_every_request_that_may_have_changed_something(world):
    calls = []
    account = world.add_account("mastodon", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}
    world.faults.add(Fault("mastodon", None, "POST", "*", nth=2, effect="drop", when="after"))
    route = transport(
        world, on_effect=lambda: calls.append(len(world.timeline("mastodon", "main")))
    )
    url = "http://mastodon.localhost/api/v1/statuses"
    async with httpx.AsyncClient(transport=route) as client:
        await client.get("http://mastodon.localhost/api/v2/instance")
        await client.post(url, json={"status": "1"}, headers=auth)
        with pytest.raises(httpx.ReadError):
            await client.post(url, json={"status": "2"}, headers=auth)
    assert calls == [1, 2], "the lost answer had its effect too"


def test_an_application_names_its_origin(world):
    account = world.add_account("x", "main")
    create_app(world, "x", "http://127.0.0.1:9/")
    assert world.account("x", "main").settings == {"base_url": "http://127.0.0.1:9"}
    assert world.account("x", "main").credentials == account.credentials
    with pytest.raises(ValueError, match="no sandbox for 'y'"):
        create_app(world, "y", "http://y")
