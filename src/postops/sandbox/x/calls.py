"""What every endpoint starts from: the caller, the credit left, the limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from postops.sandbox.forms import BadBody, read_json
from postops.sandbox.gate import EXTRA_HEADERS
from postops.sandbox.limits import Limit, spend

from . import oauth1
from .accounts import PLATFORM, by_bearer, oauth1_fields
from .prices import broke
from .problems import UNAUTHORIZED, Problem, invalid, limit_headers

if TYPE_CHECKING:
    from starlette.requests import Request

    from postops.sandbox.world import SandboxAccount, World

# docs:x-api/fundamentals/rate-limits, checked 2026-08-22; per user.
_LIMITS = {
    "create": Limit(100, 900),
    "delete": Limit(50, 900),
    "read": Limit(5000, 900),
    "timeline": Limit(900, 900),
    "me": Limit(75, 900),
    "media": Limit(1875, 900),
}
_DEPLETED = Problem(402, "credits depleted", "credits-depleted")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one endpoint."""

    world: World
    request: Request

    @property
    def path(self) -> dict[str, str]:
        """The parts of the path."""
        return self.request.path_params

    async def account(self, window: str) -> SandboxAccount:
        """Return who is signed in and count the request. Raises Problem 401, 402 or 429."""
        account = await self._signed_in()
        points = account.options.get("limits", {}).get(window, _LIMITS[window].points)
        limit = Limit(points, _LIMITS[window].seconds)
        standing = spend(self.world, f"{PLATFORM}:{account.name}:{window}", limit)
        self.request.scope[EXTRA_HEADERS].update(limit_headers(standing))
        if standing.exceeded:
            raise Problem(429, "Too Many Requests")
        if broke(self.world, account):
            raise _DEPLETED
        return account

    async def _signed_in(self) -> SandboxAccount:
        kind, _, rest = self.request.headers.get("authorization", "").partition(" ")
        if kind == "Bearer":
            account = by_bearer(self.world, rest)
            if account is not None:
                return account
        elif kind == "OAuth":
            fields = oauth1_fields(rest)
            account = by_bearer(self.world, fields.get("oauth_token", ""))
            body = await self.request.body()
            if account and oauth1.signed_by(self.request, body, fields, account):
                return account
        raise UNAUTHORIZED

    async def body(self) -> dict[str, Any]:
        """Return the JSON body. Raises Problem."""
        try:
            return read_json(await self.request.body())
        except BadBody as fault:
            raise invalid("The request body is not valid JSON.") from fault

    def names(self, *keys: str) -> list[str]:
        """Return a comma-separated list from the first of several query keys that is there."""
        query = self.request.query_params
        given = next((query[key] for key in keys if key in query), "")
        return [name for name in given.split(",") if name]


def closed(given: dict[str, Any], allowed: frozenset[str], where: str = "$") -> None:
    """Refuse unknown fields, as `additionalProperties: false` does. Raises Problem."""
    for name in sorted(set(given) - allowed):
        raise invalid(
            f"{where}.{name}: is not defined in the schema and the schema does not allow "
            "additional properties",
            **{name: [str(given[name])]},
        )
