from __future__ import annotations

import pytest

from postops.sandbox.faults import Fault


def error(answer):
    return answer.status_code, answer.json()["error"], answer.json()["message"]


async def refresh(bsky, token=None):
    headers = {"authorization": f"Bearer {token or bsky.session['refreshJwt']}"}
    return await bsky.post("com.atproto.server.refreshSession", headers=headers)


async def login(bsky, identifier, password=None):
    secret = password or bsky.account.credentials["app_password"]
    body = {"identifier": identifier, "password": secret}
    return await bsky.post("com.atproto.server.createSession", body, headers={"x": "y"})


async def test_one_signs_in_by_handle_did_or_mail(bsky):
    for name in (bsky.account.handle, bsky.account.id, "main@sandbox.test", "MAIN.test"):
        assert (await login(bsky, name)).json()["did"] == bsky.account.id
    document = bsky.session["didDoc"]["service"][0]
    assert document["serviceEndpoint"] == "http://bluesky.localhost"


async def test_a_wrong_password_and_a_stranger_look_the_same(bsky):
    refused = (401, "AuthenticationRequired", "Invalid identifier or password")
    assert error(await login(bsky, bsky.account.handle, "wrong")) == refused
    assert error(await login(bsky, "nobody.test")) == refused
    body = {"identifier": bsky.account.handle}
    answer = await bsky.post("com.atproto.server.createSession", body, headers={"x": "y"})
    assert answer.status_code == 400


async def test_signing_in_is_limited(bsky):
    for _ in range(29):
        answer = await login(bsky, bsky.account.handle)
    assert answer.headers["ratelimit-remaining"] == "0"
    assert (await login(bsky, bsky.account.handle)).status_code == 429


async def test_an_access_token_lives_two_hours_and_its_end_is_a_400(bsky, clock):
    clock.tick(7199)
    assert (await bsky.get("com.atproto.server.getSession")).json()["handle"] == "main.test"
    clock.tick(1)
    assert error(await bsky.create()) == (400, "ExpiredToken", "Token has expired")
    bsky.session = (await refresh(bsky)).json()
    assert (await bsky.create()).status_code == 200


async def test_a_used_refresh_token_has_two_hours_of_grace(bsky, clock):
    first = (await refresh(bsky)).json()["refreshJwt"]
    clock.tick(7200)
    second = (await refresh(bsky)).json()["refreshJwt"]
    third = (await refresh(bsky, first)).json()["refreshJwt"]
    assert (await refresh(bsky, second)).status_code == 200
    clock.tick(1)
    gone = (400, "ExpiredToken", "Token has been revoked")
    assert error(await refresh(bsky)) == gone
    assert (await refresh(bsky, third)).status_code == 200


async def test_a_closed_session_cannot_be_renewed(bsky):
    headers = {"authorization": f"Bearer {bsky.session['refreshJwt']}"}
    closed = await bsky.post("com.atproto.server.deleteSession", headers=headers)
    assert (closed.status_code, closed.content) == (200, b"")
    assert (await refresh(bsky)).json()["message"] == "Token has been revoked"


@pytest.mark.parametrize("token", ["garbage", "a.b.c"])
async def test_garbage_is_an_invalid_token(bsky, token):
    bsky.session["accessJwt"] = token
    assert error(await bsky.create())[:2] == (400, "InvalidToken")


async def test_tokens_only_do_their_own_work(bsky):
    assert error(await refresh(bsky, bsky.session["accessJwt"]))[1:] == (
        "InvalidToken",
        "Bad token scope",
    )
    answer = await bsky.post("com.atproto.repo.createRecord", bsky.write(), headers={"x": "y"})
    assert error(answer)[:2] == (401, "AuthMissing")


async def test_an_expire_fault_ends_every_access_token_once(bsky):
    bsky.world.faults.add(Fault("bluesky", "main", "POST", "*createRecord", effect="expire-token"))
    expired = (400, "ExpiredToken", "Token has expired")
    assert error(await bsky.create()) == expired
    assert error(await bsky.create()) == expired, "the token is really dead"
    bsky.session = (await refresh(bsky)).json()
    assert (await bsky.create()).status_code == 200


async def test_names(bsky):
    found = await bsky.get("com.atproto.identity.resolveHandle", handle="main.test")
    assert found.json() == {"did": bsky.account.id}
    for wrong in ("nobody.test", bsky.account.id):
        lost = await bsky.get("com.atproto.identity.resolveHandle", handle=wrong)
        assert error(lost) == (400, "InvalidRequest", "Unable to resolve handle")
    missing = await bsky.get("com.atproto.identity.resolveHandle")
    assert missing.status_code == 400
    about = await bsky.get("com.atproto.server.describeServer")
    assert about.json()["availableUserDomains"] == [".test"]
    token = await bsky.get("com.atproto.server.getServiceAuth", aud="did:web:video", lxm="a.b.c")
    assert token.json()["token"].count(".") == 2


async def test_methods_nobody_serves(bsky, client):
    assert error(await bsky.get("app.bsky.feed.searchPosts"))[0] == 501
    assert (await bsky.get("com.atproto.repo.createRecord")).status_code == 400
    assert (await client.get("http://bluesky.localhost/elsewhere")).status_code == 404
    assert (await client.get("http://bluesky.localhost/xrpc/_health")).status_code == 200
    bad = await bsky.post("com.atproto.repo.createRecord", content=b"{")
    assert error(bad)[:2] == (400, "InvalidRequest")
