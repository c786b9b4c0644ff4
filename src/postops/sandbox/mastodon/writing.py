"""Making, editing and deleting statuses: every check first, then one effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import polls, text
from .accounts import PLATFORM, rules
from .calls import flag
from .errors import NOT_FOUND, ApiError, unprocessable
from .ids import next_id
from .media import attachable, described

if TYPE_CHECKING:
    from datetime import datetime

    from postops.sandbox.world import SandboxAccount, World

_VISIBILITIES = ("public", "unlisted", "private", "direct")


def create(
    world: World, account: SandboxAccount, fields: dict[str, Any], at: datetime | None = None
) -> dict[str, Any]:
    """Make a status and keep it, as of `at` or now. Raises ApiError: then nothing has happened."""
    stored = checked(world, account, fields, None) | {
        "id": next_id(world, at),
        "account": account.name,
        "created_at": (at or world.now()).isoformat(),
        "edited_at": None,
        "deleted_at": None,
        "history": [],
    }
    # A spam filter answers as if all were well and keeps nothing (antispam.rb, SilentlyDrop).
    if stored["text"] in account.options.get("silently_dropped", ()):
        return stored
    world.shelf(PLATFORM, "statuses")[stored["id"]] = stored
    world.shelf(PLATFORM, "by_account").setdefault(account.name, []).append(stored["id"])
    if stored["in_reply_to_id"]:
        answers = world.shelf(PLATFORM, "answers").setdefault(stored["in_reply_to_id"], [])
        answers.append(stored["id"])
    _attach(world, stored)
    return stored


def edit(
    world: World, account: SandboxAccount, stored: dict[str, Any], fields: dict[str, Any]
) -> dict[str, Any]:
    """Change a status in place, keeping what it said before. Raises ApiError.

    What is left out is cleared; only the language stays (update_status_service.rb).
    """
    before = {key: stored[key] for key in ("text", "spoiler_text", "media_ids", "edited_at")}
    fixed = {key: stored[key] for key in ("visibility", "in_reply_to_id")}
    wanted = {key: value for key, value in fields.items() if key not in fixed}
    wanted["language"] = fields.get("language") or stored["language"]
    changed = checked(world, account, wanted, stored) | fixed
    told = _descriptions(account, changed["media_ids"], fields.get("media_attributes") or [])
    for one, description in told.items():
        world.shelf(PLATFORM, "media")[one]["description"] = description
    stored |= changed
    stored["history"].append(before)
    stored["edited_at"] = world.now().isoformat()
    _attach(world, stored)
    return stored


def _descriptions(
    account: SandboxAccount, media_ids: list[str], attributes: list[dict[str, Any]]
) -> dict[str, str | None]:
    return {
        str(one.get("id")): described(account, one["description"])
        for one in attributes
        if str(one.get("id")) in media_ids and "description" in one
    }


def delete(world: World, stored: dict[str, Any]) -> None:
    """Take a status down; its document stays for the timeline page."""
    stored["deleted_at"] = world.now().isoformat()
    world.shelf(PLATFORM, "by_account")[stored["account"]].remove(stored["id"])


def find(world: World, wanted: str, account: SandboxAccount | None) -> dict[str, Any]:
    """Return a live status `account` may see. Raises ApiError 404."""
    stored: dict[str, Any] | None = world.shelf(PLATFORM, "statuses").get(wanted)
    if stored is None or stored["deleted_at"]:
        raise NOT_FOUND
    hidden = stored["visibility"] in ("private", "direct")
    if hidden and (account is None or account.name != stored["account"]):
        raise NOT_FOUND
    return stored


def checked(
    world: World, account: SandboxAccount, fields: dict[str, Any], old: dict[str, Any] | None
) -> dict[str, Any]:
    """What a status with these fields would hold; `old` is the one they change. Raises ApiError."""
    allowed = rules(account)
    body, spoiler = str(fields.get("status") or ""), str(fields.get("spoiler_text") or "")
    wanted = [str(one) for one in fields.get("media_ids") or []]
    # Upstream moves a lone warning into the body.
    if not body.strip() and spoiler:
        body, spoiler = spoiler, ""
    poll = fields.get("poll") if isinstance(fields.get("poll"), dict) else None
    if poll and wanted and not allowed.media_and_poll:
        raise ApiError(422, "Cannot attach both media and poll")
    media = attachable(world, account, wanted, old["id"] if old else None)
    if not body.strip() and not media:
        raise unprocessable("Text can't be blank")
    length = text.count(body, spoiler, allowed.characters_reserved_per_url)
    if length > allowed.max_characters:
        raise unprocessable(f"Text character limit of {allowed.max_characters} exceeded")
    visibility = fields.get("visibility") or "public"
    if visibility not in _VISIBILITIES:
        raise unprocessable("Visibility is not included in the list")
    _check_mentions(world, body, fields)
    return {
        "text": body,
        "spoiler_text": spoiler,
        "visibility": visibility,
        "language": fields.get("language") or "en",
        "sensitive": bool(spoiler) or flag(fields.get("sensitive")),
        "in_reply_to_id": _parent(world, account, fields.get("in_reply_to_id")),
        "media_ids": wanted,
        "poll": polls.poll_of(world, poll, old) if poll else None,
    }


def _parent(world: World, account: SandboxAccount, wanted: Any) -> str | None:
    if not wanted:
        return None
    try:
        return str(find(world, str(wanted), account)["id"])
    except ApiError as fault:
        raise ApiError(
            404, "The post you are trying to reply to does not appear to exist."
        ) from fault


def _check_mentions(world: World, body: str, fields: dict[str, Any]) -> None:
    allowed = fields.get("allowed_mentions")
    if allowed is None:
        return
    ids = {str(one) for one in allowed}
    stray = [who for who in text.mentioned(world, body) if who.id not in ids]
    if stray:
        accounts = [{"id": who.id, "acct": who.handle} for who in stray]
        raise ApiError(
            422, "Post would be sent to unexpected accounts", unexpected_accounts=accounts
        )


def _attach(world: World, stored: dict[str, Any]) -> None:
    for one in stored["media_ids"]:
        world.shelf(PLATFORM, "media")[one]["status"] = stored["id"]
