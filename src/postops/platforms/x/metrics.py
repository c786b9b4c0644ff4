"""Totals of posts, from X's names to ours."""

from __future__ import annotations

from typing import Any

from postops.model import Metrics
from postops.platforms._answers import dig


def video_views(document: Any) -> dict[str, int]:
    """Views by media key. X sums them over all posts that show the video."""
    found = {}
    for media in dig(document, "includes", "media", of=list) or []:
        key, views = dig(media, "media_key", of=str), dig(media, "public_metrics", of=dict)
        count = dig(views, "view_count", of=int)
        if key is not None and count is not None:
            found[key] = count
    return found


def metrics_of(post: Any, views: dict[str, int]) -> Metrics:
    """The totals of one post; `views` as `video_views` gives them."""
    public = dig(post, "public_metrics", of=dict) or {}
    private = dig(post, "non_public_metrics", of=dict) or {}
    reposts = dig(public, "retweet_count", of=int)
    reposts = dig(public, "repost_count", of=int) if reposts is None else reposts
    quotes = dig(public, "quote_count", of=int)
    keys = dig(post, "attachments", "media_keys", of=list) or []
    seen = [views[key] for key in keys if isinstance(key, str) and key in views]
    raw = {"public_metrics": public, "non_public_metrics": private}
    return Metrics(
        remote_id=post["id"],
        likes=dig(public, "like_count", of=int),
        comments=dig(public, "reply_count", of=int),
        shares=None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0),
        clicks=dig(private, "url_link_clicks", of=int),
        impressions=dig(public, "impression_count", of=int),
        saves=dig(public, "bookmark_count", of=int),
        views=sum(seen) if seen else None,
        raw={name: counts for name, counts in raw.items() if counts},
    )
