"""A sandbox really served on loopback, and a clock the tests move."""

from __future__ import annotations

import asyncio
import io
import json
import queue
import struct
import threading
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image

from postops.sandbox.app import transport
from postops.sandbox.serve import serve
from postops.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def tick(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Served:
    world: World
    origins: dict[str, str]


def now() -> datetime:
    """The machine's time: what clients that look at their own clock need."""
    return datetime.now(UTC)  # noqa: TID251  # real clients look at the real time


def png(width: int = 3, height: int = 2, shade: int = 120) -> bytes:
    """Make a grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def gif(width: int = 3, height: int = 2, frames: int = 1) -> bytes:
    """Make a GIF; its frames differ, or Pillow would write only one."""
    shades = [Image.new("L", (width, height), 30 * number) for number in range(frames)]
    stream = io.BytesIO()
    shades[0].save(stream, "GIF", save_all=frames > 1, append_images=shades[1:])
    return stream.getvalue()


def mp4(size: int = 64) -> bytes:
    """Make bytes that start as an MP4 does."""
    return b"\0\0\0\x18ftypmp42" + b"\0" * (size - 12)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock)


@pytest.fixture
async def client(world: World):
    """An HTTP client in process; every URL must be absolute."""
    async with httpx.AsyncClient(transport=transport(world)) as opened:
        yield opened


@pytest.fixture
def start_serving() -> Iterator[Callable[[World], Served]]:
    """Serve worlds from threads until the test ends."""
    running: list[tuple[threading.Event, threading.Thread]] = []

    def start(world: World, **more) -> Served:
        stop, lines = threading.Event(), queue.Queue()
        coroutine = serve(world, announce=lines.put, stop=stop, **more)
        thread = threading.Thread(target=lambda: asyncio.run(coroutine))
        thread.start()
        running.append((stop, thread))
        announced = json.loads(lines.get(timeout=10))
        assert announced["version"] == 1
        return Served(world, announced["origins"])

    yield start
    for stop, _ in running:
        stop.set()
    for _, thread in running:
        thread.join(timeout=10)
        assert not thread.is_alive()


@pytest.fixture
def served(start_serving) -> Served:
    """A served world on the machine's clock."""
    return start_serving(World(now))
