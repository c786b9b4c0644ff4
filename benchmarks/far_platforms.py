"""Emulated platforms that answer after 100 ms each, for both sides of the sending benchmark.

Prints one line of JSON: for every account its platform, settings and credentials.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from datetime import UTC, datetime

import uvicorn

from postops.sandbox.app import create_app
from postops.sandbox.world import World

LATENCY = 0.1
KINDS = ("mastodon", "bluesky", "x")


def far(app):
    async def answer(scope, receive, send):
        if scope["type"] == "http":
            await asyncio.sleep(LATENCY)
        await app(scope, receive, send)

    return answer


def _bound() -> socket.socket:
    """Not `config.bind_socket()`: asyncio turns Nagle off only where the protocol is named, and
    with it on every answer is 40 ms later than it should be."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    return sock


async def main(names: list[str]) -> None:
    world = World(lambda: datetime.now(UTC))
    servers = {}
    for kind in KINDS:
        config = uvicorn.Config(None, port=0, log_level="warning", lifespan="off")
        servers[kind] = server = uvicorn.Server(config)
        sock = _bound()
        origin = f"http://127.0.0.1:{sock.getsockname()[1]}"
        config.app = far(create_app(world, kind, origin))
        config.load()
        server.sock = sock
    accounts = {}
    for number, name in enumerate(names):
        made = world.add_account(KINDS[number % len(KINDS)], name)
        accounts[name] = {
            "platform": made.platform,
            "settings": made.settings,
            "credentials": made.credentials,
        }
    print(json.dumps(accounts), flush=True)
    await asyncio.gather(*(s.serve(sockets=[s.sock]) for s in servers.values()))


asyncio.run(main(sys.argv[1:]))
