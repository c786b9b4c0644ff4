"""Idempotency keys: per account, for one hour, and kept only after the status was made.

Seen on real servers: the key is looked up, the status is made, then the key is stored, with nothing
that holds the three together; with `scheduled_at` it does nothing (mastodon#30039); GoToSocial,
Takahe and Pixelfed do not look at it at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .accounts import PLATFORM, rules
from .errors import NOT_FOUND

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount

    from .calls import Call

# post_status_service.rb: setex(idempotency_key, 3_600, @status.id).
WINDOW_SECONDS = 3600


def recall(call: Call, account: SandboxAccount) -> dict[str, Any] | None:
    """Return the status an earlier request with this key made. Raises ApiError if it was deleted."""
    name = _name(call, account)
    kept = call.world.shelf(PLATFORM, "keys").get(name) if name else None
    if kept is None or call.world.now().timestamp() >= kept["at"] + WINDOW_SECONDS:
        return None
    stored: dict[str, Any] | None = call.world.shelf(PLATFORM, "statuses").get(kept["status"])
    if stored is None or stored["deleted_at"]:
        raise NOT_FOUND
    return stored


def remember(call: Call, account: SandboxAccount, stored: dict[str, Any]) -> None:
    """Keep the key of the request that made a status."""
    name = _name(call, account)
    if name:
        kept = {"status": stored["id"], "at": call.world.now().timestamp()}
        call.world.shelf(PLATFORM, "keys")[name] = kept


def _name(call: Call, account: SandboxAccount) -> str | None:
    key = call.request.headers.get("idempotency-key")
    if not key or rules(account).idempotency == "ignored":
        return None
    return f"{account.name}:{key}"
