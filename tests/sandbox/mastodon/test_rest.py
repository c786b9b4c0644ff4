from __future__ import annotations


async def test_the_instance_without_a_token(masto, client):
    for path in ("/api/v2/instance", "/api/v2/instance/"):
        answer = await client.get("http://mastodon.localhost" + path)
        assert answer.json()["domain"] == "mastodon.localhost"
        limits = answer.json()["configuration"]
        assert limits["statuses"]["max_characters"] == 500
        assert limits["media_attachments"]["description_limit"] == 10_000


async def test_accounts(masto, client):
    me = (await masto("GET", "/v1/accounts/verify_credentials")).json()
    base = "http://mastodon.localhost/api/v1/accounts"
    assert (await client.get(f"{base}/{me['id']}")).json()["acct"] == "main"
    assert (await client.get(f"{base}/lookup?acct=main@mastodon.localhost")).json()["id"] == me[
        "id"
    ]
    assert (await client.get(f"{base}/lookup?acct=main@elsewhere.test")).status_code == 404
    assert (await client.get(f"{base}/1")).status_code == 404
    assert (await masto("GET", "/v1/apps/verify_credentials")).json()["scopes"] == ["read", "write"]


async def test_tokens(masto, client):
    base = "http://mastodon.localhost/api/v1"
    without = await client.post(f"{base}/statuses", json={"status": "x"})
    assert without.json() == {"error": "This API requires an authenticated user"}
    wrong = {"authorization": "Bearer wrong"}
    refused = await client.get(f"{base}/accounts/verify_credentials", headers=wrong)
    assert (refused.status_code, refused.json()) == (401, {"error": "The access token is invalid"})


async def test_what_is_not_there(masto, client):
    assert (await client.get("http://mastodon.localhost/api/v9/x")).json() == {"error": "Not Found"}
    assert (await masto("GET", "/v1/polls/1")).status_code == 404
    bad = await masto("POST", "/v1/statuses", content=b"{")
    assert bad.status_code == 400
