"""Reading a repository back as a timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from postops.sandbox.world import TimelineMedia, TimelinePost

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

_POST = "app.bsky.feed.post/"


def timeline(world: World, account: SandboxAccount) -> list[TimelinePost]:
    """List posts, oldest first. A post deleted and written again is there twice."""
    repo = world.shelf("bluesky", "repos").get(account.id, {"records": {}, "gone": []})
    alive = [(path, entry, False) for path, entry in repo["records"].items()]
    dead = [(entry["path"], entry, True) for entry in repo["gone"]]
    posts = [
        _post(world, account, path, entry, deleted=deleted)
        for path, entry, deleted in alive + dead
        if path.startswith(_POST)
    ]
    return sorted(posts, key=lambda post: (post.created_at, not post.deleted, post.id))


def _post(
    world: World, account: SandboxAccount, path: str, entry: dict[str, Any], *, deleted: bool
) -> TimelinePost:
    value = entry["value"]
    reply = value.get("reply")
    return TimelinePost(
        id=f"at://{account.id}/{path}",
        url=f"{world.origin('bluesky')}/profile/{account.handle}/post/{path.rpartition('/')[2]}",
        text=value.get("text", ""),
        created_at=datetime.fromisoformat(entry["indexed_at"]),
        in_reply_to=reply["parent"]["uri"] if reply else None,
        media=media(world, account, value.get("embed") or {}),
        deleted=deleted,
        raw=value,
    )


def media(world: World, account: SandboxAccount, embed: dict[str, Any]) -> list[TimelineMedia]:
    """List the pictures and films of an embed, those beside a quote included."""
    blobs = world.shelf("bluesky", "repos", account.id)["blobs"]
    inner = embed.get("media", embed)
    shown = [*inner.get("images", []), *inner.get("items", [])]
    if "video" in inner:
        shown.append({"image": inner["video"], "alt": inner.get("alt", "")})
    return [_attachment(world, blobs, element) for element in shown]


def _attachment(world: World, blobs: dict[str, Any], element: dict[str, Any]) -> TimelineMedia:
    stored = blobs[element["image"]["ref"]["$link"]]
    digest = stored["digest"]
    return TimelineMedia(
        alt=element.get("alt", ""),
        mime=stored["mime"],
        bytes=world.blobs.get(digest),
        digest=digest,
    )
