"""Polls: what may be asked, and the answers so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import regex

from postops.sandbox.growth import reactions, share_out

from .accounts import PLATFORM
from .calls import flag
from .errors import NOT_FOUND, unprocessable, wire
from .ids import next_id

if TYPE_CHECKING:
    from postops.sandbox.world import World

# poll_options_validator.rb and poll_expiration_validator.rb, checked 2026-07-22.
_MAX_OPTIONS = 4
_MAX_OPTION = 50
_MIN_SECONDS, _MAX_SECONDS = 300, 2_629_746


def poll_of(world: World, given: dict[str, Any], edited: dict[str, Any] | None) -> dict[str, Any]:
    """Check the poll of a status, new or `edited`, and return it. Raises ApiError.

    An edited one keeps its id, and its votes unless what is asked has changed.
    """
    stripped = (str(option).strip() for option in given.get("options") or [])
    options = [option for option in stripped if option]
    if len(options) < 2:
        raise unprocessable("Poll choices must have at least two options")
    if len(options) > _MAX_OPTIONS:
        raise unprocessable(f"Poll choices can't contain more than {_MAX_OPTIONS} items")
    if any(len(regex.findall(r"\X", option)) > _MAX_OPTION for option in options):
        raise unprocessable(f"Poll choices can't be longer than {_MAX_OPTION} characters each")
    if len(set(options)) < len(options):
        raise unprocessable("Poll choices contain duplicate items")
    seconds = str(given.get("expires_in", ""))
    if not seconds.isdecimal() or int(seconds) < _MIN_SECONDS:
        raise unprocessable("Poll duration is too short")
    if int(seconds) > _MAX_SECONDS:
        raise unprocessable("Poll duration is too far into the future")
    expires = world.now() + timedelta(seconds=int(seconds))
    asked = {"options": options, "multiple": flag(given.get("multiple"))}
    old = edited["poll"] if edited else None
    # Votes are counted from here on; None is since the status was made.
    since = world.now().isoformat() if edited else None
    if old and all(old[key] == value for key, value in asked.items()):
        since = old.get("since")
    return {
        "id": old["id"] if old else next_id(world),
        **asked,
        "expires_at": expires.isoformat(),
        "since": since,
    }


def find_poll(world: World, wanted: str) -> dict[str, Any]:
    """Return the Poll entity with this id. Raises ApiError 404."""
    for status in world.shelf(PLATFORM, "statuses").values():
        if status["poll"] and status["poll"]["id"] == wanted and not status["deleted_at"]:
            return entity(world, status)
    raise NOT_FOUND


def entity(world: World, status: dict[str, Any]) -> dict[str, Any]:
    """Return the Poll entity of a status."""
    poll = status["poll"]
    expires = datetime.fromisoformat(poll["expires_at"])
    until = min(world.now(), expires)
    age = until - datetime.fromisoformat(poll.get("since") or status["created_at"])
    votes = reactions(world.seed, status["id"], age).votes
    shares = share_out(world.seed, status["id"], votes, len(poll["options"]))
    counted = zip(poll["options"], shares, strict=True)
    return {
        "id": poll["id"],
        "expires_at": wire(expires),
        "expired": world.now() >= expires,
        "multiple": poll["multiple"],
        "votes_count": votes,
        "voters_count": votes,
        "voted": True,
        "own_votes": [],
        "options": [{"title": title, "votes_count": share} for title, share in counted],
        "emojis": [],
    }
