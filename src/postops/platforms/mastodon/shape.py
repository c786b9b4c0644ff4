"""What Mastodon takes, what an account sets, what a post may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from postops.model import (
    Capabilities,
    Certainty,
    MediaLimit,
    NativeSchedule,
    PollLimit,
    Source,
    TextLimit,
)
from postops.platforms._origin import Server  # noqa: TC001 - read at run time
from postops.reading.limits import Range

_CODE = "https://github.com/mastodon/mastodon/blob/5f5dfd7/app"
_CHECKED = "2026-07-22"
_ATTACHMENTS = Source(f"{_CODE}/models/media_attachment.rb", _CHECKED)

# The key is kept for 3,600 s after the status was stored; nothing is staked on the last seconds.
IDEMPOTENCY_SECONDS = 3600

CAPABILITIES = Capabilities(
    text=TextLimit(
        limit=500,
        unit="characters",
        source=Source(f"{_CODE}/validators/status_length_validator.rb", _CHECKED),
    ),
    certainty=(Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH),
    media=(
        MediaLimit(
            kind="image",
            count=4,
            mimes=frozenset(
                {
                    "image/jpeg",
                    "image/png",
                    "image/gif",
                    "image/webp",
                    "image/heic",
                    "image/heif",
                    "image/avif",
                }
            ),
            max_bytes=16_777_215,
            max_pixels=33_177_600,
            max_gif_pixels=921_600,
            source=_ATTACHMENTS,
        ),
        MediaLimit(
            kind="gif",
            count=1,
            mimes=frozenset({"image/gif"}),
            max_bytes=16_777_215,
            max_pixels=921_600,
            source=_ATTACHMENTS,
        ),
        MediaLimit(
            kind="video",
            count=1,
            mimes=frozenset({"video/webm", "video/mp4", "video/quicktime", "video/ogg"}),
            max_bytes=103_809_023,
            max_pixels=8_294_400,
            max_frames=36_000,
            max_fps=120,
            source=_ATTACHMENTS,
        ),
        MediaLimit(
            kind="audio",
            count=1,
            mimes=frozenset(
                {
                    "audio/mpeg",
                    "audio/mp3",
                    "audio/ogg",
                    "audio/wav",
                    "audio/x-wav",
                    "audio/flac",
                    "audio/opus",
                    "audio/aac",
                    "audio/mp4",
                    "audio/x-m4a",
                    "audio/3gpp",
                }
            ),
            max_bytes=103_809_023,
            source=_ATTACHMENTS,
        ),
    ),
    # 10,000 since 4.6; servers of before refuse more than 1,500, and say so when asked.
    alt_limit=10_000,
    alt_warn=1500,
    alt_source=Source("https://docs.joinmastodon.org/entities/Instance", "2026-07-02"),
    poll=PollLimit(
        min_options=2,
        max_options=4,
        option=50,
        min_seconds=300,
        max_seconds=2_629_746,
        source=Source(f"{_CODE}/validators/poll_options_validator.rb", _CHECKED),
        multiple=True,
    ),
    language=True,
    content_warning=True,
    update=True,
    native_schedule=NativeSchedule(
        lead=300,
        pending=300,
        per_day=25,
        source=Source(f"{_CODE}/models/scheduled_status.rb", _CHECKED),
    ),
    metrics=frozenset({"likes", "comments", "shares", "votes"}),
    metrics_batch=20,
    idempotency_seconds=IDEMPOTENCY_SECONDS,
    confirm=True,
    # Lists do not lag; a request whose answer was lost may still be at work.
    search_lag_seconds=10,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account on a Mastodon server."""

    instance: Server
    """The server's address, like `https://mastodon.social`."""
    max_characters: Annotated[int, Range(1, 1_000_000)] | None = None
    """How many characters the server takes, where it is not 500. It is asked before publishing."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a post may ask of Mastodon."""

    visibility: Literal["public", "unlisted", "private", "direct"] = "public"
    """Who sees the post: everyone, everyone but not in timelines, followers, those mentioned."""
    sensitive: bool = False
    """Hide the media until they are clicked. A content warning does that by itself."""
    quote_approval_policy: Literal["public", "followers", "nobody"] | None = None
    """Who may quote the post. Unset: as the account's preferences say. Needs Mastodon 4.5."""
