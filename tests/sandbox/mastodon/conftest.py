"""A signed-in caller of the Mastodon emulation, in process."""

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

    async def __call__(self, method: str, path: str, *, key: str | None = None, **more: Any):
        headers = {"authorization": f"Bearer {self.account.credentials['access_token']}"}
        headers |= {"idempotency-key": key} if key else {}
        url = f"http://mastodon.localhost/api{path}"
        return await self.client.request(method, url, headers=headers, **more)

    async def post(self, status: str | None = "hello", *, key: str | None = None, **fields: Any):
        body = {"status": status, **fields}
        return await self("POST", "/v1/statuses", key=key, json=body)

    async def upload(self, data: bytes | None = None, mime: str = "image/png", **fields: Any):
        files = {"file": ("file", data or png(), mime)}
        return await self("POST", "/v2/media", files=files, data=fields)

    def options(self, **options: Any) -> None:
        self.world.add_account("mastodon", self.account.name, options=options)

    def texts(self) -> list[str]:
        return [p.text for p in self.world.timeline("mastodon", "main") if not p.deleted]


@pytest.fixture
def masto(world, client):
    return Caller(world, client, world.add_account("mastodon", "main"))
