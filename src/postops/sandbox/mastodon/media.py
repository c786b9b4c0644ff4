"""Media attachments: uploads, processing, descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from postops.sandbox.forms import Upload
from postops.sandbox.pixels import gif_frames, media_type, size

from .accounts import PLATFORM, rules
from .errors import NOT_FOUND, ApiError, unprocessable
from .ids import next_id
from .instance import (
    AUDIO_TYPES,
    GIF_PIXELS,
    IMAGE_BYTES,
    IMAGE_PIXELS,
    IMAGE_TYPES,
    VIDEO_BYTES,
    VIDEO_TYPES,
)

if TYPE_CHECKING:
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount, World

    from .calls import Call


async def upload_1(call: Call) -> Response:
    """POST /api/v1/media: waits for processing, so it is always ready."""
    stored = await _store(call)
    stored["ready_at"] = call.world.now().timestamp()
    return JSONResponse(entity(call.world, stored))


async def upload_2(call: Call) -> Response:
    """POST /api/v2/media: 200 when ready, 202 while a film is processed."""
    stored = await _store(call)
    status = 200 if ready(call.world, stored) else 202
    return JSONResponse(entity(call.world, stored), status_code=status)


async def show(call: Call) -> Response:  # every endpoint is awaited
    """GET /api/v1/media/:id: 206 while it is processed."""
    stored = _own(call.world, call.account(), call.path["id"])
    status = 200 if ready(call.world, stored) else 206
    return JSONResponse(entity(call.world, stored), status_code=status)


async def update(call: Call) -> Response:
    """PUT /api/v1/media/:id: only before it is attached."""
    account = call.account()
    stored = _own(call.world, account, call.path["id"])
    if stored["status"] is not None:
        raise NOT_FOUND
    fields = await call.fields()
    if "description" in fields:
        stored["description"] = described(account, fields["description"])
    stored["focus"] = fields.get("focus", stored["focus"])
    return JSONResponse(entity(call.world, stored))


def described(account: SandboxAccount, text: Any) -> str | None:
    """Check a description against the instance's limit. Raises ApiError."""
    if not text:
        return None
    limit = rules(account).description_limit
    if len(str(text)) > limit:
        raise unprocessable(f"Description is too long (maximum is {limit} characters)")
    return str(text)


async def _store(call: Call) -> dict[str, Any]:
    account = call.account("media")
    fields = await call.fields()
    file = fields.get("file")
    if not isinstance(file, Upload):
        raise unprocessable("File can't be blank")
    mime = media_type(file.data) or file.mime
    kind, pixels = _kind(mime, file.data), size(file.data)
    _check_pixels(mime, pixels)
    wait = rules(account).processing_seconds if kind in ("video", "gifv") else 0.0
    stored: dict[str, Any] = {
        "id": next_id(call.world),
        "account": account.name,
        "digest": call.world.blobs.put(file.data),
        "mime": mime,
        "kind": kind,
        "pixels": pixels,
        "description": described(account, fields.get("description")),
        "focus": fields.get("focus"),
        "status": None,
        "scheduled": None,
        "ready_at": call.world.now().timestamp() + wait,
    }
    call.world.shelf(PLATFORM, "media")[stored["id"]] = stored
    return stored


def _kind(mime: str, data: bytes) -> str:
    if mime in IMAGE_TYPES:
        # Only a GIF that moves is made a film.
        moves = mime == "image/gif" and gif_frames(data) > 1
        kind, most = ("gifv" if moves else "image"), IMAGE_BYTES
    elif mime in VIDEO_TYPES:
        kind, most = "video", VIDEO_BYTES
    elif mime in AUDIO_TYPES:
        kind, most = "audio", VIDEO_BYTES
    else:
        raise unprocessable("File content type is invalid, File is invalid")
    if len(data) >= most:
        raise unprocessable(f"File file size must be less than {most // 1_048_576} MB")
    return kind


def _check_pixels(mime: str, pixels: tuple[int, int] | None) -> None:
    if pixels is None or mime not in IMAGE_TYPES:
        return
    width, height = pixels
    # The limit of a GIF is that of a still one too.
    if width * height > (GIF_PIXELS if mime == "image/gif" else IMAGE_PIXELS):
        raise ApiError(422, f"{width}x{height} images are not supported")


def _own(world: World, account: SandboxAccount, wanted: str) -> dict[str, Any]:
    stored: dict[str, Any] | None = world.shelf(PLATFORM, "media").get(wanted)
    if stored is None or stored["account"] != account.name:
        raise NOT_FOUND
    return stored


def ready(world: World, stored: dict[str, Any]) -> bool:
    """Say whether processing is over."""
    return bool(world.now().timestamp() >= stored["ready_at"])


def attachable(
    world: World, account: SandboxAccount, wanted: list[str], status: str | None
) -> list[dict[str, Any]]:
    """Return the attachments a status wants. Raises ApiError.

    An attachment belongs to one status for good, or to a scheduled one until that is taken back or
    published; `status` is the one being edited.
    """
    limit = rules(account).max_media_attachments
    if len(wanted) > limit:
        raise ApiError(422, f"Cannot attach more than {limit} files")
    shelf = world.shelf(PLATFORM, "media")
    found = [shelf.get(str(one)) for one in wanted]
    lost = [
        str(one)
        for one, stored in zip(wanted, found, strict=True)
        if stored is None
        or stored["account"] != account.name
        or stored["status"] not in (None, status)
        or stored.get("scheduled")
    ]
    if lost:
        raise ApiError(
            422, f"Media {', '.join(lost)} not found or already attached to another post"
        )
    media = [stored for stored in found if stored is not None]
    if len(media) > 1 and any(stored["kind"] != "image" for stored in media):
        raise ApiError(422, "Cannot attach a video to a post that already contains images")
    if not all(ready(world, stored) for stored in media):
        raise ApiError(
            422, "Cannot attach files that have not finished processing. Try again in a moment!"
        )
    return media


def reserve(world: World, wanted: list[str], scheduled: str | None) -> None:
    """Keep attachments for a scheduled status, or for none any more."""
    for one in wanted:
        world.shelf(PLATFORM, "media")[one]["scheduled"] = scheduled


def entity(world: World, stored: dict[str, Any]) -> dict[str, Any]:
    """Return the MediaAttachment; without URLs until it is ready."""
    url = f"{world.origin(PLATFORM)}/media/{stored['digest']}"
    done = ready(world, stored)
    original = {}
    if stored["pixels"]:
        width, height = stored["pixels"]
        original = {"width": width, "height": height, "size": f"{width}x{height}"}
    return {
        "id": stored["id"],
        "type": stored["kind"] if done else "unknown",
        "url": url if done else None,
        "preview_url": url if done else None,
        "remote_url": None,
        "meta": {"original": original, "small": original} if original else {},
        "description": stored["description"],
        "blurhash": None,
    }


async def file(call: Call) -> Response:
    """Serve the bytes behind an attachment's URL."""
    from starlette.responses import Response

    digest = call.path["digest"]
    known = (m for m in call.world.shelf(PLATFORM, "media").values() if m["digest"] == digest)
    stored = next(known, None)
    if stored is None:
        raise ApiError(404, "Record not found")
    return Response(call.world.blobs.get(digest), media_type=stored["mime"])
