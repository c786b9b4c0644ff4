from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from postops.cli import _open
from postops.cli._adopting import receipt
from postops.cli._edge import Edge, Invocation
from postops.errors import ConfigError, PlatformError

if TYPE_CHECKING:
    from tests.cli.site import Site


async def ask(site: Site, account: str, url: str):
    invocation = Invocation(site.path, None, Edge(site.clock))
    with _open.place(invocation, sandbox=False) as at:
        return await receipt(at, account, url)


async def test_what_the_platform_says_of_a_url(site: Site) -> None:
    token = site.world.account("mastodon", "tusk").credentials["access_token"]
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            site.world.origin("mastodon") + "/api/v1/statuses",
            json={"status": "By hand"},
            headers={"Authorization": f"Bearer {token}"},
        )
    sent = answer.json()
    found = await ask(site, "tusk", sent["url"])
    assert (found["remote_id"], found["url"]) == (sent["id"], sent["url"])
    assert found["published_at"].endswith("Z")


async def test_what_it_cannot_say(site: Site) -> None:
    with pytest.raises((ConfigError, PlatformError)):
        await ask(site, "tusk", "https://elsewhere.example/@a/1")
    with pytest.raises(ConfigError, match="no account called 'tsuk'"):
        await ask(site, "tsuk", "https://elsewhere.example/@a/1")
    site.patch.delenv("TUSK_TOKEN")
    with pytest.raises(ConfigError, match="no credentials for tusk"):
        await ask(site, "tusk", "https://elsewhere.example/@a/1")
