"""The API: endpoints by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from postops.sandbox.permalink import permalink

from . import media, reading, signin, writing
from .accounts import PLATFORM
from .calls import Call
from .problems import Problem, respond

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from postops.sandbox.world import World

    Endpoint = Callable[[Call], Awaitable[Response]]

_ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/2/tweets", writing.create),
    ("GET", "/2/tweets", reading.by_ids),
    ("GET", "/2/tweets/analytics", reading.analytics),
    ("GET", "/2/tweets/{id}", reading.one),
    ("DELETE", "/2/tweets/{id}", writing.delete),
    ("GET", "/2/users/me", reading.me),
    ("GET", "/2/users/{id}/tweets", reading.of_user),
    ("POST", "/2/media/upload", media.upload),
    ("GET", "/2/media/upload", media.status),
    ("POST", "/2/media/upload/initialize", media.initialize),
    ("POST", "/2/media/upload/{id}/append", media.append),
    ("POST", "/2/media/upload/{id}/finalize", media.finalize),
    ("POST", "/2/media/metadata", media.metadata),
    ("POST", "/2/oauth2/token", signin.token),
    ("GET", "/media/{digest}", media.file),
)


def build(world: World) -> Starlette:
    """Build the application over one world."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for method, path, endpoint in _ENDPOINTS:
        by_path.setdefault(path, {})[method] = endpoint
    routes = [
        Route(path, _route(world, endpoints), methods=list(endpoints))
        for path, endpoints in by_path.items()
    ]
    routes.append(permalink(world, PLATFORM, "/{user}/status/{id}"))
    handlers: dict[Any, Any] = {Problem: _failed, HTTPException: _failed}
    return Starlette(routes=routes, exception_handlers=handlers)


def _route(
    world: World, endpoints: dict[str, Endpoint]
) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](Call(world, request))

    return run


async def _failed(_: Request, error: Exception) -> Response:  # Starlette wants it so
    if isinstance(error, Problem):
        return respond(error)
    status = error.status_code if isinstance(error, HTTPException) else 404
    return respond(Problem(status, "Not Found" if status == 404 else "Method Not Allowed"))
