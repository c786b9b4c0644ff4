"""app.bsky.*: the app view's reads, which may lag behind the repositories."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from postops.sandbox.growth import reactions

from .accounts import PLATFORM, find
from .errors import invalid
from .methods import Method, Turn
from .repo import repo_of

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

_POST = "app.bsky.feed.post"
_MAX_URIS = 25


async def _get_profile(turn: Turn) -> Any:  # every method is awaited
    account = find(turn.world, turn.param("actor"))
    if account is None:
        raise invalid("Profile not found")
    shown = visible(turn.world, account)
    followers = reactions(turn.world.seed, account.id, timedelta(days=30)).impressions
    counts = {"followersCount": followers, "followsCount": 0, "postsCount": len(shown)}
    return _author(account) | {"indexedAt": _wire(turn.world.now())} | counts


async def _get_posts(turn: Turn) -> Any:
    uris = turn.request.query_params.getlist("uris")
    if not uris or len(uris) > _MAX_URIS:
        raise invalid(f"Error: uris must have between 1 and {_MAX_URIS} elements")
    posts = (_find_post(turn.world, uri) for uri in uris)
    return {"posts": [post for post in posts if post is not None]}


async def _get_author_feed(turn: Turn) -> Any:
    account = find(turn.world, turn.param("actor"))
    if account is None:
        raise invalid("Profile not found")
    limit, query = turn.number("limit", 50, 100), turn.request.query_params
    replies = query.get("filter", "posts_with_replies") == "posts_with_replies"
    shown = [
        (path, entry)
        for path, entry in visible(turn.world, account)
        if (replies or "reply" not in entry["value"])
        and entry["indexed_at"] < query.get("cursor", "9")
    ]
    feed = [{"post": _view(turn.world, account, *pair)} for pair in shown[:limit]]
    return {"feed": feed} | ({"cursor": shown[limit - 1][1]["indexed_at"]} if shown[limit:] else {})


def visible(world: World, account: SandboxAccount) -> list[tuple[str, dict[str, Any]]]:
    """List (path, entry) of the posts the app view has seen, newest first."""
    known = _seen_until(world, account)
    records = repo_of(world, account.id)["records"].items()
    posts = [(p, e) for p, e in records if p.startswith(f"{_POST}/") and e["indexed_at"] <= known]
    return sorted(posts, key=lambda pair: (pair[1]["indexed_at"], pair[0]), reverse=True)


def _seen_until(world: World, account: SandboxAccount) -> str:
    lag = timedelta(seconds=account.options.get("appview_lag_seconds", 0))
    return (world.now() - lag).isoformat()


def _find_post(world: World, uri: str) -> dict[str, Any] | None:
    did, _, path = uri.removeprefix("at://").partition("/")
    account = find(world, did)
    entry = repo_of(world, account.id)["records"].get(path) if account else None
    if account is None or entry is None or entry["indexed_at"] > _seen_until(world, account):
        return None
    return _view(world, account, path, entry)


def _view(
    world: World, account: SandboxAccount, path: str, entry: dict[str, Any]
) -> dict[str, Any]:
    uri = f"at://{account.id}/{path}"
    indexed = datetime.fromisoformat(entry["indexed_at"])
    grown = reactions(world.seed, uri, world.now() - indexed)
    view = {
        "$type": "app.bsky.feed.defs#postView",
        "uri": uri,
        "cid": entry["cid"],
        "author": _author(account),
        "record": entry["value"],
        "likeCount": grown.likes,
        "repostCount": grown.reposts,
        "replyCount": grown.replies + world.shelf(PLATFORM, "replies").get(uri, 0),
        "quoteCount": grown.quotes,
        "bookmarkCount": grown.bookmarks,
        "indexedAt": _wire(indexed),
        "labels": [],
    }
    embed = _embed(world, account, entry["value"].get("embed"))
    return view | ({"embed": embed} if embed else {})


def _author(account: SandboxAccount) -> dict[str, Any]:
    return {"did": account.id, "handle": account.handle, "displayName": account.name}


def _embed(world: World, account: SandboxAccount, embed: Any) -> dict[str, Any] | None:
    match embed:
        case {"$type": "app.bsky.embed.images", "images": images}:
            shown = [_picture(world, account, image, "thumb") for image in images]
            return {"$type": "app.bsky.embed.images#view", "images": shown}
        case {"$type": "app.bsky.embed.gallery", "items": items}:
            kind = {"$type": "app.bsky.embed.gallery#viewImage"}
            shown = [kind | _picture(world, account, item, "thumbnail") for item in items]
            return {"$type": "app.bsky.embed.gallery#view", "items": shown}
        case {"$type": "app.bsky.embed.external", "external": card}:
            thumb = card.get("thumb")
            link = {"thumb": _blob_url(world, account, thumb)} if thumb else {}
            texts = {key: card[key] for key in ("uri", "title", "description")}
            return {"$type": "app.bsky.embed.external#view", "external": texts | link}
        case {"$type": "app.bsky.embed.video", "video": video}:
            told = {key: embed[key] for key in ("alt", "aspectRatio") if key in embed}
            where = {"cid": video["ref"]["$link"], "playlist": _blob_url(world, account, video)}
            return {"$type": "app.bsky.embed.video#view"} | where | told
    return None


def _picture(world: World, account: SandboxAccount, image: Any, small: str) -> dict[str, Any]:
    url = _blob_url(world, account, image["image"])
    ratio = {"aspectRatio": image["aspectRatio"]} if "aspectRatio" in image else {}
    return {small: url, "fullsize": url, "alt": image["alt"]} | ratio


def _blob_url(world: World, account: SandboxAccount, blob: Any) -> str:
    query = f"did={quote(account.id)}&cid={blob['ref']['$link']}"
    return f"{world.origin(PLATFORM)}/xrpc/com.atproto.sync.getBlob?{query}"


def _wire(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


METHODS = {
    "app.bsky.actor.getProfile": Method("GET", _get_profile),
    "app.bsky.feed.getPosts": Method("GET", _get_posts),
    "app.bsky.feed.getAuthorFeed": Method("GET", _get_author_feed),
}
