"""Reading statuses back as a timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from postops.sandbox.world import TimelineMedia, TimelinePost

from .accounts import PLATFORM

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World


def timeline(world: World, account: SandboxAccount) -> list[TimelinePost]:
    """List statuses, oldest first, deleted ones included."""
    if world.shelf(PLATFORM, "scheduled"):
        from .scheduled import publish_due  # brings the web framework along

        publish_due(world)
    statuses = world.shelf(PLATFORM, "statuses").values()
    mine = [stored for stored in statuses if stored["account"] == account.name]
    return [_post(world, account, stored) for stored in sorted(mine, key=lambda s: int(s["id"]))]


def _post(world: World, account: SandboxAccount, stored: dict[str, Any]) -> TimelinePost:
    shelf = world.shelf(PLATFORM, "media")
    return TimelinePost(
        id=stored["id"],
        url=f"{world.origin(PLATFORM)}/@{account.handle}/{stored['id']}",
        text=stored["text"],
        created_at=datetime.fromisoformat(stored["created_at"]),
        in_reply_to=stored["in_reply_to_id"],
        media=[_attachment(world, shelf[one]) for one in stored["media_ids"]],
        deleted=stored["deleted_at"] is not None,
        raw=stored,
    )


def _attachment(world: World, stored: dict[str, Any]) -> TimelineMedia:
    return TimelineMedia(
        alt=stored["description"] or "",
        mime=stored["mime"],
        bytes=world.blobs.get(stored["digest"]),
        digest=stored["digest"],
    )
