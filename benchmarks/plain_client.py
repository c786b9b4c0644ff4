"""What a careful httpx client without a ledger does: log in, then send, in one lane an account."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx


async def lane(client: httpx.AsyncClient, account: dict, texts: list[str]) -> None:
    kind, settings, secrets = account["platform"], account["settings"], account["credentials"]
    if kind == "bluesky":
        base = settings["service"]
        who = {"identifier": settings["handle"], "password": secrets["app_password"]}
        session = (
            await client.post(f"{base}/xrpc/com.atproto.server.createSession", json=who)
        ).json()
        head = {"authorization": f"Bearer {session['accessJwt']}"}
        url = f"{base}/xrpc/com.atproto.repo.createRecord"
    elif kind == "mastodon":
        base, head = settings["instance"], {"authorization": f"Bearer {secrets['access_token']}"}
        await client.get(f"{base}/api/v1/accounts/verify_credentials", headers=head)
        url = f"{base}/api/v1/statuses"
    else:
        base, head = settings["base_url"], {"authorization": f"Bearer {secrets['access_token']}"}
        await client.get(f"{base}/2/users/me", headers=head)
        url = f"{base}/2/tweets"
    for text in texts:
        body = {"status": text} if kind == "mastodon" else {"text": text}
        if kind == "bluesky":
            at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": at}
            body = {"repo": session["did"], "collection": "app.bsky.feed.post", "record": record}
        (await client.post(url, json=body, headers=head)).raise_for_status()


async def main(given: dict) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        work = (lane(client, given["accounts"][n], given["texts"][n]) for n in given["accounts"])
        await asyncio.gather(*work)


asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
