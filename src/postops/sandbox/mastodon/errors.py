"""Mastodon's errors: a status and one sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from datetime import datetime

    from postops.sandbox.limits import Standing
    from postops.sandbox.world import World

_TEXTS = {
    401: "The access token is invalid",
    403: "This action is not allowed",
    404: "Record not found",
    429: "Too many requests",
    500: "Internal Server Error",
    503: "There was a temporary problem serving your request, please try again",
}


class ApiError(Exception):
    """What an endpoint answers instead of its entity."""

    def __init__(self, status: int, text: str, **more: Any) -> None:
        super().__init__(text)
        self.status = status
        self.more = more


INVALID_TOKEN = ApiError(401, "The access token is invalid")
NOT_FOUND = ApiError(404, "Record not found")


def unprocessable(text: str) -> ApiError:
    """Make the error of a failed validation."""
    return ApiError(422, f"Validation failed: {text}")


def respond(error: ApiError) -> JSONResponse:
    """Put an error on the wire."""
    return JSONResponse({"error": str(error), **error.more}, status_code=error.status)


def refused(world: World, status: int, retry_after: int | None) -> JSONResponse:
    """Answer a status out of the blue, as the fault plan asks."""
    answer = respond(ApiError(status, _TEXTS.get(status, "Something went wrong")))
    if status == 429:
        reset = world.now() + timedelta(seconds=retry_after or 300)
        answer.headers.update(_headers(300, 0, reset))
    elif retry_after is not None:
        answer.headers["retry-after"] = str(retry_after)
    return answer


def limit_headers(standing: Standing) -> dict[str, str]:
    """Describe a window; the reset is a date, not a number."""
    return _headers(standing.limit.points, standing.remaining, standing.reset)


def wire(moment: datetime) -> str:
    """Write a time as Mastodon does."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _headers(limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": wire(reset),
    }
