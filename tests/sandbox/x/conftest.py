"""A signed-in caller of the X emulation, in process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.conftest import png

if TYPE_CHECKING:
    import httpx

    from postops.sandbox.world import SandboxAccount, World


@dataclass
class Caller:
    """Calls the API as one account."""

    world: World
    client: httpx.AsyncClient
    account: SandboxAccount
    token: str

    async def __call__(self, method: str, path: str, **more: Any):
        headers = {"authorization": f"Bearer {self.token}"}
        url = f"http://x.localhost/2{path}"
        return await self.client.request(method, url, headers=headers, **more)

    async def post(self, text: str = "hello", **fields: Any):
        return await self("POST", "/tweets", json={"text": text, **fields})

    async def made(self, text: str = "hello", **fields: Any) -> str:
        return (await self.post(text, **fields)).json()["data"]["id"]

    async def listed(self, **query: Any) -> list[str]:
        answer = await self("GET", f"/users/{self.account.id}/tweets", params=query)
        return [post["id"] for post in answer.json().get("data", [])]

    async def upload(self, data: bytes | None = None, category: str = "tweet_image"):
        files = {"media": ("file", data or png(), "application/octet-stream")}
        fields = {"media_category": category}
        return await self("POST", "/media/upload", files=files, data=fields)

    def options(self, **options: Any) -> None:
        self.world.add_account("x", self.account.name, options=options)

    def texts(self) -> list[str]:
        return [p.text for p in self.world.timeline("x", "main") if not p.deleted]


@pytest.fixture
def x(world, client):
    account = world.add_account("x", "main")
    return Caller(world, client, account, account.credentials["access_token"])
