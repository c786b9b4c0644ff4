"""XRPC errors: a status, a name and a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from postops.sandbox.limits import Standing
    from postops.sandbox.world import World

_NAMES = {
    400: ("InvalidRequest", "Bad Request"),
    401: ("AuthenticationRequired", "Authentication Required"),
    403: ("Forbidden", "Forbidden"),
    404: ("XRPCNotSupported", "XRPCNotSupported"),
    413: ("PayloadTooLarge", "request entity too large"),
    415: ("UnsupportedMediaType", "Unsupported Media Type"),
    429: ("RateLimitExceeded", "Rate Limit Exceeded"),
    500: ("InternalServerError", "Internal Server Error"),
    501: ("MethodNotImplemented", "Method Not Implemented"),
    502: ("UpstreamFailure", "Upstream Failure"),
    503: ("NotEnoughResources", "Not Enough Resources"),
    504: ("UpstreamTimeout", "Upstream Timeout"),
}


class XrpcError(Exception):
    """What a method answers instead of its output."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name


def invalid(message: str) -> XrpcError:
    """Make the error for a request the lexicon forbids."""
    return XrpcError(400, "InvalidRequest", message)


def respond(error: XrpcError) -> JSONResponse:
    """Put an error on the wire."""
    return JSONResponse({"error": error.name, "message": str(error)}, status_code=error.status)


def refused(world: World, status: int, retry_after: int | None) -> JSONResponse:
    """Answer a status out of the blue, as the fault plan asks."""
    name, message = _NAMES.get(status, ("InternalServerError", "Internal Server Error"))
    answer = respond(XrpcError(status, name, message))
    if status == 429:
        reset = int(world.now().timestamp()) + (retry_after or 300)
        answer.headers.update(_headers(3000, 0, reset, 300))
    if retry_after is not None:
        answer.headers["retry-after"] = str(retry_after)
    return answer


def limit_headers(standing: Standing) -> dict[str, str]:
    """Describe a window the way the PDS's rate limiter does."""
    reset = int(standing.reset.timestamp())
    limit = standing.limit
    return _headers(limit.points, standing.remaining, reset, limit.seconds)


def _headers(limit: int, remaining: int, reset: int, seconds: int) -> dict[str, str]:
    return {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(remaining),
        "ratelimit-reset": str(reset),
        "ratelimit-policy": f"{limit};w={seconds}",
    }
