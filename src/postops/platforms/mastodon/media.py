"""Uploading media and waiting until the server has converted them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from postops.errors import NotSent

if TYPE_CHECKING:
    from postops.model import MediaFile
    from postops.platforms.mastodon.platform import Mastodon

# Seconds between two looks; the last one repeats until `_PATIENCE` is used up.
_PAUSES = (1.0, 2.0, 3.0, 5.0)
_PATIENCE = 300.0


async def upload(platform: Mastodon, file: MediaFile) -> str:
    """Upload a file with its description and focus; its id once it can be attached.

    Raises the error tree; `NotSent` where the server is still at work after five minutes.
    """
    facts, path = file.media.facts, PurePosixPath(file.media.path)
    mime = facts.mime if facts else "application/octet-stream"
    answer = await platform.send(
        f"uploading {file.media.path}",
        "POST",
        "/api/v2/media",
        files={"file": (path.name, file.read(), mime)},
        data=media_fields(file),
        upload=True,
    )
    media_id = answer.id("id")
    if answer.status == 202:
        await _processed(platform, media_id, file.media.path)
    return media_id


def media_fields(file: MediaFile) -> dict[str, str]:
    """Description and focus, as the API wants them."""
    fields = {"description": file.media.alt or ""}
    if file.media.focus is not None:
        x, y = file.media.focus
        fields["focus"] = f"{x:.2f},{y:.2f}"
    return fields


async def _processed(platform: Mastodon, media_id: str, path: str) -> None:
    waited, look = 0.0, 0
    while platform.wait is not None and waited < _PATIENCE:
        pause = _PAUSES[min(look, len(_PAUSES) - 1)]
        await platform.wait(pause)
        waited, look = waited + pause, look + 1
        answer = await platform.send(f"waiting for {path}", "GET", f"/api/v1/media/{media_id}")
        if answer.status == 200:
            return
    raise NotSent(f"mastodon: {path} is still being processed by the server")
