"""What all platform tests share: parts to send, files to attach, a server that follows a script.

    server = Server({"POST /2/tweets": json(201, {...}), "GET /2/users/me": [lost(), json(200, {...})]})
    x = account("x", server)
    receipt = await x.publish(await send(...), {})
    assert server.requests[-1].url.path == "/2/tweets"

A route is a method and a path; its value one answer, which repeats, or a list, whose last repeats.
An answer is an `httpx.Response`, an exception to raise, or a function of the request. A request no
route knows fails the test.
"""

from __future__ import annotations

import json as jsons
import struct
import traceback
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from postops.diagnostics import Span
from postops.model import (
    Facet,
    Link,
    Media,
    MediaFacts,
    MediaFile,
    Message,
    Outgoing,
    Part,
    Poll,
    Receipt,
    digest,
)
from postops.platforms import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from postops.platforms.base import Platform

    Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DATE = "Sun, 01 Mar 2026 09:30:00 GMT"
SPAN = Span("posts/a.md", 1, 1)
CANARY = "canary-5e1f-sings"

SETTINGS: dict[str, dict[str, Any]] = {
    "bluesky": {"handle": "acme.test", "service": "https://pds.example"},
    "mastodon": {"instance": "https://social.example"},
    "x": {},
}
CREDENTIALS = {
    "bluesky": {"app_password": f"{CANARY}-password"},
    "mastodon": {"access_token": f"{CANARY}-token"},
    "x": {"access_token": f"{CANARY}-token"},
}
KEYS = {"bluesky": "3mfx2k4qabc2d", "mastodon": "0123abcd" * 5, "x": "0123abcd" * 5}


# --------------------------------------------------------------------------- parts to send


def outgoing(
    platform: str,
    text: str = "Hello, world",
    *,
    number: int = 1,
    files: Sequence[MediaFile] = (),
    card: Link | None = None,
    card_image: MediaFile | None = None,
    parent: Receipt | None = None,
    root: Receipt | None = None,
    facets: Sequence[Facet] | None = None,
    key: str | None = None,
    at: datetime = AT,
    since: datetime = AT,
    **message: Any,
) -> Outgoing:
    """One part on its way, as `render` and `publish` would hand it over."""
    kind = load(platform)
    part = Part(
        number=number,
        text=text,
        measure=kind.measure(text),
        span=SPAN,
        facets=tuple(kind.facets(text) if facets is None else facets),
        media=tuple(file.media for file in files),
    )
    whole = Message("a", "main", platform, (part,), card=card, **message)
    return Outgoing(
        message=whole,
        part=part,
        key=key or KEYS[platform],
        created_at=at,
        since=since,
        files=tuple(files),
        card_image=card_image,
        parent=parent,
        root=root or parent,
    )


def png(width: int = 3, height: int = 2, shade: int = 120) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def picture(
    path: str = "media/chart.png", *, alt: str | None = "A chart", shade: int = 120, **facts: Any
) -> MediaFile:
    """A picture of 3 x 2 pixels; `facts` replace what its bytes say."""
    data = png(shade=shade)
    said = {
        "mime": "image/png",
        "bytes": len(data),
        "digest": digest(data),
        "width": 3,
        "height": 2,
    }
    focus = facts.pop("focus", None)
    media = Media(path, alt, SPAN, focus=focus, facts=MediaFacts(**(said | facts)))
    return MediaFile(media, lambda: data)


def video(
    path: str = "media/talk.mp4", *, alt: str = "A talk", size: int = 64, **facts: Any
) -> MediaFile:
    """Bytes that begin as an MP4 does."""
    data = b"\0\0\0\x18ftypmp42" + b"\0" * (size - 12)
    said = {"mime": "video/mp4", "bytes": size, "digest": digest(data), "width": 640, "height": 360}
    media = Media(path, alt, SPAN, facts=MediaFacts(**(said | facts)))
    return MediaFile(media, lambda: data)


def link(url: str = "https://example.org/blog", **card: Any) -> Link:
    return Link(url, SPAN, **card)


def poll(*options: str, seconds: int = 3600, **more: Any) -> Poll:
    return Poll(options or ("Yes", "No"), seconds, SPAN, **more)


def receipt(remote_id: str, url: str = "https://example.org/1", **extra: str) -> Receipt:
    return Receipt(remote_id, url, AT, extra)


# --------------------------------------------------------------------------- a scripted server


class Server:
    """Answers by its script and writes down what was asked."""

    def __init__(self, routes: Mapping[str, Reply | list[Reply]]) -> None:
        self.routes = dict(routes)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        route = f"{request.method} {request.url.path}"
        assert route in self.routes, f"nobody expected {route}"
        reply = self.routes[route]
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if isinstance(reply, Exception):
            raise reply
        return reply(request) if callable(reply) else copied(reply)

    def asked(self, route: str) -> list[httpx.Request]:
        """The requests of one route, in order."""
        return [r for r in self.requests if f"{r.method} {r.url.path}" == route]


def copied(answer: httpx.Response) -> httpx.Response:
    """A response can be read once; the script may give it twice."""
    headers = [(k, v) for k, v in answer.headers.items() if k != "content-length"]
    return httpx.Response(answer.status_code, headers=headers, content=answer.content)


def json(status: int, document: Any, **headers: str) -> httpx.Response:
    """An answer in JSON; header names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"content-type": "application/json", "date": DATE}
    return httpx.Response(status, content=jsons.dumps(document), headers=kind | named)


def page(status: int = 200) -> httpx.Response:
    """What a proxy shows when the server behind it is away."""
    return httpx.Response(status, html="<html><h1>We will be back</h1></html>")


def lost() -> Exception:
    """The connection breaks when the answer should come."""
    return httpx.ReadError(f"reset, {CANARY}")


def unplugged() -> Exception:
    """There is no connection at all."""
    return httpx.ConnectError(f"refused, {CANARY}")


def account(
    platform: str,
    transport: Server | httpx.AsyncBaseTransport,
    settings: Mapping[str, Any] | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Platform:
    """A login at work. Waits take no time and are in `account.pauses`."""
    kind = load(platform)
    wire = httpx.MockTransport(transport) if isinstance(transport, Server) else transport
    made = kind(
        kind.Settings(**(SETTINGS[platform] if settings is None else settings)),
        CREDENTIALS[platform] if credentials is None else credentials,
        httpx.AsyncClient(transport=wire),
    )
    made.pauses = []  # type: ignore[attr-defined]  # for tests to look at

    async def wait(seconds: float) -> None:
        made.pauses.append(seconds)  # type: ignore[attr-defined]

    made.wait = wait
    made.now = lambda: AT
    return made


# --------------------------------------------------------------------------- looking for secrets


def everything_said(fault: BaseException) -> str:
    """All an error shows, also to those who dig: text, repr, traceback, causes and contexts."""
    said, seen, chain = [], set(), [fault]
    while chain:
        one = chain.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        said += [str(one), repr(one), repr(one.args), repr(vars(one))]
        said += traceback.format_exception(one)
        chain += [other for other in (one.__cause__, one.__context__) if other is not None]
    return "\n".join(said)
