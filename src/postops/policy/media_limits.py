"""Rules about media a platform does not take: kind, number, size, length."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postops.diagnostics import Severity
from postops.policy.registry import Problem, rule
from postops.reading.words import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.model import Media, MediaFacts, MediaKind, MediaLimit, Part
    from postops.policy.subjects import OnMessage

_PLURALS = {"image": "pictures", "gif": "moving GIFs", "video": "videos", "audio": "sounds"}


_ROUNDING = 1.01  # a film of 60 frames a second is a frame longer, or shorter, than it says


class Shown(NamedTuple):
    """A file of a part, with what the platform takes it for and its limit there, if it has one."""

    media: Media
    facts: MediaFacts
    kind: MediaKind
    limit: MediaLimit | None


def _shown(part: Part, given: OnMessage) -> list[Shown]:
    found: list[Shown] = []
    for media in part.media:
        if media.facts is not None:
            kind = _kind(media.facts, given)
            found.append(Shown(media, media.facts, kind, given.can.media_limit(kind)))
    return found


def _kind(facts: MediaFacts, given: OnMessage) -> MediaKind:
    """A moving GIF is a picture to platforms that know nothing else to do with it."""
    if facts.kind == "gif" and given.can.media_limit("gif") is None:
        return "image"
    return facts.kind


def _all(given: OnMessage) -> Iterator[Shown]:
    for part in given.message.parts:
        if part.media:
            yield from _shown(part, given)


def _bytes(size: int) -> str:
    """Exact: a rounded size hides which side of the limit it is on."""
    return f"{size:,} bytes"


@rule("PO210", "media-type", severity=Severity.ERROR, on="message", since="0.1", needs=["media"])
def media_type(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds media of a kind or format a platform does not take. What counts is what the file is, not
    what its name ends in.

    ## Why
    The platform refuses the upload.

    ## Example
    An SVG drawing; a video in WebM for X.

    ## Fix
    Convert it: pictures to PNG or JPEG, videos to MP4 with H.264 and AAC.
    """
    for media, facts, kind, limit in _all(given):
        if limit is None or facts.mime not in limit.mimes:
            taken = sorted(limit.mimes) if limit is not None else []
            known = f": it takes {', '.join(taken)}" if taken else _OTHERS.get(kind, "")
            message = f"{given.target.title} does not take {facts.mime}{known}"
            yield Problem(media.span, message, "convert it, or choose other media for it")


_OTHERS = {
    "image": " or any other image",
    "gif": " or any other moving picture",
    "video": " or any other video",
    "audio": " or any other sound",
}
"""By kind, where the platform takes none of it."""


@rule("PO211", "media-count", severity=Severity.ERROR, on="message", since="0.1", needs=["media"])
def media_count(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds posts, and parts of threads, with more media than a platform takes.

    ## Why
    The platform refuses the post.

    ## Example
    Five pictures for Mastodon, which takes four.

    ## Fix
    Keep the best, spread them over a thread, or give that platform `media` of its own.
    """
    for part in given.message.parts:
        shown = _shown(part, given) if part.media else []
        for kind in dict.fromkeys(one.kind for one in shown):
            those = [one for one in shown if one.kind == kind]
            limit = those[0].limit
            if limit is not None and len(those) > limit.count:
                what = _PLURALS.get(kind, kind)
                message = f"{len(those)} {what}; {given.target.title} takes {limit.count}"
                help_ = f"give `{given.target.platform.name}` fewer, or make a thread"
                yield Problem(those[limit.count].media.span, message, help_)


@rule("PO212", "media-mix", severity=Severity.ERROR, on="message", since="0.1", needs=["media"])
def media_mix(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds posts, and parts of threads, that show several kinds of media: pictures beside a video, a
    moving GIF beside pictures.

    ## Why
    Platforms take pictures, or one video, or one moving GIF, or one sound.

    ## Example
    ```markdown
    ---
    media:
      - {path: chart.png, alt: A chart}
      - {path: film.mp4, alt: The chart, growing}
    ---
    ```

    ## Fix
    Make two posts of it, or a thread.
    """
    for part in given.message.parts:
        shown = _shown(part, given) if part.media else []
        first = shown[0].kind if shown else None
        other = next((one for one in shown if one.kind != first), None)
        if other is not None:
            message = f"{given.target.title} shows no {first} and {other.kind} in one post"
            yield Problem(other.media.span, message, "make two posts of it, or a thread")


@rule("PO213", "media-bytes", severity=Severity.ERROR, on="message", since="0.1", needs=["media"])
def media_bytes(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds media larger than a platform takes.

    ## Why
    The platform refuses the upload.

    ## Example
    A photo of 3 MB for Bluesky, which takes 2,000,000 bytes.

    ## Fix
    Scale it down, or save it with more compression.
    """
    for media, facts, _, limit in _all(given):
        if limit is not None and facts.bytes > limit.max_bytes:
            most = _bytes(limit.max_bytes)
            message = f"{_bytes(facts.bytes)}; {given.target.title} takes {most}"
            yield Problem(media.span, f"{show(media.path)} has {message}", "scale it down")


@rule("PO214", "large-media", severity=Severity.WARNING, on="message", since="0.1", needs=["media"])
def large_media(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds media that are not over a limit, but so near to it that some servers refuse them.

    ## Why
    Limits differ between servers of one platform, and between the two meanings of "megabyte".

    ## Example
    A photo of 1.5 MB for Bluesky: servers that have not been updated take 1,000,000 bytes.

    ## Fix
    Scale it down, or save it with more compression.
    """
    for media, facts, _, limit in _all(given):
        if limit is None or limit.warn_bytes is None:
            continue
        if limit.warn_bytes < facts.bytes <= limit.max_bytes:
            most = _bytes(limit.warn_bytes)
            words = f"{_bytes(facts.bytes)}; {given.target.title} may take only {most}"
            yield Problem(media.span, f"{show(media.path)} has {words}", "scale it down")


@rule(
    "PO215",
    "media-dimensions",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["media"],
)
def media_dimensions(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds media wider, higher, narrower or with more pixels than a platform takes.

    ## Why
    The platform refuses the upload, some after minutes of converting.

    ## Example
    A video of 1920 x 1080 pixels for X, which takes 1280.

    ## Fix
    Scale it.
    """
    for media, facts, _, limit in _all(given):
        if limit is None or not facts.width or not facts.height:
            continue
        wrong = _wrong_size(facts.width, facts.height, facts, limit)
        if wrong:
            size = f"{facts.width} x {facts.height} pixels"
            message = f"{show(media.path)} has {size}; {given.target.title} takes {wrong}"
            yield Problem(media.span, message, "scale it")


def _wrong_size(width: int, height: int, facts: MediaFacts, limit: MediaLimit) -> str | None:
    """What would be taken instead."""
    if width < (limit.min_width or 0) or height < (limit.min_height or 0):
        return f"no less than {limit.min_width} x {limit.min_height}"
    if width > (limit.max_width or width) or height > (limit.max_height or height):
        return f"up to {limit.max_width} x {limit.max_height}"
    if limit.max_short and min(width, height) > limit.max_short:
        return f"up to {limit.max_short} on the shorter side"
    if most := _too_many_pixels(width * height, facts, limit):
        return most
    if limit.max_aspect and max(width, height) > limit.max_aspect * min(width, height):
        return f"sides up to {limit.max_aspect:g} to 1"
    return None


def _too_many_pixels(pixels: int, facts: MediaFacts, limit: MediaLimit) -> str | None:
    if limit.max_pixels and pixels > limit.max_pixels:
        return f"up to {limit.max_pixels:,} pixels in all"
    if facts.mime == "image/gif" and limit.max_gif_pixels and pixels > limit.max_gif_pixels:
        return f"up to {limit.max_gif_pixels:,} pixels of a GIF"
    frames = facts.frames or 1
    if limit.max_all_pixels and pixels * frames > limit.max_all_pixels:
        return f"up to {limit.max_all_pixels:,} pixels in all {frames} frames together"
    return None


@rule(
    "PO216",
    "media-duration",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["media"],
)
def media_duration(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds videos, sounds and moving GIFs longer or shorter than a platform takes.

    ## Why
    The platform refuses them, some after minutes of converting.

    ## Example
    A video of three minutes for X, which takes 140 seconds.

    ## Fix
    Cut it, or link to the whole.
    """
    for media, facts, _, limit in _all(given):
        if limit is None:
            continue
        if wrong := _wrong_length(facts, limit):
            message = f"{show(media.path)} has {wrong[0]}; {given.target.title} takes {wrong[1]}"
            yield Problem(media.span, message, "cut it, or link to the whole")


def _wrong_length(facts: MediaFacts, limit: MediaLimit) -> tuple[str, str] | None:
    """What it has, and what would be taken."""
    seconds, frames = facts.seconds, facts.frames
    if seconds is not None and limit.max_seconds is not None and seconds > limit.max_seconds:
        return f"{seconds:.4g} seconds", f"up to {limit.max_seconds:g}"
    if seconds is not None and limit.min_seconds is not None and seconds < limit.min_seconds:
        return f"{seconds:.4g} seconds", f"no less than {limit.min_seconds:g}"
    if frames is not None and limit.max_frames is not None and frames > limit.max_frames:
        return f"{frames} frames", f"up to {limit.max_frames}"
    if frames and seconds and limit.max_fps is not None:
        rate = frames / seconds
        if rate > limit.max_fps * _ROUNDING:
            return f"{rate:.4g} frames a second", f"up to {limit.max_fps:g}"
    return None


@rule("PO219", "media-codec", severity=Severity.ERROR, on="message", since="0.1", needs=["media"])
def media_codec(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds videos whose pictures or sound are packed in a way a platform does not take. What counts
    is what is in the file: MP4 and MOV can hold many codecs.

    ## Why
    The platform refuses the video, after minutes of converting.

    ## Example
    A video from a telephone, in HEVC, for X, which takes H.264.

    ## Fix
    Convert it: H.264 with AAC is taken everywhere.
    """
    for media, facts, _, limit in _all(given):
        if limit is None:
            continue
        for codec, taken in (
            (facts.video_codec, limit.video_codecs),
            (facts.audio_codec, limit.audio_codecs),
        ):
            if codec is not None and taken and codec not in taken:
                words = f"{show(media.path)} holds {codec}; {given.target.title} takes"
                message = f"{words} {', '.join(sorted(taken))}"
                yield Problem(media.span, message, "convert it to H.264 and AAC")


@rule("PO217", "still-gif", severity=Severity.WARNING, on="message", since="0.1", needs=["gif"])
def still_gif(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds moving GIFs for platforms that show only their first picture.

    ## Why
    The first picture of a moving GIF is often empty.

    ## Example
    A moving GIF for Bluesky.

    ## Fix
    Give that platform a video, or the picture that says most.
    """
    for media, facts, kind, _ in _all(given):
        if facts.kind == "gif" and kind == "image":
            message = f"{show(media.path)} does not move on {given.target.title}"
            yield Problem(media.span, message, "give it a video, or the picture that says most")


@rule(
    "PO218",
    "card-image-bytes",
    severity=Severity.ERROR,
    on="message",
    since="0.1",
    needs=["card image"],
    only="bluesky",
)
def card_image_bytes(given: OnMessage) -> Iterator[Problem]:
    """## What it does
    Finds pictures of link cards that are larger than Bluesky takes there, which is less than it
    takes of a post's own pictures, and those that are no pictures.

    ## Why
    The server refuses the whole post.

    ## Example
    ```markdown
    ---
    link: {url: "https://example.org", title: A page, image: photo-of-1.5-MB.jpg}
    ---
    ```

    ## Fix
    Scale it down: cards are shown about 600 pixels wide.
    """
    from postops.platforms.bluesky.shape import THUMB_BYTES

    card = given.message.card
    image = card.image if card is not None else None
    if image is None or image.facts is None:
        return
    if image.facts.kind not in ("image", "gif"):
        message = f"{show(image.path)} is {image.facts.mime}, not a picture"
        yield Problem(image.span, message, "give the card a picture")
    elif image.facts.bytes > THUMB_BYTES:
        most = _bytes(THUMB_BYTES)
        message = f"{show(image.path)} has {_bytes(image.facts.bytes)}; a card takes {most}"
        yield Problem(image.span, message, "scale it down")
