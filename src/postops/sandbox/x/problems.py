"""X's errors: problem documents by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from postops.sandbox.limits import Standing
    from postops.sandbox.world import World

_TYPE = "https://api.x.com/2/problems/"
_TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Problem(Exception):  # noqa: N818  # the platform's own word
    """What an endpoint answers instead of its data."""

    def __init__(self, status: int, detail: str, kind: str = "about:blank", **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.document = {
            "title": _TITLES.get(status, "Error"),
            "detail": detail,
            "type": kind if kind == "about:blank" else _TYPE + kind,
            "status": status,
            **more,
        }


UNAUTHORIZED = Problem(401, "Unauthorized")
NOT_PERMITTED = Problem(403, "You are not permitted to perform this action.")


def invalid(detail: str, **parameters: Any) -> Problem:
    """Make the problem of a request that breaks its schema."""
    told = "One or more parameters to your request was invalid."
    errors = [{"parameters": parameters, "message": detail}]
    return Problem(400, told, "invalid-request", errors=errors)


def missing(kind: str, wanted: str, parameter: str) -> dict[str, Any]:
    """Describe a resource that is not there, as it stands beside data."""
    return {
        "value": wanted,
        "resource_id": wanted,
        "resource_type": kind,
        "parameter": parameter,
        "title": "Not Found Error",
        "detail": f"Could not find {kind} with {parameter}: [{wanted}].",
        "type": f"{_TYPE}resource-not-found",
    }


def hidden_field(wanted: str, field: str) -> dict[str, Any]:
    """Describe a field that may not be read, as it stands beside data."""
    return {
        "value": wanted,
        "resource_id": wanted,
        "resource_type": "post",
        "field": field,
        "section": "data",
        "parameter": "ids",
        "title": "Field Authorization Error",
        "detail": f"Sorry, you are not authorized to access '{field}' on the post [{wanted}].",
        "type": f"{_TYPE}not-authorized-for-field",
    }


def respond(problem: Problem) -> JSONResponse:
    """Put a problem on the wire."""
    return JSONResponse(
        problem.document, status_code=problem.status, media_type="application/problem+json"
    )


def refused(world: World, status: int, retry_after: int | None) -> JSONResponse:
    """Answer a status out of the blue, as the fault plan asks."""
    kind = "credits-depleted" if status == 402 else "about:blank"
    answer = respond(Problem(status, _TITLES.get(status, "Error"), kind))
    if status == 429:
        reset = int(world.now().timestamp()) + (retry_after or 900)
        answer.headers.update(_headers(100, 0, reset))
    elif retry_after is not None:
        answer.headers["retry-after"] = str(retry_after)
    return answer


def limit_headers(standing: Standing) -> dict[str, str]:
    """Describe a window; the reset is a Unix time."""
    reset = int(standing.reset.timestamp())
    return _headers(standing.limit.points, standing.remaining, reset)


def _headers(limit: int, remaining: int, reset: int) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(reset),
    }
