"""app.bsky.video.*: the video service, which turns an upload into a blob after a while."""

from __future__ import annotations

from typing import Any

from postops.sandbox.pixels import media_type

from .accounts import PLATFORM
from .cid import cid_of_bytes
from .errors import XrpcError, invalid
from .methods import Method, Turn
from .records import store_blob

# docs:tutorials/video and LX:app.bsky.embed.video, checked 2026-08-20; the quota is our own guess.
_MAX_BYTES = 300_000_000
_DAILY_VIDEOS = 25
_PROCESSING_SECONDS = 2.0


async def _limits(turn: Turn) -> Any:  # every method is awaited
    turn.bearer()
    left = {"remainingDailyVideos": _DAILY_VIDEOS, "remainingDailyBytes": 10 * _MAX_BYTES}
    return {"canUpload": True} | left


async def _upload(turn: Turn) -> Any:
    did = turn.param("did")
    turn.bearer()
    account = next((a for a in turn.world.accounts_on(PLATFORM) if a.id == did), None)
    if account is None:
        raise XrpcError(401, "UploadForbidden", "Not allowed to upload for this account")
    data = await turn.request.body()
    if len(data) > _MAX_BYTES:
        raise XrpcError(400, "VideoTooLarge", "The video is too large")
    if media_type(data) != "video/mp4":
        raise XrpcError(400, "UnsupportedContentType", "The file is not an MP4 video")
    blob = store_blob(turn, did, data, "video/mp4")
    delay = account.options.get("video_seconds", _PROCESSING_SECONDS)
    job = {
        "did": did,
        "blob": blob,
        "ready_at": turn.world.now().timestamp() + delay,
    }
    jobs = turn.world.shelf(PLATFORM, "videos")
    # The same bytes from the same account are the same job.
    name = turn.world.token("video", did, cid_of_bytes(data))[:16]
    jobs.setdefault(name, job)
    return {"jobStatus": _status(turn, name)}


async def _job_status(turn: Turn) -> Any:
    name = turn.param("jobId")
    if name not in turn.world.shelf(PLATFORM, "videos"):
        raise invalid("Job not found")
    return {"jobStatus": _status(turn, name)}


def _status(turn: Turn, name: str) -> dict[str, Any]:
    job = turn.world.shelf(PLATFORM, "videos")[name]
    told = {"jobId": name, "did": job["did"]}
    if turn.world.now().timestamp() < job["ready_at"]:
        return told | {"state": "JOB_STATE_ENCODING", "progress": 50}
    return told | {"state": "JOB_STATE_COMPLETED", "progress": 100, "blob": job["blob"]}


METHODS = {
    "app.bsky.video.getUploadLimits": Method("GET", _limits),
    "app.bsky.video.uploadVideo": Method("POST", _upload),
    "app.bsky.video.getJobStatus": Method("GET", _job_status),
}
