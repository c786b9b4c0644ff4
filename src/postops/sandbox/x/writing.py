"""Making and deleting posts: the schema first, then the policies, then one effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from postops.sandbox.links import find_links

from .accounts import PLATFORM
from .calls import Call, closed
from .ids import next_id
from .media import attachable
from .prices import charge
from .problems import NOT_PERMITTED, Problem, invalid
from .render import cashtags, mentions, shown
from .weight import is_valid

if TYPE_CHECKING:
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount, World

# OAS CreatePostsRequest, info.version 2.167.
_FIELDS = frozenset(
    [
        "card_uri",
        "community_id",
        "direct_message_deep_link",
        "edit_options",
        "for_super_followers_only",
        "geo",
        "made_with_ai",
        "media",
        "nullcast",
        "paid_partnership",
        "poll",
        "quote_tweet_id",
        "reply",
        "reply_settings",
        "share_with_followers",
        "text",
    ]
)
_INNER = {
    "media": frozenset(
        {"media_ids", "tagged_user_ids", "call_to_actions", "embeddable", "preview_media_id"}
    ),
    "poll": frozenset({"options", "duration_minutes", "reply_settings"}),
    "reply": frozenset(
        {"in_reply_to_tweet_id", "auto_populate_reply_metadata", "exclude_reply_user_ids"}
    ),
    "edit_options": frozenset({"previous_post_id"}),
    "geo": frozenset({"place_id"}),
}
_REPLY_SETTINGS = frozenset({"following", "mentionedUsers", "subscribers", "verified"})
_MAX_WEIGHT = 280
_DUPLICATE_SECONDS = 86_400


async def create(call: Call) -> Response:
    """POST /2/tweets."""
    account = await call.account("create")
    given = await call.body()
    post = _checked(call.world, account, given)
    _refuse_duplicate(call.world, account, post)
    post |= {
        "id": next_id(call.world),
        "account": account.name,
        "created_at": call.world.now().isoformat(),
        "deleted_at": None,
    }
    posts = call.world.shelf(PLATFORM, "posts")
    parent = posts.get(post["reply_to"])
    post["conversation"] = parent["conversation"] if parent else post["id"]
    if parent:
        parent["replies"] += 1
    posts[post["id"]] = post
    call.world.shelf(PLATFORM, "by_account").setdefault(account.name, []).append(post["id"])
    if not post["media_ids"]:
        _said(call.world, account)[post["text"]] = post["id"]
    linked = find_links(post["text"])
    charge(call.world, account, "post with link" if linked else "post")
    data = {
        "id": post["id"],
        "text": shown(call.world, account, post)["text"],
        "edit_history_post_ids": [post["id"]],
    }
    return JSONResponse({"data": data}, status_code=201)


async def delete(call: Call) -> Response:
    """DELETE /2/tweets/:id."""
    account = await call.account("delete")
    post = call.world.shelf(PLATFORM, "posts").get(call.path["id"])
    if post is None or post["deleted_at"]:
        raise Problem(
            404, f"Could not find post with id: [{call.path['id']}].", "resource-not-found"
        )
    if post["account"] != account.name:
        raise Problem(403, "You are not authorized to delete this Post.")
    charge(call.world, account, "delete")
    post["deleted_at"] = call.world.now().isoformat()
    parent = call.world.shelf(PLATFORM, "posts").get(post["reply_to"])
    if parent:
        parent["replies"] -= 1
    return JSONResponse({"data": {"deleted": True}})


def _checked(world: World, account: SandboxAccount, given: dict[str, Any]) -> dict[str, Any]:
    _check_schema(given)
    text = given.get("text", "")
    media_ids = [str(one) for one in given.get("media", {}).get("media_ids", [])]
    if not text and not media_ids:
        raise invalid("$: text or media is required")
    _check_text(account, text)
    if given.get("quote_tweet_id"):
        raise Problem(
            403,
            "Quoting this post is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are quoting.",
        )
    poll = _poll(given.get("poll"))
    if poll and media_ids:
        raise invalid("$.poll: a post has either a poll or media")
    attachable(world, account, media_ids)
    return {
        "text": text,
        "media_ids": media_ids,
        "poll": poll,
        "reply_to": _parent(world, account, given.get("reply")),
        "reply_settings": given.get("reply_settings", "everyone"),
        "replies": 0,
    }


def _check_schema(given: dict[str, Any]) -> None:
    closed(given, _FIELDS)
    for name, allowed in _INNER.items():
        inner = given.get(name)
        if inner is None:
            continue
        if not isinstance(inner, dict):
            raise invalid(f"$.{name}: must be an object")
        closed(inner, allowed, f"$.{name}")
    if not isinstance(given.get("text", ""), str):
        raise invalid("$.text: must be a string")
    if given.get("reply_settings", "verified") not in _REPLY_SETTINGS:
        raise invalid("$.reply_settings: does not have a value in the enumeration")
    media = given.get("media")
    if media is not None and not 1 <= len(media.get("media_ids") or []) <= 4:
        raise invalid("$.media.media_ids: must have 1 to a maximum of 4 items in the array")


def _check_text(account: SandboxAccount, text: str) -> None:
    most = account.options.get("max_weighted_length", _MAX_WEIGHT)
    if text and not is_valid(text, most):
        raise NOT_PERMITTED
    if len(cashtags(text)) > 1:
        raise invalid("Posts are limited to a maximum of one cashtag.")


def _poll(given: dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    options, minutes = given.get("options"), given.get("duration_minutes")
    if not isinstance(options, list) or not 2 <= len(options) <= 4:
        raise invalid("$.poll.options: must have 2 to 4 items in the array")
    if not all(isinstance(option, str) and 1 <= len(option) <= 25 for option in options):
        raise invalid("$.poll.options: must be 1 to 25 characters long")
    if not isinstance(minutes, int) or not 5 <= minutes <= 10_080:
        raise invalid("$.poll.duration_minutes: must be between 5 and 10080")
    return {"options": options, "minutes": minutes}


def _parent(world: World, account: SandboxAccount, reply: dict[str, Any] | None) -> str | None:
    if reply is None:
        return None
    wanted = str(reply.get("in_reply_to_tweet_id", ""))
    parent = world.shelf(PLATFORM, "posts").get(wanted)
    if parent is None or parent["deleted_at"]:
        raise Problem(404, f"Could not find post with id: [{wanted}].", "resource-not-found")
    if parent["account"] != account.name and account.handle.lower() not in mentions(parent["text"]):
        raise Problem(
            403,
            "Reply to this conversation is not allowed because you have not been mentioned or "
            "otherwise engaged by the author of the post you are replying to.",
        )
    return wanted


def _refuse_duplicate(world: World, account: SandboxAccount, post: dict[str, Any]) -> None:
    """Refuse a text said lately; the answer does not tell where. Raises Problem 403.

    Attached media make a text unlike any other, since their link is part of it.
    """
    if post["media_ids"]:
        return
    old = world.shelf(PLATFORM, "posts").get(_said(world, account).get(post["text"], ""))
    if old is None or (old["deleted_at"] and not account.options.get("deleted_still_counts")):
        return
    window = timedelta(seconds=account.options.get("duplicate_window_seconds", _DUPLICATE_SECONDS))
    if world.now() - datetime.fromisoformat(old["created_at"]) < window:
        raise Problem(403, "You are not allowed to create a Tweet with duplicate content.")


def _said(world: World, account: SandboxAccount) -> dict[str, Any]:
    """Return the newest post of each text that stood without media."""
    return world.shelf(PLATFORM, "said", account.name)
