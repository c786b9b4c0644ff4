"""The instance document, in both versions: where clients read every limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .accounts import PLATFORM, Rules, host

if TYPE_CHECKING:
    from postops.sandbox.world import World

IMAGE_TYPES = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/webp",
    "image/avif",
)
VIDEO_TYPES = ("video/webm", "video/mp4", "video/quicktime", "video/ogg")
AUDIO_TYPES = ("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4")
# media_attachment.rb: sixteen and ninety-nine MiB.
IMAGE_BYTES = 16_777_216
VIDEO_BYTES = 103_809_024
# attachmentable.rb: 7680 x 4320, and 1280 x 720 for a GIF, which the document does not mention.
IMAGE_PIXELS = 33_177_600
GIF_PIXELS = 921_600


def configuration(allowed: Rules) -> dict[str, Any]:
    """Return what is allowed."""
    return {
        "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
        "statuses": {
            "max_characters": allowed.max_characters,
            "max_media_attachments": allowed.max_media_attachments,
            "characters_reserved_per_url": allowed.characters_reserved_per_url,
        },
        "media_attachments": {
            "description_limit": allowed.description_limit,
            "supported_mime_types": [*IMAGE_TYPES, *VIDEO_TYPES, *AUDIO_TYPES],
            "image_size_limit": IMAGE_BYTES,
            "image_matrix_limit": IMAGE_PIXELS,
            "video_size_limit": VIDEO_BYTES,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
        "translation": {"enabled": False},
    }


def version_2(world: World, allowed: Rules) -> dict[str, Any]:
    """Return the document of GET /api/v2/instance."""
    return {
        "domain": host(world),
        "title": "postops sandbox",
        "version": allowed.version,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "An emulated instance",
        "usage": {"users": {"active_month": len(world.accounts_on(PLATFORM))}},
        "thumbnail": {"url": f"{world.origin(PLATFORM)}/thumbnail.png"},
        "icon": [],
        "languages": ["en"],
        "configuration": configuration(allowed),
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "api_versions": {"mastodon": 11},
        "contact": {"email": "admin@sandbox.test", "account": None},
        "rules": [],
    }


def version_1(world: World, allowed: Rules) -> dict[str, Any]:
    """Return the document of GET /api/v1/instance."""
    return {
        "uri": host(world),
        "title": "postops sandbox",
        "short_description": "An emulated instance",
        "description": "An emulated instance",
        "email": "admin@sandbox.test",
        "version": allowed.version,
        "urls": {},
        "stats": {
            "user_count": len(world.accounts_on(PLATFORM)),
            "status_count": len(world.shelf(PLATFORM, "statuses")),
            "domain_count": 0,
        },
        "thumbnail": None,
        "languages": ["en"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": configuration(allowed),
        "contact_account": None,
        "rules": [],
    }
