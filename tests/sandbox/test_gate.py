from __future__ import annotations

import httpx
import pytest

from postops.sandbox.app import transport
from postops.sandbox.faults import Fault

URL = "http://mastodon.localhost/api/v1/statuses"


@pytest.fixture
def waited():
    return []


@pytest.fixture
async def post(world, waited):
    account = world.add_account("mastodon", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}

    async def sleep(seconds):
        waited.append((seconds, len(world.timeline("mastodon", "main"))))

    async with httpx.AsyncClient(transport=transport(world, sleep=sleep)) as client:

        async def post(text="hello"):
            return await client.post(URL, json={"status": text}, headers=auth)

        yield post


def plan(world, **fault):
    world.faults.add(Fault("mastodon", "main", "POST", "/api/v1/statuses", **fault))


@pytest.mark.parametrize(("when", "left"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("effect", "status"), [("status", 503), ("rate-limit", 429), ("expire-token", 401), ("drop", 0)]
)
async def test_the_effect_happens_or_not(world, post, when, left, effect, status):
    plan(world, when=when, effect=effect, status=status if effect == "status" else 500)
    if effect == "drop":
        with pytest.raises(httpx.ReadError):
            await post()
    else:
        assert (await post()).status_code == status
    assert len(world.timeline("mastodon", "main")) == left
    (call,) = world.calls
    assert (call.status, call.fault, call.account) == (status, f"{effect} {when}", "main")
    assert (await post()).status_code == 200, "it strikes once"


async def test_latency_before_and_after_the_effect(world, post, waited):
    plan(world, effect="latency", seconds=2.5)
    plan(world, effect="latency", seconds=7, when="after", nth=2)
    assert [(await post()).status_code for _ in range(2)] == [200, 200]
    assert waited == [(2.5, 0), (7, 2)]


@pytest.mark.parametrize(
    ("platform", "path", "reset", "told"),
    [
        ("bluesky", "/xrpc/x.y.z", "ratelimit-reset", "1772357460"),
        ("mastodon", "/api/v2/instance", "x-ratelimit-reset", "2026-03-01T09:31:00.000Z"),
        ("x", "/2/users/me", "x-rate-limit-reset", "1772357460"),
    ],
)
async def test_a_rate_limit_is_told_as_the_platform_tells_it(
    world, client, platform, path, reset, told
):
    world.faults.add(Fault(platform, None, "GET", "*", effect="rate-limit", retry_after=60))
    answer = await client.get(f"http://{platform}.localhost{path}")
    assert answer.status_code == 429
    assert answer.headers[reset] == told
    world.faults.add(Fault(platform, None, "GET", "*", status=503, retry_after=5))
    assert (await client.get(f"http://{platform}.localhost{path}")).headers["retry-after"] == "5"


@pytest.mark.parametrize("platform", ["bluesky", "x"])
async def test_nobodys_token_expires_too(world, client, platform):
    world.faults.add(Fault(platform, None, "GET", "*", effect="expire-token"))
    answer = await client.get(f"http://{platform}.localhost/xrpc/x.y.z")
    assert answer.status_code in (400, 401)


async def test_signing_in_is_known_by_its_identifier(world, client):
    account = world.add_account("bluesky", "main")
    world.faults.add(Fault("bluesky", "main", "POST", "*createSession", status=502))
    url = "http://bluesky.localhost/xrpc/com.atproto.server.createSession"
    for body in (b"{", b"[]", b'{"identifier": "nobody.test"}'):
        assert (await client.post(url, content=body)).status_code in (400, 401)
    answer = await client.post(url, json={"identifier": account.handle, "password": "x"})
    assert answer.json()["error"] == "UpstreamFailure"


async def test_only_the_newest_calls_are_kept(world, client):
    for _ in range(205):
        await client.get("http://x.localhost/2/users/me")
    assert len(world.calls) == 200
