"""The sandbox in process: one ASGI application per platform and a transport in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

from .emulation import emulation, platforms
from .faults import AnswerLost
from .gate import Gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from .gate import Sleep
    from .world import World

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def create_app(world: World, platform: str, origin: str, *, sleep: Sleep = anyio.sleep) -> ASGIApp:
    """Build one platform, answering at `origin`; every URL it hands out starts with it.

    `sleep` waits out latency faults. Raises ValueError for an unknown platform.
    """
    world.origins[platform] = origin.rstrip("/")
    for account in world.accounts_on(platform):
        world.add_account(platform, account.name)
    return Gate(emulation(platform).application(world), world, platform, sleep)


def transport(
    world: World,
    *,
    latency: float = 0.0,
    sleep: Sleep = anyio.sleep,
    on_effect: Callable[[], None] | None = None,
) -> httpx.AsyncBaseTransport:
    """Route requests to all platforms by origin, without a socket.

    latency: seconds every request takes before it is answered
    on_effect: called after each request that may have changed the world, answered or not
    """
    return _SandboxTransport(world, latency, sleep, on_effect)


class _SandboxTransport(httpx.AsyncBaseTransport):
    def __init__(
        self, world: World, latency: float, sleep: Sleep, on_effect: Callable[[], None] | None
    ) -> None:
        self._latency = latency
        self._sleep = sleep
        self._on_effect = on_effect
        self._inner = {
            httpx.URL(world.origin(name)).netloc: httpx.ASGITransport(
                create_app(world, name, world.origin(name), sleep=sleep)
            )
            for name in platforms()
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer from the platform the URL names; any other host is as good as unplugged."""
        inner = self._inner.get(request.url.netloc)
        if inner is None:
            raise httpx.ConnectError(f"the sandbox has no {request.url.host}", request=request)
        if self._latency:
            await self._sleep(self._latency)
        try:
            return await inner.handle_async_request(request)
        except AnswerLost:
            raise httpx.ReadError("the sandbox dropped the answer", request=request) from None
        finally:
            if self._on_effect is not None and request.method not in _SAFE_METHODS:
                self._on_effect()
