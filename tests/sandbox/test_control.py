from __future__ import annotations

import httpx
import pytest

from postops.sandbox.page import create_page


@pytest.fixture
def kept():
    return []


@pytest.fixture
async def page(world, kept):
    app = create_page(world, on_effect=lambda: kept.append(world.now()))
    route = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=route, base_url="http://page.localhost") as client:
        yield client


async def test_accounts(page, world, kept):
    body = {"platform": "x", "name": "main", "options": {"lag_seconds": 5}}
    answer = (await page.post("/_sandbox/accounts", json=body)).json()
    account = world.account("x", "main")
    assert answer == {
        "version": 1,
        "settings": account.settings,
        "credentials": account.credentials,
    }
    assert account.options == {"lag_seconds": 5}
    assert len(kept) == 1


async def test_faults_replace_the_plan(page, world):
    for nth in (1, 2):
        fault = {"platform": "x", "path": "/2/tweets", "nth": nth}
        await page.post("/_sandbox/faults", json={"faults": [fault]})
    assert [fault.nth for fault in world.faults.faults] == [2]
    await page.post("/_sandbox/faults", json={"faults": []})
    assert world.faults.faults == []


async def test_the_clock(page, world):
    answer = await page.post("/_sandbox/clock", json={"seconds": 90})
    assert answer.json()["now"] == "2026-03-01T09:31:30Z"
    assert world.offset == 90


async def test_the_state(page, world, client):
    account = world.add_account("x", "main")
    auth = {"authorization": f"Bearer {account.credentials['access_token']}"}
    await client.post("http://x.localhost/2/tweets", json={"text": "hello"}, headers=auth)
    state = (await page.get("/_sandbox/state")).json()
    assert state["now"] == "2026-03-01T09:30:00Z"
    assert state["origins"]["x"] == "http://x.localhost"
    (told,) = state["accounts"]
    assert (told["name"], told["costs"]) == ("main", {"post": 0.015})
    assert [post["text"] for post in told["posts"]] == ["hello"]
    assert account.credentials["access_token"] not in str(state)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", {"platform": "x"}),
        ("accounts", {"platform": "myspace", "name": "main"}),
        ("accounts", {"platform": "mastodon", "name": "main", "options": {"idempotency": "x"}}),
        ("faults", {"faults": [{"platform": "x", "effect": "boom"}]}),
        ("clock", {"seconds": -1}),
        ("clock", {"seconds": "soon"}),
        ("clock", []),
    ],
)
async def test_what_is_refused(page, kept, path, body):
    answer = await page.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert kept == []


async def test_a_form_from_elsewhere_is_refused(page, world):
    answer = await page.post("/_sandbox/clock", content=b'{"seconds": 5}')
    assert answer.status_code == 415
    assert world.offset == 0
