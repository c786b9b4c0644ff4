"""The XRPC application: methods by name, errors in XRPC's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route

from postops.sandbox.permalink import permalink

from .accounts import PLATFORM
from .errors import XrpcError, invalid, respond
from .methods import Method, Turn
from .records import METHODS as RECORDS
from .server import METHODS as SERVER
from .video import METHODS as VIDEO
from .views import METHODS as VIEWS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from postops.sandbox.world import World

_METHODS: dict[str, Method] = SERVER | RECORDS | VIEWS | VIDEO


def build(world: World) -> Starlette:
    """Build the application over one world."""

    async def call(request: Request) -> Response:
        name = request.path_params["method"]
        method = _METHODS.get(name)
        if method is None:
            raise XrpcError(501, "MethodNotImplemented", "Method Not Implemented")
        if request.method != method.verb:
            raise invalid(f"Incorrect HTTP method ({request.method}) expected {method.verb}")
        output = await method.run(Turn(world, request))
        return output if isinstance(output, JSONResponse) else _output(output)

    async def health(_: Request) -> Response:  # Starlette wants it so
        return JSONResponse({"version": "sandbox"})

    async def failed(_: Request, error: Exception) -> Response:
        if isinstance(error, XrpcError):
            return respond(error)
        return respond(XrpcError(404, "XRPCNotSupported", "XRPCNotSupported"))

    routes = [
        Route("/xrpc/_health", health),
        Route("/xrpc/{method}", call, methods=["GET", "POST"]),
        permalink(world, PLATFORM, "/profile/{handle}/post/{id}"),
    ]
    handlers: dict[Any, Any] = {XrpcError: failed, HTTPException: failed}
    return Starlette(routes=routes, exception_handlers=handlers)


def _output(output: Any) -> Response:
    from starlette.responses import Response

    if isinstance(output, Response):
        return output
    if output is None:
        return Response(status_code=200)
    return JSONResponse(output)
