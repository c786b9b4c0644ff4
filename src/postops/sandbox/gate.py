"""The gate in front of every platform: faults strike here, and every call is written down."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import anyio
from starlette.datastructures import Headers

from .emulation import emulation
from .faults import AnswerLost
from .world import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .faults import Fault
    from .world import World

    Sleep = Callable[[float], Awaitable[None]]

# A dictionary under this scope key holds headers an endpoint wants on its answer, errors included.
EXTRA_HEADERS = "sandbox.headers"
# The server puts the function that breaks the connection under this extension.
ABORT = "sandbox.abort"


class Gate:
    """ASGI middleware around one platform's application."""

    def __init__(self, app: ASGIApp, world: World, platform: str, sleep: Sleep) -> None:
        self._app = app
        self._world = world
        self._platform = platform
        self._emulation = emulation(platform)
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or fail it as the fault plan says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        method, path = scope["method"], scope["path"]
        account = self._emulation.caller(self._world, path, Headers(scope=scope), body)
        fault = self._world.faults.take(self._platform, account, method, path)
        answer: list[Message] = []
        try:
            answer = await self._answer(scope, receive, body, fault, account)
        except AnswerLost:
            await _lose(scope, receive)
        finally:
            status = answer[0]["status"] if answer else 0
            struck = f"{fault.effect} {fault.when}" if fault else None
            at = self._world.now()
            self._world.record(Call(at, self._platform, account, method, path, status, struck))
        for message in answer:
            await send(message)

    async def _answer(
        self, scope: Scope, receive: Receive, body: bytes, fault: Fault | None, account: str | None
    ) -> list[Message]:
        if fault is None:
            return await self._run(self._app, scope, body)
        if fault.effect == "latency":
            # Told apart because a client that gives up after the effect is in doubt.
            if fault.when == "before":
                await self._sleep(fault.seconds)
            answer = await self._run(self._app, scope, body)
            if fault.when == "after":
                await self._wait(fault.seconds, receive)
            return answer
        if fault.when == "after":
            await self._run(self._app, scope, body)
        return await self._run(self._failing(fault, account), scope, body)

    async def _wait(self, seconds: float, receive: Receive) -> None:
        """Wait while somebody waits for the answer; the log has the request once nobody does."""
        async with anyio.create_task_group() as both:

            async def watch() -> None:
                await _gone(receive)
                both.cancel_scope.cancel()

            both.start_soon(watch)
            await self._sleep(seconds)
            both.cancel_scope.cancel()

    def _failing(self, fault: Fault, account: str | None) -> ASGIApp:
        if fault.effect == "drop":
            raise AnswerLost
        if fault.effect == "expire-token":
            return self._emulation.expire(self._world, account)
        status = 429 if fault.effect == "rate-limit" else fault.status
        return self._emulation.refusal(self._world, status, fault.retry_after)

    async def _run(self, app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
        messages: list[Message] = []
        extra: dict[str, str] = {}

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:  # the protocol is async
            messages.append(message)

        await app({**scope, EXTRA_HEADERS: extra}, receive, send)
        # The world's clock, not the machine's: clients compare it with their own.
        extra["date"] = format_datetime(self._world.now(), usegmt=True)
        pairs = ((name.lower().encode(), value.encode()) for name, value in extra.items())
        messages[0] = {**messages[0], "headers": [*messages[0].get("headers", []), *pairs]}
        return messages


async def _whole_body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


async def _lose(scope: Scope, receive: Receive) -> None:
    """Break the connection; in process there is none, and the transport tells the client."""
    abort: Any = scope.get("extensions", {}).get(ABORT)
    if abort is None:
        raise AnswerLost
    abort()
    # Until the loop has seen the loss the server would still try to answer.
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
