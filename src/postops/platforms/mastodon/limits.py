"""What one server allows, as it says itself: servers differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.errors import Rejected
from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.model import MediaFile, Outgoing


class Allowed(NamedTuple):
    """A server's limits; `None` where it does not say."""

    characters: int | None = None
    url_length: int = 23
    attachments: int | None = None
    description: int | None = None
    image_bytes: int | None = None
    video_bytes: int | None = None
    mimes: frozenset[str] | None = None

    @classmethod
    def read(cls, instance: Any) -> Allowed:
        """From an instance document of version 2 or 1."""
        statuses = dig(instance, "configuration", "statuses", of=dict)
        media = dig(instance, "configuration", "media_attachments", of=dict)
        mimes = dig(media, "supported_mime_types", of=list)
        return cls(
            characters=dig(statuses, "max_characters", of=int)
            or dig(instance, "max_toot_chars", of=int),
            url_length=dig(statuses, "characters_reserved_per_url", of=int) or 23,
            attachments=dig(statuses, "max_media_attachments", of=int),
            description=dig(media, "description_limit", of=int),
            image_bytes=dig(media, "image_size_limit", of=int),
            video_bytes=dig(media, "video_size_limit", of=int),
            mimes=frozenset(str(mime) for mime in mimes) if mimes else None,
        )


def check(allowed: Allowed, outgoing: Outgoing) -> None:
    """Raises `Rejected` where the server would refuse a part, before anything is uploaded."""
    from postops.platforms._mastodon_text import length

    warning = outgoing.message.content_warning or ""
    count = length(outgoing.part.text, warning, url_length=allowed.url_length)
    if allowed.characters is not None and count > allowed.characters:
        raise Rejected(
            f"mastodon: this server takes {allowed.characters} characters, the text has {count}",
            help="shorten the text, or set the account's `max_characters` and use `thread: auto`",
        )
    if allowed.attachments is not None and len(outgoing.files) > allowed.attachments:
        raise Rejected(
            f"mastodon: this server takes {allowed.attachments} media, "
            f"the post has {len(outgoing.files)}"
        )
    for file in outgoing.files:
        _check_file(allowed, file)


def _check_file(allowed: Allowed, file: MediaFile) -> None:
    facts, path = file.media.facts, file.media.path
    alt = file.media.alt or ""
    if allowed.description is not None and len(alt) > allowed.description:
        raise Rejected(
            f"mastodon: this server takes descriptions of {allowed.description} characters, "
            f"that of {path} has {len(alt)}"
        )
    if facts is None:
        return
    if allowed.mimes is not None and facts.mime not in allowed.mimes:
        raise Rejected(f"mastodon: this server does not take {facts.mime} ({path})")
    most = allowed.image_bytes if facts.mime.startswith("image/") else allowed.video_bytes
    if most is not None and facts.bytes > most:
        raise Rejected(
            f"mastodon: this server takes files of {most} bytes, {path} has {facts.bytes}"
        )
