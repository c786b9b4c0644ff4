"""Media: one-shot and chunked uploads, processing, alt texts."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from postops.sandbox.forms import BadBody, Upload, read_fields
from postops.sandbox.pixels import media_type, size

from .accounts import PLATFORM
from .calls import Call, closed
from .ids import next_id
from .prices import charge
from .problems import NOT_PERMITTED, Problem, invalid

if TYPE_CHECKING:
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount, World

# docs:x-api/media/introduction and quickstart/best-practices, checked 2026-08-22.
_MAX_BYTES = {"tweet_image": 5_242_880, "tweet_gif": 15_728_640, "tweet_video": 536_870_912}
_CATEGORIES = frozenset(
    {*_MAX_BYTES, "amplify_video", "dm_image", "dm_video", "dm_gif", "subtitles"}
)
_MAX_ALT = 1000
_MAX_CHUNK = 5_242_880
_UPLOAD_SECONDS, _READY_SECONDS = 1_295_999, 86_400
_PROCESSING_SECONDS = 2.0
_IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_GIFS = frozenset({"image/gif"})
# OAS InitializeMediaUploadRequest; a subtitle file has no first bytes to know it by.
_FILMS = frozenset({"video/mp4", "video/quicktime", "video/webm"})
_TYPES = {
    "tweet_image": _IMAGES,
    "dm_image": _IMAGES,
    "tweet_gif": _GIFS,
    "dm_gif": _GIFS,
    "subtitles": frozenset[str](),
}


async def upload(call: Call) -> Response:
    """POST /2/media/upload: a whole file at once, as multipart or as base64 in JSON."""
    account = await call.account("media")
    fields = await _fields(call)
    closed(
        fields, frozenset({"media", "media_category", "additional_owners", "media_type", "shared"})
    )
    category, data = fields.get("media_category"), _bytes(fields.get("media"))
    if category not in _CATEGORIES:
        raise invalid("$.media_category: does not have a value in the enumeration")
    stored = _new(call.world, account, str(category))
    _finish(call.world, account, stored, data)
    return JSONResponse({"data": _told(call.world, stored)})


async def initialize(call: Call) -> Response:
    """POST /2/media/upload/initialize."""
    account = await call.account("media")
    given = await call.body()
    allowed = {"media_category", "media_type", "total_bytes", "shared", "additional_owners"}
    closed(given, frozenset(allowed))
    category, total = given.get("media_category", "tweet_image"), given.get("total_bytes")
    if category not in _CATEGORIES:
        raise invalid("$.media_category: does not have a value in the enumeration")
    if not isinstance(total, int) or total < 1:
        raise invalid("$.total_bytes: must be a positive integer")
    if total > _MAX_BYTES.get(category, total):
        raise invalid(f"$.total_bytes: {total} is too large for {category}")
    stored = _new(call.world, account, category) | {"total": total}
    call.world.shelf(PLATFORM, "media")[stored["id"]] = stored
    told = {"id": stored["id"], "media_key": _key(stored), "expires_after_secs": _UPLOAD_SECONDS}
    return JSONResponse({"data": told})


async def append(call: Call) -> Response:
    """POST /2/media/upload/:id/append: a segment again replaces the one before."""
    account = await call.account("media")
    stored = _own(call.world, account, call.path["id"])
    fields = await _fields(call)
    closed(fields, frozenset({"media", "segment_index"}))
    index, data = str(fields.get("segment_index", "")), _bytes(fields.get("media"))
    if not index.isdecimal() or int(index) > 999:
        raise invalid("$.segment_index: must be between 0 and 999")
    if len(data) > _MAX_CHUNK:
        raise invalid("$.media: the segment is too large")
    if stored["digest"] is not None:
        raise invalid("The upload is already finalized.")
    stored["segments"][index] = call.world.blobs.put(data)
    expires = int(call.world.now().timestamp()) + _UPLOAD_SECONDS
    return JSONResponse({"data": {"expires_at": expires}})


async def finalize(call: Call) -> Response:
    """POST /2/media/upload/:id/finalize: a second one gives the same answer."""
    account = await call.account("media")
    stored = _own(call.world, account, call.path["id"])
    if stored["digest"] is None:
        order = sorted(stored["segments"], key=int)
        data = b"".join(call.world.blobs.get(stored["segments"][index]) for index in order)
        if len(data) != stored["total"]:
            raise invalid(f"Segments do not add up to provided total file size {stored['total']}.")
        _finish(call.world, account, stored, data)
    return JSONResponse({"data": _told(call.world, stored)})


async def status(call: Call) -> Response:
    """GET /2/media/upload?command=STATUS."""
    account = await call.account("media")
    query = call.request.query_params
    if query.get("command", "STATUS") != "STATUS":
        raise invalid("command must be STATUS")
    stored = _own(call.world, account, query.get("media_id", ""))
    return JSONResponse({"data": _told(call.world, stored)})


async def metadata(call: Call) -> Response:
    """POST /2/media/metadata: the alt text."""
    account = await call.account("media")
    given = await call.body()
    stored = _own(call.world, account, str(given.get("id", "")))
    told = given.get("metadata") or {}
    alt = (told.get("alt_text") or {}).get("text")
    if alt is not None and (not isinstance(alt, str) or len(alt) > _MAX_ALT):
        raise invalid(f"$.metadata.alt_text.text: must be at most {_MAX_ALT} characters long")
    stored["alt"] = alt if alt is not None else stored["alt"]
    charge(call.world, account, "metadata")
    return JSONResponse({"data": {"id": stored["id"], "associated_metadata": told}})


def attachable(world: World, account: SandboxAccount, wanted: list[str]) -> None:
    """Check that these media may stand together in a post. Raises Problem."""
    shelf = world.shelf(PLATFORM, "media")
    found = [shelf.get(one) for one in wanted]
    for stored in found:
        if stored is None or stored["account"] != account.name or stored["digest"] is None:
            raise invalid("Your media IDs are invalid.")
        if world.now().timestamp() >= stored["expires_at"]:
            raise invalid("Your media IDs are invalid.")
        if not _ready(world, stored):
            raise invalid("Your media IDs are invalid: processing has not finished.")
    kinds = {stored["kind"] for stored in found if stored}
    if len(found) > 1 and kinds != {"photo"}:
        raise NOT_PERMITTED


def entity(world: World, stored: dict[str, Any]) -> dict[str, Any]:
    """Return the Media object of an expansion, with every field."""
    width, height = stored["pixels"] or (1280, 720)
    return {
        "media_key": _key(stored),
        "type": stored["kind"],
        "alt_text": stored["alt"],
        "url": f"{world.origin(PLATFORM)}/media/{stored['digest']}",
        "width": width,
        "height": height,
    }


async def file(call: Call) -> Response:  # every endpoint is awaited
    """Serve the bytes behind a media URL."""
    from starlette.responses import Response

    digest = call.path["digest"]
    known = (m for m in call.world.shelf(PLATFORM, "media").values() if m["digest"] == digest)
    stored = next(known, None)
    if stored is None:
        raise Problem(404, "Not Found", "resource-not-found")
    return Response(call.world.blobs.get(digest), media_type=stored["mime"])


async def _fields(call: Call) -> dict[str, Any]:
    try:
        return await read_fields(call.request)
    except BadBody as fault:
        raise invalid("The request body cannot be read.") from fault


def _bytes(given: Any) -> bytes:
    if isinstance(given, Upload):
        return given.data
    try:
        return base64.b64decode(str(given or ""), validate=True)
    except binascii.Error as fault:
        raise invalid("$.media: is neither a file nor base64") from fault


def _new(world: World, account: SandboxAccount, category: str) -> dict[str, Any]:
    return {
        "id": next_id(world),
        "account": account.name,
        "category": category,
        "segments": {},
        "total": 0,
        "digest": None,
        "mime": None,
        "kind": None,
        "pixels": None,
        "alt": None,
        "ready_at": 0.0,
        "expires_at": world.now().timestamp() + _UPLOAD_SECONDS,
    }


def _finish(world: World, account: SandboxAccount, stored: dict[str, Any], data: bytes) -> None:
    mime, category = media_type(data), stored["category"]
    film = category in ("tweet_video", "amplify_video", "tweet_gif")
    if mime not in _TYPES.get(category, _FILMS):
        raise invalid("media type unrecognized.")
    if len(data) > _MAX_BYTES.get(category, len(data)):
        raise invalid(f"The file is too large for {category}.")
    kinds = {"tweet_image": "photo", "tweet_gif": "animated_gif"}
    wait = account.options.get("processing_seconds", _PROCESSING_SECONDS) if film else 0.0
    now = world.now().timestamp()
    stored |= {
        "digest": world.blobs.put(data),
        "mime": mime,
        "kind": kinds.get(category, "video"),
        "pixels": size(data),
        "total": len(data),
        "segments": {},
        "ready_at": now + wait,
        "expires_at": now + _READY_SECONDS,
    }
    world.shelf(PLATFORM, "media")[stored["id"]] = stored


def _told(world: World, stored: dict[str, Any]) -> dict[str, Any]:
    told = {
        "id": stored["id"],
        "media_key": _key(stored),
        "size": stored["total"],
        "expires_after_secs": _READY_SECONDS,
    }
    if stored["kind"] == "photo" and stored["pixels"]:
        width, height = stored["pixels"]
        told["image"] = {"image_type": stored["mime"], "w": width, "h": height}
    if stored["kind"] in ("video", "animated_gif"):
        told["processing_info"] = _processing(world, stored)
    return told


def _processing(world: World, stored: dict[str, Any]) -> dict[str, Any]:
    left = stored["ready_at"] - world.now().timestamp()
    if left <= 0:
        return {"state": "succeeded", "progress_percent": 100}
    return {"state": "in_progress", "check_after_secs": max(1, int(left)), "progress_percent": 50}


def _ready(world: World, stored: dict[str, Any]) -> bool:
    return bool(world.now().timestamp() >= stored["ready_at"])


def _own(world: World, account: SandboxAccount, wanted: str) -> dict[str, Any]:
    stored: dict[str, Any] | None = world.shelf(PLATFORM, "media").get(wanted)
    if stored is None or stored["account"] != account.name:
        raise Problem(404, f"Could not find media with id: [{wanted}].", "resource-not-found")
    return stored


def _key(stored: dict[str, Any]) -> str:
    return f"3_{stored['id']}"
