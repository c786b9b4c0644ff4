"""Statuses and accounts as clients see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from postops.sandbox.growth import reactions

from . import media, polls, text
from .accounts import PLATFORM
from .errors import wire

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World


def account(world: World, who: SandboxAccount) -> dict[str, Any]:
    """Return the Account entity."""
    url = f"{world.origin(PLATFORM)}/@{who.handle}"
    picture = f"{world.origin(PLATFORM)}/avatars/original/missing.png"
    joined = datetime.fromtimestamp((int(who.id) >> 16) / 1000, tz=world.now().tzinfo)
    own = world.shelf(PLATFORM, "by_account").get(who.name, [])
    return {
        "id": who.id,
        "username": who.handle,
        "acct": who.handle,
        "display_name": who.name,
        "locked": False,
        "bot": True,
        "group": False,
        "discoverable": False,
        "indexable": False,
        "hide_collections": None,
        "created_at": wire(joined),
        "note": "",
        "url": url,
        "uri": f"{world.origin(PLATFORM)}/users/{who.handle}",
        "avatar": picture,
        "avatar_static": picture,
        "header": picture,
        "header_static": picture,
        "followers_count": reactions(world.seed, who.id, timedelta(days=30)).impressions,
        "following_count": 0,
        "statuses_count": len(own),
        "last_status_at": None,
        "emojis": [],
        "fields": [],
        "roles": [],
    }


def credential_account(world: World, who: SandboxAccount) -> dict[str, Any]:
    """Return the CredentialAccount entity."""
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": "en",
        "note": "",
        "fields": [],
        "follow_requests_count": 0,
        "quote_policy": "public",
    }
    role = {"id": "-99", "name": "", "color": "", "permissions": "0", "highlighted": False}
    return account(world, who) | {"source": source, "role": role}


def status(world: World, stored: dict[str, Any]) -> dict[str, Any]:
    """Return the Status entity with today's counts."""
    who = world.account(PLATFORM, stored["account"])
    created = datetime.fromisoformat(stored["created_at"])
    edited = stored["edited_at"]
    grown = reactions(world.seed, stored["id"], world.now() - created)
    origin, handle = world.origin(PLATFORM), who.handle
    statuses = world.shelf(PLATFORM, "statuses")
    parent = statuses.get(stored["in_reply_to_id"])
    shelf = world.shelf(PLATFORM, "media")
    return {
        "id": stored["id"],
        "created_at": wire(created),
        "edited_at": wire(datetime.fromisoformat(edited)) if edited else None,
        "in_reply_to_id": stored["in_reply_to_id"],
        "in_reply_to_account_id": (
            world.account(PLATFORM, parent["account"]).id if parent else None
        ),
        "sensitive": stored["sensitive"],
        "spoiler_text": stored["spoiler_text"],
        "visibility": stored["visibility"],
        "language": stored["language"],
        "uri": f"{origin}/users/{handle}/statuses/{stored['id']}",
        "url": f"{origin}/@{handle}/{stored['id']}",
        "replies_count": grown.replies + replies(world, stored["id"]),
        "reblogs_count": grown.reposts,
        "favourites_count": grown.likes,
        "quotes_count": grown.quotes,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
        "content": text.to_html(world, stored["text"]),
        "filtered": [],
        "reblog": None,
        "quote": None,
        "application": {"name": "postops sandbox", "website": None},
        "account": account(world, who),
        "media_attachments": [media.entity(world, shelf[one]) for one in stored["media_ids"]],
        "mentions": [_mention(world, one) for one in text.mentioned(world, stored["text"])],
        "tags": [
            {"name": tag, "url": f"{origin}/tags/{tag}"} for tag in text.hashtags(stored["text"])
        ],
        "emojis": [],
        "card": None,
        "poll": polls.entity(world, stored) if stored["poll"] else None,
    }


def replies(world: World, wanted: str) -> int:
    """Count live replies to a status."""
    statuses = world.shelf(PLATFORM, "statuses")
    answers = world.shelf(PLATFORM, "answers").get(wanted, [])
    return sum(not statuses[one]["deleted_at"] for one in answers)


def _mention(world: World, who: SandboxAccount) -> dict[str, Any]:
    url = f"{world.origin(PLATFORM)}/@{who.handle}"
    return {"id": who.id, "username": who.handle, "url": url, "acct": who.handle}


def scheduled(world: World, stored: dict[str, Any]) -> dict[str, Any]:
    """Return the ScheduledStatus entity: it has no URL, for there is no status yet."""
    fields = stored["fields"]
    shelf = world.shelf(PLATFORM, "media")
    names = ("spoiler_text", "language", "in_reply_to_id", "sensitive", "poll")
    told = {name: fields.get(name) for name in names}
    attached = fields.get("media_ids") or []
    return {
        "id": stored["id"],
        "scheduled_at": wire(datetime.fromisoformat(stored["scheduled_at"])),
        "params": {
            "text": fields.get("status", ""),
            "visibility": fields.get("visibility", "public"),
            "media_ids": attached or None,
            "idempotency": None,
            "application_id": 1,
            "scheduled_at": None,
            "with_rate_limit": False,
            **told,
        },
        "media_attachments": [media.entity(world, shelf[str(one)]) for one in attached],
    }
