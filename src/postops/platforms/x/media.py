"""Uploading media: pictures in one piece, video and GIFs in chunks, then the description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.errors import NotSent, Rejected
from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.model import MediaFile
    from postops.platforms._answers import Answer
    from postops.platforms.x.platform import X

CHUNK = 4 * 1024 * 1024
_CATEGORIES = {"image": "tweet_image", "gif": "tweet_gif", "video": "tweet_video"}
_PATIENCE = 600.0
_PAUSE = 5


async def upload(platform: X, file: MediaFile) -> str:
    """Upload a file with its description; its id once it can be posted. May be repeated."""
    kind = file.media.facts.kind if file.media.facts else "other"
    category = _CATEGORIES.get(kind)
    if category is None:
        raise Rejected(f"x: {file.media.path} is neither picture nor video")
    if kind == "image":
        media_id = await _whole(platform, file, category)
    else:
        media_id = await _chunked(platform, file, category)
    # Video has subtitles instead: the description of a video is refused.
    if file.media.alt and kind != "video":
        await platform.send(
            f"describing {file.media.path}",
            "POST",
            "/2/media/metadata",
            json={"id": media_id, "metadata": {"alt_text": {"text": file.media.alt}}},
        )
    return media_id


async def _whole(platform: X, file: MediaFile, category: str) -> str:
    answer = await platform.send(
        f"uploading {file.media.path}",
        "POST",
        "/2/media/upload",
        data={"media_category": category},
        files={"media": ("media", file.read(), _mime(file))},
        upload=True,
    )
    return answer.get("data", "id", of=str)


async def _chunked(platform: X, file: MediaFile, category: str) -> str:
    what, data = f"uploading {file.media.path}", file.read()
    begin = {"media_type": _mime(file), "total_bytes": len(data), "media_category": category}
    answer = await platform.send(what, "POST", "/2/media/upload/initialize", json=begin)
    media_id = answer.get("data", "id", of=str)
    if not media_id.isdigit():
        raise answer.unreadable("the upload's id is no number")
    place = f"/2/media/upload/{media_id}"
    for segment, start in enumerate(range(0, len(data), CHUNK)):
        await platform.send(
            what,
            "POST",
            f"{place}/append",
            data={"segment_index": str(segment)},
            files={"media": ("media", data[start : start + CHUNK], "application/octet-stream")},
            upload=True,
        )
    answer = await platform.send(what, "POST", f"{place}/finalize")
    await _processed(platform, answer, media_id, file.media.path)
    return media_id


async def _processed(platform: X, answer: Answer, media_id: str, path: str) -> None:
    """Wait until X has converted a file, as long as it asks for, ten minutes at most."""
    waited = 0.0
    while info := dig(answer.document, "data", "processing_info", of=dict):
        state = dig(info, "state", of=str)
        if state == "succeeded":
            return
        if state == "failed":
            raise Rejected(f"x: X could not convert {path}{_reason(info)}")
        pause = float(max(1, min(dig(info, "check_after_secs", of=int) or _PAUSE, 60)))
        if platform.wait is None or waited + pause > _PATIENCE:
            raise NotSent(f"x: {path} is still being processed by X")
        await platform.wait(pause)
        waited += pause
        answer = await platform.send(
            f"waiting for {path}",
            "GET",
            "/2/media/upload",
            params={"command": "STATUS", "media_id": media_id},
        )


def _reason(info: dict[str, Any]) -> str:
    from postops.platforms._answers import printable

    said = dig(info, "error", "message", of=str) or dig(info, "error", "name", of=str)
    return f" ({printable(said)})" if said else ""


def _mime(file: MediaFile) -> str:
    return file.media.facts.mime if file.media.facts else "application/octet-stream"
