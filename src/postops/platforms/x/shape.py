"""What X takes, what an account sets, what a post may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from postops.model import Capabilities, Certainty, MediaLimit, PollLimit, Source, TextLimit
from postops.platforms._origin import Server  # noqa: TC001 - read at run time
from postops.reading.limits import Pattern, Range

_CHECKED = "2026-08-22"
_MEDIA = Source("https://docs.x.com/x-api/media/quickstart/best-practices", _CHECKED)

# For accounts with Premium (https://docs.x.com/changelog, August 2024).
MOST_CHARACTERS = 25_000

CAPABILITIES = Capabilities(
    text=TextLimit(
        limit=280,
        unit="weighted characters",
        source=Source("https://docs.x.com/fundamentals/counting-characters", _CHECKED),
    ),
    certainty=(Certainty.SEARCH, Certainty.DUPLICATE_REJECTION),
    media=(
        MediaLimit(
            kind="image",
            count=4,
            mimes=frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
            # "5 MB", in whichever sense: between the two senses is a warning.
            max_bytes=5_242_880,
            warn_bytes=5_000_000,
            source=_MEDIA,
        ),
        MediaLimit(
            kind="gif",
            count=1,
            mimes=frozenset({"image/gif"}),
            max_bytes=15_728_640,
            warn_bytes=15_000_000,
            max_width=1280,
            max_height=1080,
            max_frames=350,
            max_all_pixels=300_000_000,
            source=_MEDIA,
        ),
        MediaLimit(
            kind="video",
            count=1,
            mimes=frozenset({"video/mp4", "video/quicktime"}),
            max_bytes=536_870_912,
            warn_bytes=512_000_000,
            min_width=32,
            min_height=32,
            # The page says 1280 x 1024 and recommends 720 x 1280: either side may be the long one.
            max_width=1280,
            max_height=1280,
            max_short=1024,
            max_fps=60,
            video_codecs=frozenset({"h264"}),
            audio_codecs=frozenset({"aac"}),
            min_seconds=0.5,
            max_seconds=140,
            max_aspect=3.0,
            source=_MEDIA,
        ),
    ),
    alt_limit=1000,
    alt_source=Source("https://docs.x.com/x-api/media/introduction", _CHECKED),
    autolinks_bare_domains=True,
    link_cost="$0.200 instead of $0.015",
    poll=PollLimit(
        min_options=2,
        max_options=4,
        option=25,
        unit="code points",
        min_seconds=300,
        max_seconds=604_800,
        source=Source("https://docs.x.com/x-api/posts/create-post", _CHECKED),
    ),
    max_cashtags=1,
    metrics=frozenset({"likes", "comments", "shares", "clicks", "impressions", "saves", "views"}),
    metrics_batch=100,
    # How far listings lag is documented nowhere; a minute is far beyond what has been seen. Where
    # X would not refuse the same post again, nothing rests on what has been seen.
    search_lag_seconds=60,
    search_alone_seconds=900,
    refuses_duplicates=True,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account on X."""

    base_url: Server = "https://api.x.com"
    """Where the API is."""
    username: str | None = None
    """The account's name, without `@`: makes nicer links to posts."""
    max_characters: Annotated[int, Range(1, MOST_CHARACTERS)] = 280
    """How long a text may be: 280, or up to 25,000 for accounts with Premium."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a post may ask of X."""

    reply_settings: Literal["following", "mentionedUsers", "subscribers", "verified"] | None = None
    """Who may reply. Unset: everyone."""
    made_with_ai: bool = False
    """Say that the media were made by AI."""
    paid_partnership: bool = False
    """Say that the post is advertising."""
    for_super_followers_only: bool = False
    """Show the post to paying followers only."""
    community_id: Annotated[str, Pattern(r"[0-9]{1,19}", "a number in quotes")] | None = None
    """Post into this community; digits."""
    share_with_followers: bool = False
    """Show a community's post to all followers as well."""
