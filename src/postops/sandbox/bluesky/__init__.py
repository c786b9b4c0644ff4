"""Bluesky: one PDS with every account on it, and the few app-view reads clients need.

Options of an account: `handle`; `appview_lag_seconds` before app-view reads see a post; `limits`,
points per window by name (`session`, `session-day`, `blob`, `writes`, `writes-day`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .accounts import caller, new_account
from .timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.applications import Starlette
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount, World

__all__ = ["application", "caller", "costs", "expire", "new_account", "refusal", "timeline"]


def application(world: World) -> Starlette:
    """Build the XRPC application."""
    from .xrpc import build

    return build(world)


def refusal(world: World, status: int, retry_after: int | None) -> Response:
    """Answer with the error name the PDS has for `status`."""
    from .errors import refused

    return refused(world, status, retry_after)


def expire(world: World, account: str | None) -> Response:
    """End every access token the account holds; its refresh tokens stay good."""
    from .errors import XrpcError, respond
    from .tokens import end_access_tokens

    if account is not None:
        end_access_tokens(world, account)
    return respond(XrpcError(400, "ExpiredToken", "Token has expired"))


def costs(world: World, account: SandboxAccount) -> Mapping[str, Any]:  # noqa: ARG001
    """Return nothing: Bluesky charges nobody."""
    return {}
