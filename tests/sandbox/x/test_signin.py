from __future__ import annotations

import base64

import pytest

from postops.sandbox.faults import Fault

from .conftest import Caller


@pytest.fixture
def rotating(world, client):
    account = world.add_account("x", "main", options={"oauth2_refresh": True})
    return Caller(world, client, account, account.credentials["access_token"])


async def refresh(x, token, **more):
    form = {"grant_type": "refresh_token", "refresh_token": token, **more}
    if not more:
        form["client_id"] = x.account.credentials["client_id"]
    return await x.client.post("http://x.localhost/2/oauth2/token", data=form)


async def test_an_access_token_lives_two_hours(rotating, clock):
    clock.tick(7199)
    assert (await rotating.post("one")).status_code == 201
    clock.tick(1)
    assert (await rotating.post("two")).status_code == 401
    answer = (await refresh(rotating, rotating.account.credentials["refresh_token"])).json()
    assert answer["expires_in"] == 7200
    rotating.token = answer["access_token"]
    assert (await rotating.post("two")).status_code == 201


async def test_a_refresh_token_works_once(rotating):
    old = rotating.account.credentials["refresh_token"]
    new = (await refresh(rotating, old)).json()["refresh_token"]
    lost = await refresh(rotating, old)
    assert (lost.status_code, lost.json()["error"]) == (400, "invalid_request")
    assert (await refresh(rotating, new)).status_code == 200


async def test_an_account_asked_for_again_gets_what_works_now(rotating, world):
    await refresh(rotating, rotating.account.credentials["refresh_token"])
    rotating.account = world.add_account("x", "main")
    rotating.token = rotating.account.credentials["access_token"]
    assert (await rotating.post()).status_code == 201
    live = rotating.account.credentials["refresh_token"]
    assert (await refresh(rotating, live)).status_code == 200


async def test_a_lost_answer_costs_the_login(rotating):
    import httpx

    rotating.world.faults.add(
        Fault("x", None, "POST", "/2/oauth2/token", effect="drop", when="after")
    )
    old = rotating.account.credentials["refresh_token"]
    with pytest.raises(httpx.ReadError):
        await refresh(rotating, old)
    assert (await refresh(rotating, old)).status_code == 400


async def test_clients_name_themselves_in_either_way(rotating):
    name = rotating.account.credentials["client_id"]
    basic = {"authorization": "Basic " + base64.b64encode(f"{name}:secret".encode()).decode()}
    form = {
        "grant_type": "refresh_token",
        "refresh_token": rotating.account.credentials["refresh_token"],
    }
    url = "http://x.localhost/2/oauth2/token"
    assert (await rotating.client.post(url, data=form, headers=basic)).status_code == 200
    wrong = {"authorization": "Basic é".encode("latin-1")}
    assert (await rotating.client.post(url, data=form, headers=wrong)).status_code == 400
    assert (await rotating.client.post(url, content=b"{")).json()["error"] == (
        "unsupported_grant_type"
    )


async def test_an_expire_fault_ends_a_rotating_token_for_good(rotating):
    rotating.world.faults.add(Fault("x", "main", "GET", "/2/users/me", effect="expire-token"))
    assert (await rotating("GET", "/users/me")).status_code == 401
    assert (await rotating.post()).status_code == 401


async def test_a_fixed_token_is_only_refused_once(x):
    x.world.faults.add(Fault("x", "main", "GET", "/2/users/me", effect="expire-token"))
    assert (await x("GET", "/users/me")).status_code == 401
    assert (await x("GET", "/users/me")).status_code == 200
    x.token = "wrong"
    assert (await x("GET", "/users/me")).json()["title"] == "Unauthorized"


async def test_a_signature_needs_its_secrets(x):
    url = "http://x.localhost/2/users/me"
    header = f'OAuth oauth_token="{x.token}", oauth_signature_method="HMAC-SHA1"'
    assert (await x.client.get(url, headers={"authorization": header})).status_code == 401
    x.options(oauth1=True)
    assert (await x.client.get(url, headers={"authorization": header})).status_code == 401
