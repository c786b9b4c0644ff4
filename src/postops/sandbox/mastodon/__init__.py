"""Mastodon: one instance with every account on it, and its look-alikes by option.

Options of an account (the instance document follows the account that asks, else the first one):
`username`; `idempotency`, "honoured" or, as on GoToSocial, Takahe and Pixelfed, "ignored";
`version`; `max_characters`, `characters_reserved_per_url`, `max_media_attachments`,
`description_limit`; `processing_seconds` of a video; `media_and_poll`, False before 4.6;
`silently_dropped`, texts a spam filter swallows; `limits`, requests per window by name
(`token`, `media`, `delete`, `statuses`).
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
    """Build the REST application."""
    from .rest import build

    return build(world)


def refusal(world: World, status: int, retry_after: int | None) -> Response:
    """Answer with the text Mastodon has for `status`."""
    from .errors import refused

    return refused(world, status, retry_after)


def expire(world: World, account: str | None) -> Response:  # noqa: ARG001
    """Answer as for a revoked token; Mastodon's tokens never run out, so the next call works."""
    from .errors import INVALID_TOKEN, respond

    return respond(INVALID_TOKEN)


def costs(world: World, account: SandboxAccount) -> Mapping[str, Any]:  # noqa: ARG001
    """Return nothing: Mastodon charges nobody."""
    return {}
