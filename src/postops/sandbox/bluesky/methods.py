"""What every XRPC method starts from: who calls, with which input, within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from postops.sandbox.forms import BadBody, read_json
from postops.sandbox.gate import EXTRA_HEADERS
from postops.sandbox.limits import Limit, spend, tightest

from . import tokens
from .accounts import PLATFORM, find
from .errors import XrpcError, invalid, limit_headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from postops.sandbox.world import SandboxAccount, World

# docs:advanced-guides/rate-limits, checked 2026-08-20; points per window.
LIMITS = {
    "session": Limit(30, 300),
    "session-day": Limit(300, 86_400),
    "blob": Limit(1000, 86_400),
    "writes": Limit(5000, 3600),
    "writes-day": Limit(35_000, 86_400),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One call of one method."""

    world: World
    request: Request

    async def input(self) -> dict[str, Any]:
        """Return the JSON input. Raises XrpcError."""
        try:
            return read_json(await self.request.body())
        except BadBody as fault:
            raise invalid("Request body must be valid JSON") from fault

    def param(self, name: str) -> str:
        """Return a required query parameter. Raises XrpcError."""
        value = self.request.query_params.get(name)
        if value is None:
            raise invalid(f'Error: Params must have the property "{name}"')
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number from the query, 1 to `most`. Raises XrpcError."""
        given = self.request.query_params.get(name, str(default))
        if not given.isdecimal() or not 1 <= int(given) <= most:
            raise invalid(f"Error: {name} must be an integer between 1 and {most}")
        return int(given)

    def bearer(self) -> str:
        """Return the bearer token. Raises XrpcError."""
        kind, _, token = self.request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise XrpcError(401, "AuthMissing", "Authentication Required")
        return token

    def claims(self, scope: tokens.Scope) -> dict[str, Any]:
        """Return the claims of the token sent. Raises XrpcError: an expired one is a 400."""
        try:
            return tokens.check(self.world, self.bearer(), scope)
        except tokens.TokenFault as fault:
            raise XrpcError(400, fault.name, str(fault)) from fault

    def account(self) -> SandboxAccount:
        """Return who is signed in. Raises XrpcError."""
        return self.world.account(PLATFORM, self.claims(tokens.ACCESS)["account"])

    def own_repo(self, given: dict[str, Any]) -> SandboxAccount:
        """Return the signed-in account if `repo` names it. Raises XrpcError."""
        account = self.account()
        named = find(self.world, str(given.get("repo", "")))
        if named is None:
            raise XrpcError(403, "AccountNotFound", "Account not found")
        if named.id != account.id:
            raise XrpcError(403, "Forbidden", "Invalid repo")
        return account

    def spend(self, account: SandboxAccount, *windows: str, points: int = 1) -> None:
        """Take points from windows and tell how they stand. Raises XrpcError 429."""
        own = account.options.get("limits", {})
        standings = [
            spend(
                self.world,
                f"{PLATFORM}:{account.name}:{window}",
                Limit(own.get(window, LIMITS[window].points), LIMITS[window].seconds),
                points,
            )
            for window in windows
        ]
        worst = tightest(standings)
        self.request.scope[EXTRA_HEADERS].update(limit_headers(worst))
        if worst.exceeded:
            raise XrpcError(429, "RateLimitExceeded", "Rate Limit Exceeded")


@dataclass(frozen=True, slots=True)
class Method:
    """An XRPC method: a query (GET) or a procedure (POST)."""

    verb: str
    run: Callable[[Turn], Awaitable[Any]]
