"""Scheduled statuses come to life the first time anybody looks after their time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .accounts import PLATFORM
from .errors import ApiError
from .writing import create

if TYPE_CHECKING:
    from postops.sandbox.world import World


def publish_due(world: World) -> None:
    """Publish what is due; one that no longer passes its checks is lost, as upstream loses it."""
    shelf = world.shelf(PLATFORM, "scheduled")
    due = [one for one in shelf.values() if _at(one) <= world.now()]
    for stored in sorted(due, key=_at):
        del shelf[stored["id"]]
        account = world.account(PLATFORM, stored["account"])
        try:
            create(world, account, stored["fields"])
        except ApiError:
            continue


def _at(stored: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(stored["scheduled_at"])
