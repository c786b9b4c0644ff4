"""The phases of a call on real sockets: what the network does, httpx reports and we conclude."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import httpx
import pytest

from postops.errors import NotSent, OutcomeUnknown
from postops.platforms._http import Request, call
from postops.platforms.base import Timeouts
from tests.platforms.harness import CANARY, account, everything_said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from postops.platforms._answers import Answer

    Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"


@contextlib.asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """Listens on loopback and treats every connection as `talk` does, once the request is read."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/here"
    finally:
        listening.close()


async def ask(url: str, *, effect: bool, times: Timeouts | None = None) -> Answer:
    async with httpx.AsyncClient(trust_env=False) as client:
        platform = account("mastodon", httpx.AsyncHTTPTransport())
        platform.client = client
        platform.timeouts = times or Timeouts(read=0.2, total=2.0)
        request = Request(
            what="publishing",
            method="POST",
            url=url,
            effect=effect,
            headers={"authorization": f"Bearer {CANARY}"},
            json={"status": "x" * 100},
        )
        return await call(platform, request)


async def ends_as(url: str, **more: object) -> tuple[type, type]:
    """What a lost call is called when it publishes, and when it does not."""
    found = []
    for effect in (True, False):
        with pytest.raises((NotSent, OutcomeUnknown)) as caught:
            await ask(url, effect=effect, **more)  # type: ignore[arg-type]
        assert CANARY not in everything_said(caught.value)
        found.append(type(caught.value))
    return found[0], found[1]


async def read_request(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await reader.readuntil(b"}")


async def test_nobody_listens() -> None:
    async def talk(*_: object) -> None:
        return None

    async with server(talk) as url:
        pass
    assert await ends_as(url) == (NotSent, NotSent)


async def test_no_tls_where_tls_was_asked_for() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with server(talk) as url:
        secure = url.replace("http://", "https://")
        assert await ends_as(secure) == (NotSent, NotSent)


async def test_the_connection_closes_without_an_answer() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)

    async with server(talk) as url:
        assert await ends_as(url) == (OutcomeUnknown, NotSent)


async def test_the_connection_breaks_in_the_middle_of_the_answer() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD + b'\r\n{"id": ')

    async with server(talk) as url:
        assert await ends_as(url) == (OutcomeUnknown, NotSent)


async def test_the_answer_is_no_http() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    async with server(talk) as url:
        assert await ends_as(url) == (OutcomeUnknown, NotSent)


async def test_the_answer_does_not_come() -> None:
    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await reader.read()  # until the client gives up

    async with server(talk) as url:
        assert await ends_as(url, times=Timeouts(read=0.05)) == (OutcomeUnknown, NotSent)


async def test_the_answer_drips_for_longer_than_a_call_may_take() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(HEAD + b"\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    if not await reader.read(1):
                        return

    async with server(talk) as url:
        slow = Timeouts(read=1.0, total=0.1)
        assert await ends_as(url, times=slow) == (OutcomeUnknown, NotSent)


async def test_a_name_that_does_not_resolve() -> None:
    class NoName(httpx.AsyncBaseTransport):
        """What httpx says of it, without asking a resolver."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("[Errno -2] Name or service not known", request=request)

    platform = account("mastodon", NoName())
    with pytest.raises(NotSent, match="no connection"):
        await call(platform, Request(what="asking", method="GET", url="https://a.example"))
