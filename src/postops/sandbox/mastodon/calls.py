"""What every endpoint starts from: the caller, the fields, the limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from postops.sandbox.forms import BadBody, nest, read_fields
from postops.sandbox.gate import EXTRA_HEADERS
from postops.sandbox.limits import Limit, spend, tightest

from .accounts import PLATFORM, by_token
from .errors import INVALID_TOKEN, ApiError, limit_headers

if TYPE_CHECKING:
    from starlette.requests import Request

    from postops.sandbox.world import SandboxAccount, World

# rack_attack.rb and rate_limiter.rb, checked 2026-07-22.
_LIMITS = {
    "token": Limit(300, 300),
    "media": Limit(30, 1800),
    "delete": Limit(30, 1800),
    "statuses": Limit(300, 10_800),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one endpoint."""

    world: World
    request: Request

    @property
    def path(self) -> dict[str, str]:
        """The parts of the path."""
        return self.request.path_params

    @property
    def query(self) -> dict[str, Any]:
        """The query, with `id[]` as lists."""
        return nest(self.request.query_params.multi_items())

    async def fields(self) -> dict[str, Any]:
        """Return query and body together, as Rails does. Raises ApiError."""
        try:
            return self.query | await read_fields(self.request)
        except BadBody as fault:
            raise ApiError(400, "There was a problem parsing the request body") from fault

    def guest(self) -> SandboxAccount | None:
        """Return who asks, if they sent a token. Raises ApiError for one that is not known."""
        header = self.request.headers.get("authorization")
        if header is None:
            return None
        account = by_token(self.world, header.partition(" ")[2])
        if account is None:
            raise INVALID_TOKEN
        return account

    def account(self, *windows: str) -> SandboxAccount:
        """Return who is signed in and count the request. Raises ApiError 401 or 429."""
        account = self.guest()
        if account is None:
            raise ApiError(401, "This API requires an authenticated user")
        own = account.options.get("limits", {})
        standings = [
            spend(
                self.world,
                f"{PLATFORM}:{account.name}:{window}",
                Limit(own.get(window, _LIMITS[window].points), _LIMITS[window].seconds),
            )
            for window in ("token", *windows)
        ]
        worst = tightest(standings)
        self.request.scope[EXTRA_HEADERS].update(limit_headers(worst))
        if worst.exceeded:
            raise ApiError(429, "Too many requests")
        return account


def flag(value: Any) -> bool:
    """Read a boolean from JSON or from a form."""
    return str(value).lower() in ("true", "1", "on", "t")
