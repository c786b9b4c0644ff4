"""Posts, users and polls as clients see them, by the fields they ask for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from postops.sandbox.growth import reactions, share_out

from . import media
from .accounts import PLATFORM
from .problems import hidden_field, invalid
from .render import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.sandbox.world import SandboxAccount, World

    from .calls import Call

# OAS PostFieldsParameter 2.167, and the names of the years before it.
_POST_FIELDS = frozenset(
    [
        "article",
        "article_title",
        "attachments",
        "author_id",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "edit_history_tweet_ids",
        "entities",
        "geo",
        "id",
        "in_reply_to_user_id",
        "lang",
        "matched_media_notes",
        "media_metadata",
        "non_public_metrics",
        "note_post",
        "note_tweet",
        "organic_metrics",
        "paid_partnership",
        "possibly_sensitive",
        "promoted_metrics",
        "public_metrics",
        "referenced_posts",
        "referenced_tweets",
        "reply_settings",
        "scopes",
        "source",
        "text",
        "withheld",
    ]
)
# What an expansion brings along on the post itself.
_EXPANDED = {
    "attachments.media_keys": "attachments",
    "attachments.poll_ids": "attachments",
    "author_id": "author_id",
    "referenced_posts": "referenced_posts",
    "referenced_tweets.id": "referenced_tweets",
}
_PRIVATE = ("non_public_metrics", "organic_metrics", "promoted_metrics")
# docs:x-api/fundamentals/metrics: private metrics of one's own posts, for thirty days.
_PRIVATE_DAYS = 30


def answer(
    call: Call, viewer: SandboxAccount, posts: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
    """Return data, includes and errors for posts, with the fields and expansions asked for."""
    fields = call.names("post.fields", "tweet.fields")
    for name in fields:
        if name not in _POST_FIELDS:
            raise invalid(f"The `post.fields` query parameter value [{name}] is not valid")
    data, errors = [], []
    for post in posts:
        whole = _post(call.world, post)
        hidden = [
            name for name in fields if name in _PRIVATE and not _may(call.world, viewer, post)
        ]
        errors += [hidden_field(post["id"], name) for name in hidden]
        wanted = {"id", "text", "edit_history_post_ids", *fields} - set(hidden)
        wanted |= {field for name, field in _EXPANDED.items() if name in call.names("expansions")}
        data.append({name: value for name, value in whole.items() if name in wanted and value})
    return data, _includes(call, posts), errors


def user(world: World, who: SandboxAccount) -> dict[str, Any]:
    """Return the User object, with every field."""
    own = world.shelf(PLATFORM, "by_account").get(who.name, [])
    followers = reactions(world.seed, who.id, timedelta(days=30)).impressions
    return {
        "id": who.id,
        "name": who.name,
        "username": who.handle,
        "created_at": "2020-01-01T00:00:00.000Z",
        "description": "",
        "protected": False,
        "verified": False,
        "verified_type": "none",
        "subscription_type": "None",
        "public_metrics": {
            "followers_count": followers,
            "following_count": 0,
            "post_count": len(own),
            "tweet_count": len(own),
            "listed_count": 0,
            "like_count": 0,
            "media_count": 0,
        },
    }


def _post(world: World, post: dict[str, Any]) -> dict[str, Any]:
    author = world.account(PLATFORM, post["account"])
    look = shown(world, author, post)
    parent = world.shelf(PLATFORM, "posts").get(post["reply_to"])
    referenced = [{"type": "replied_to", "id": post["reply_to"]}] if parent else None
    created = datetime.fromisoformat(post["created_at"])
    attached = {}
    if post["media_ids"]:
        attached["media_keys"] = [f"3_{one}" for one in post["media_ids"]]
    if post["poll"]:
        attached["poll_ids"] = [post["id"]]
    return {
        "id": post["id"],
        "text": look["text"],
        "edit_history_post_ids": [post["id"]],
        "edit_history_tweet_ids": [post["id"]],
        "author_id": author.id,
        "created_at": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "conversation_id": post["conversation"],
        "in_reply_to_user_id": world.account(PLATFORM, parent["account"]).id if parent else None,
        "referenced_posts": referenced,
        "referenced_tweets": referenced,
        "entities": look["entities"],
        "note_post": look.get("note_post"),
        "note_tweet": look.get("note_post"),
        "attachments": attached,
        "reply_settings": post["reply_settings"],
        "lang": "en",
        **_metrics(world, post, created),
    }


def _metrics(world: World, post: dict[str, Any], created: datetime) -> dict[str, Any]:
    grown = reactions(world.seed, post["id"], world.now() - created)
    # The schema says repost_count since 2.16x, the guides and older clients retweet_count.
    public = {
        "repost_count": grown.reposts,
        "retweet_count": grown.reposts,
        "reply_count": grown.replies + post["replies"],
        "like_count": grown.likes,
        "quote_count": grown.quotes,
        "bookmark_count": grown.bookmarks,
        "impression_count": grown.impressions,
    }
    engaged = grown.likes + grown.reposts + grown.quotes + grown.bookmarks + grown.clicks
    private = {
        "impression_count": grown.impressions,
        "url_link_clicks": grown.clicks,
        "user_profile_clicks": grown.clicks // 4,
        "engagements": engaged + public["reply_count"],
    }
    same = ("retweet_count", "reply_count", "like_count")
    organic = {key: public[key] for key in same} | private
    return {"public_metrics": public, "non_public_metrics": private, "organic_metrics": organic}


def _may(world: World, viewer: SandboxAccount, post: dict[str, Any]) -> bool:
    age = world.now() - datetime.fromisoformat(post["created_at"])
    return post["account"] == viewer.name and age <= timedelta(days=_PRIVATE_DAYS)


def _includes(call: Call, posts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    world, asked = call.world, call.names("expansions")
    included: dict[str, Any] = {}
    if "attachments.media_keys" in asked:
        shelf = world.shelf(PLATFORM, "media")
        fields = {"media_key", "type", *call.names("media.fields")}
        shown_media = [media.entity(world, shelf[i]) for post in posts for i in post["media_ids"]]
        included["media"] = [
            {name: value for name, value in one.items() if name in fields and value is not None}
            for one in shown_media
        ]
    if "attachments.poll_ids" in asked:
        included["polls"] = [_poll(world, post) for post in posts if post["poll"]]
    if "author_id" in asked:
        names = dict.fromkeys(post["account"] for post in posts)
        fields = {"id", "name", "username", *call.names("user.fields")}
        users = (user(world, world.account(PLATFORM, name)) for name in names)
        included["users"] = [{k: v for k, v in one.items() if k in fields} for one in users]
    return {kind: some for kind, some in included.items() if some}


def _poll(world: World, post: dict[str, Any]) -> dict[str, Any]:
    created = datetime.fromisoformat(post["created_at"])
    ends = created + timedelta(minutes=post["poll"]["minutes"])
    until = min(world.now(), ends)
    options = post["poll"]["options"]
    votes = reactions(world.seed, post["id"], until - created).votes
    shares = share_out(world.seed, post["id"], votes, len(options))
    return {
        "id": post["id"],
        "duration_minutes": post["poll"]["minutes"],
        "end_datetime": ends.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "voting_status": "closed" if world.now() >= ends else "open",
        "options": [
            {"position": position, "label": label, "votes": share}
            for position, (label, share) in enumerate(zip(options, shares, strict=True), start=1)
        ],
    }
