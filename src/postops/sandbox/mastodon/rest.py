"""The REST application: endpoints by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from postops.sandbox.permalink import permalink

from . import instance, media, scheduled, statuses
from .accounts import PLATFORM, by_handle, rules
from .calls import Call
from .entities import account as account_entity
from .entities import credential_account
from .errors import NOT_FOUND, ApiError, respond

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from postops.sandbox.world import World

    Endpoint = Callable[[Call], Awaitable[Response]]


async def _instance_1(call: Call) -> Response:  # every endpoint is awaited
    return JSONResponse(instance.version_1(call.world, rules(call.guest() or _first(call.world))))


async def _instance_2(call: Call) -> Response:
    return JSONResponse(instance.version_2(call.world, rules(call.guest() or _first(call.world))))


def _first(world: World) -> Any:
    return next(iter(world.accounts_on(PLATFORM)), None)


async def _verify(call: Call) -> Response:
    return JSONResponse(credential_account(call.world, call.account()))


async def _verify_app(call: Call) -> Response:
    call.account()
    scopes = ["read", "write"]
    app = {"id": "1", "name": "postops sandbox", "website": None, "scopes": scopes}
    return JSONResponse(app | {"redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"]})


async def _account(call: Call) -> Response:
    accounts = call.world.accounts_on(PLATFORM)
    found = next((who for who in accounts if who.id == call.path["id"]), None)
    if found is None:
        raise NOT_FOUND
    return JSONResponse(account_entity(call.world, found))


async def _lookup(call: Call) -> Response:
    found = by_handle(call.world, str(call.query.get("acct", "")))
    if found is None:
        raise NOT_FOUND
    return JSONResponse(account_entity(call.world, found))


_ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/api/v1/instance", _instance_1),
    ("GET", "/api/v2/instance", _instance_2),
    ("GET", "/api/v1/apps/verify_credentials", _verify_app),
    ("GET", "/api/v1/accounts/verify_credentials", _verify),
    ("GET", "/api/v1/accounts/lookup", _lookup),
    ("GET", "/api/v1/accounts/{id}", _account),
    ("GET", "/api/v1/accounts/{id}/statuses", statuses.of_account),
    ("POST", "/api/v1/media", media.upload_1),
    ("POST", "/api/v2/media", media.upload_2),
    ("GET", "/api/v1/media/{id}", media.show),
    ("PUT", "/api/v1/media/{id}", media.update),
    ("GET", "/media/{digest}", media.file),
    ("POST", "/api/v1/statuses", statuses.create),
    ("GET", "/api/v1/statuses", statuses.many),
    ("GET", "/api/v1/statuses/{id}", statuses.show),
    ("PUT", "/api/v1/statuses/{id}", statuses.edit),
    ("DELETE", "/api/v1/statuses/{id}", statuses.delete),
    ("GET", "/api/v1/statuses/{id}/source", statuses.source),
    ("GET", "/api/v1/statuses/{id}/context", statuses.context),
    ("GET", "/api/v1/polls/{id}", statuses.poll),
    ("GET", "/api/v1/scheduled_statuses", scheduled.many),
    ("GET", "/api/v1/scheduled_statuses/{id}", scheduled.show),
    ("PUT", "/api/v1/scheduled_statuses/{id}", scheduled.move),
    ("DELETE", "/api/v1/scheduled_statuses/{id}", scheduled.cancel),
)


def build(world: World) -> Starlette:
    """Build the application over one world."""
    # Starlette would answer 405 for a path known under another method, so one route per path.
    by_path: dict[str, dict[str, Endpoint]] = {}
    for method, path, endpoint in _ENDPOINTS:
        by_path.setdefault(path, {})[method] = endpoint
    routes = [
        Route(path + tail, _route(world, endpoints), methods=list(endpoints))
        for path, endpoints in by_path.items()
        # Some clients end the path of the instance document with a slash.
        for tail in ("", "/")
    ]
    handlers: dict[Any, Any] = {ApiError: _failed, HTTPException: _failed}
    routes.append(permalink(world, PLATFORM, "/@{user}/{id}"))
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


def _route(
    world: World, endpoints: dict[str, Endpoint]
) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        scheduled.publish_due(world)
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](Call(world, request))

    return run


async def _failed(_: Request, error: Exception) -> Response:
    return respond(error if isinstance(error, ApiError) else ApiError(404, "Not Found"))
