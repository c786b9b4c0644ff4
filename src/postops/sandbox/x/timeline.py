"""Reading posts back as a timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from postops.sandbox.world import TimelineMedia, TimelinePost

from .accounts import PLATFORM

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World


def timeline(world: World, account: SandboxAccount) -> list[TimelinePost]:
    """List posts, oldest first, deleted ones included."""
    posts = world.shelf(PLATFORM, "posts")
    own = world.shelf(PLATFORM, "by_account").get(account.name, [])
    return [_post(world, account, posts[one]) for one in own]


def _post(world: World, account: SandboxAccount, post: dict[str, Any]) -> TimelinePost:
    shelf = world.shelf(PLATFORM, "media")
    return TimelinePost(
        id=post["id"],
        url=f"{world.origin(PLATFORM)}/{account.handle}/status/{post['id']}",
        text=post["text"],
        created_at=datetime.fromisoformat(post["created_at"]),
        in_reply_to=post["reply_to"],
        media=[_attachment(world, shelf[one]) for one in post["media_ids"]],
        deleted=post["deleted_at"] is not None,
        raw=post,
    )


def _attachment(world: World, stored: dict[str, Any]) -> TimelineMedia:
    return TimelineMedia(
        alt=stored["alt"] or "",
        mime=stored["mime"],
        bytes=world.blobs.get(stored["digest"]),
        digest=stored["digest"],
    )
