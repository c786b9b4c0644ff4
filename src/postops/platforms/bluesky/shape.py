"""What Bluesky takes, what an account sets, what a post may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from postops.model import Capabilities, Certainty, MediaLimit, Source, TextLimit
from postops.platforms._origin import Server  # noqa: TC001 - read at run time
from postops.reading.limits import Pattern

_LEXICONS = "https://github.com/bluesky-social/atproto/blob/d6296a1/lexicons/app/bsky"
_STILLS = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

IMAGES_IN_PLAIN_EMBED = 4
THUMB_BYTES = 1_000_000

CAPABILITIES = Capabilities(
    text=TextLimit(
        limit=300,
        unit="graphemes",
        source=Source(f"{_LEXICONS}/feed/post.json", "2026-08-20"),
        max_bytes=3000,
    ),
    certainty=(Certainty.CLIENT_ID,),
    media=(
        MediaLimit(
            kind="image",
            count=10,
            mimes=_STILLS,
            max_bytes=2_000_000,
            warn_bytes=1_000_000,
            source=Source(f"{_LEXICONS}/embed/gallery.json", "2026-08-20"),
        ),
        MediaLimit(
            kind="video",
            count=1,
            mimes=frozenset({"video/mp4"}),
            max_bytes=52_428_800,
            max_seconds=180,
            source=Source("https://docs.bsky.app/docs/advanced-guides/rate-limits", "2026-04-21"),
        ),
    ),
    # The lexicon sets no limit; this is what Bluesky's own clients let people write.
    alt_limit=2000,
    alt_source=Source(f"{_LEXICONS}/embed/images.json", "2026-08-20"),
    rich_links=True,
    card=True,
    autolinks_bare_domains=True,
    language=True,
    metrics=frozenset({"likes", "comments", "shares", "saves"}),
    metrics_batch=25,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account on Bluesky."""

    handle: Annotated[
        str,
        Pattern(
            r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|did:[a-z]+:[A-Za-z0-9._:%-]+",
            "a handle like `acme.bsky.social`, without `@`, or a DID",
        ),
    ]
    """The account's handle, like `acme.bsky.social`, or its DID."""
    service: Server = "https://bsky.social"
    """Where to log in: `https://bsky.social`, or one's own server."""
    app_view: Server | None = None
    """Where metrics are read; `https://public.api.bsky.app`, or `service` if that is loopback."""


Repliers = Literal["mentioned", "followers", "following"]
Label = Literal["sexual", "nudity", "porn", "graphic-media", "bot", "!no-unauthenticated"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a post may ask of Bluesky."""

    replies: tuple[Repliers, ...] | None = None
    """Who may reply: any of `mentioned`, `followers`, `following`; `[]` nobody. Unset: everyone."""
    quotes: bool = True
    """Whether others may quote the post."""
    labels: tuple[Label, ...] = ()
    """Warnings about the content: `sexual`, `nudity`, `porn`, `graphic-media`, and others."""
