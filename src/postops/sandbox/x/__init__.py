"""X: API v2 for posts, media and metrics, with its prices and its silence about what exists.

Options of an account: `username`; `lag_seconds` until its timeline lists a post; `credits` in USD,
after which everything answers 402; `max_weighted_length`, 25000 with Premium;
`duplicate_window_seconds` (86400) and `deleted_still_counts` for duplicate rejection;
`processing_seconds` of a film; `oauth1`, True to sign requests with four secrets instead of a
bearer token; `oauth2_refresh`, True for a rotating refresh token; `limits`, requests per window by
name (`create`, `delete`, `read`, `timeline`, `me`, `media`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .accounts import caller, new_account
from .prices import costs
from .timeline import timeline

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.responses import Response

    from postops.sandbox.world import World

__all__ = ["application", "caller", "costs", "expire", "new_account", "refusal", "timeline"]


def application(world: World) -> Starlette:
    """Build the API."""
    from .api import build

    return build(world)


def refusal(world: World, status: int, retry_after: int | None) -> Response:
    """Answer with the problem X has for `status`."""
    from .problems import refused

    return refused(world, status, retry_after)


def expire(world: World, account: str | None) -> Response:
    """End a rotating access token; a fixed one is only refused this once."""
    from .problems import UNAUTHORIZED, respond
    from .tokens import end_access_token

    if account is not None:
        end_access_token(world, account)
    return respond(UNAUTHORIZED)
