"""Serving the sandbox on loopback: one origin per platform and one for the page."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import create_app
from .emulation import platforms
from .gate import ABORT
from .page import create_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from .world import World

PAGE = "page"


async def serve(
    world: World,
    *,
    ports: Mapping[str, int] | None = None,
    host: str = "127.0.0.1",
    announce: Callable[[str], None],
    path: Path | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or `stop`.

    ports: by platform name or "page"; a missing one, or 0, is any free port
    announce: gets one line of JSON with the origins, once connections are accepted
    path: where the world is saved after every change made through the page, and at the end

    Raises ValueError for a host that is not on loopback or a port of an unknown name, and OSError
    for a port that is taken.
    """
    names = (*platforms(), PAGE)
    if unknown := sorted(set(ports or {}) - set(names)):
        raise ValueError(f"no such origin: {', '.join(unknown)}")
    address = _loopback(host)

    def keep() -> None:
        if path is not None:
            world.save(path)

    with contextlib.ExitStack() as stack:
        sockets = {name: _listen(stack, address, (ports or {}).get(name, 0)) for name in names}
        bound = {name: sock.getsockname()[1] for name, sock in sockets.items()}
        shown = f"[{address}]" if ":" in address else address
        origins = {name: f"http://{shown}:{port}" for name, port in bound.items()}
        world.origins[PAGE] = origins[PAGE]
        apps: dict[int, ASGIApp] = {
            bound[name]: create_app(world, name, origins[name]) for name in platforms()
        }
        apps[bound[PAGE]] = create_page(world, on_effect=keep)
        server = _Server(_config(_by_port(apps, _allowed_hosts(bound))), stop)
        stack.callback(keep)
        server.announcement = (announce, json.dumps({"version": 1, "origins": origins}))
        await server.serve(sockets=list(sockets.values()))


def _loopback(host: str) -> str:
    """Return the address to bind. Raises ValueError when others could reach it."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        inside = ipaddress.ip_address(address).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise ValueError(f"the sandbox only listens on loopback, not on {host}")
    return address


def _listen(stack: contextlib.ExitStack, address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


def _allowed_hosts(bound: Mapping[str, int]) -> frozenset[str]:
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{name}:{port}" for name in names for port in bound.values())


def _by_port(apps: Mapping[int, ASGIApp], hosts: frozenset[str]) -> ASGIApp:
    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        host = next((v.decode() for k, v in scope["headers"] if k == b"host"), "")
        # A foreign name that resolves to loopback must not let a web page read the sandbox.
        if host not in hosts:
            await _misdirected(send)
            return
        await apps[scope["server"][1]](scope, receive, send)

    return route


async def _misdirected(send: Send) -> None:
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": b"not a name of this sandbox"})


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Breakable,
        ws="none",
        lifespan="off",
        # The emulated platforms tell the world's time, not the machine's.
        date_header=False,
        server_header=False,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )


class _Breakable(H11Protocol):
    """Hands applications the means to break their connection: no answer, as a crash gives none."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {ABORT: self.transport.abort}
            await inner(scope, receive, send)

        self.app = app


class _Server(uvicorn.Server):
    """Ends on a signal without raising it again, and says when it listens."""

    announcement: tuple[Callable[[str], None], str]

    def __init__(self, config: uvicorn.Config, stop: threading.Event | None) -> None:
        super().__init__(config)
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        announce, line = self.announcement
        announce(line)

    async def on_tick(self, counter: int) -> bool:
        if self._stop is not None and self._stop.is_set():
            self.should_exit = True
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again, which ends the process before the world is saved.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._leave) for number in caught}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        self.handle_exit(number, frame)
