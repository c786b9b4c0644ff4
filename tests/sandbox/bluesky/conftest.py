"""A signed-in caller of the Bluesky emulation, in process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from postops.sandbox.world import SandboxAccount, World

RKEY = "3jzfcijpj2z2a"
CREATED = "2026-03-01T09:30:00.000Z"


@dataclass
class Caller:
    """Calls XRPC methods as one account."""

    world: World
    client: httpx.AsyncClient
    account: SandboxAccount
    session: dict[str, Any]

    @property
    def auth(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.session['accessJwt']}"}

    async def post(self, method: str, body: Any = None, *, headers: Any = None, content=None):
        url = f"http://bluesky.localhost/xrpc/{method}"
        given = {"content": content} if content is not None else {"json": body}
        return await self.client.post(url, headers=headers or self.auth, **given)

    async def get(self, method: str, **query: Any):
        url = f"http://bluesky.localhost/xrpc/{method}"
        return await self.client.get(url, params=query, headers=self.auth)

    def write(self, rkey: str | None = RKEY, text: str = "hello", **more: Any) -> dict[str, Any]:
        record = {"text": text, "createdAt": CREATED, **more.pop("record", {})}
        body = {
            "repo": self.account.id,
            "collection": "app.bsky.feed.post",
            "rkey": rkey,
            "record": record,
        }
        return {k: v for k, v in (body | more).items() if k != "rkey" or v is not None}

    async def put(self, **given: Any):
        return await self.post("com.atproto.repo.putRecord", self.write(**given))

    async def create(self, **given: Any):
        return await self.post("com.atproto.repo.createRecord", self.write(**given))

    def texts(self) -> list[str]:
        return [p.text for p in self.world.timeline("bluesky", "main") if not p.deleted]


@pytest.fixture
async def bsky(world, client):
    account = world.add_account("bluesky", "main")
    caller = Caller(world, client, account, {})
    login = {"identifier": account.handle, "password": account.credentials["app_password"]}
    answer = await caller.post("com.atproto.server.createSession", login, headers={"x": "y"})
    caller.session = answer.json()
    return caller
