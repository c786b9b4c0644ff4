"""The bytes of a file -> a Post, with a fault for everything that is wrong with it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.config import zone_known
from postops.content.front import LinkBlock, MediaBlock, PollBlock, PostFront
from postops.content.frontmatter import read_document
from postops.content.media import media_at
from postops.content.times import read_time
from postops.diagnostics import Span
from postops.model import Link, Override, Poll, Post, When
from postops.reading import Fault
from postops.reading.durations import parse_duration
from postops.reading.marked import MarkedMap, key_span, value_span
from postops.reading.shape import read
from postops.reading.words import show

if TYPE_CHECKING:
    from postops.config import Config
    from postops.content.front import OverrideBlock, VariantBlock
    from postops.content.source import ContentSource
    from postops.model import Media

FOLDER = "posts"
SUFFIX = ".md"


class Read(NamedTuple):
    """What was read of a file: `None` where nothing could be. Faults may stand beside a post."""

    post: Post | None
    faults: tuple[Fault, ...]


def read_post(
    data: bytes,
    path: str,
    config: Config,
    source: ContentSource | None,
    *,
    blob: str | None = None,
) -> Read:
    """Read the bytes of the file `path` as a post. Never raises for what is in it.

    `source` finds its media; without one their `facts` stay `None`. `blob` is the git blob id,
    where it is known.
    """
    document = read_document(data, path)
    if document.front is None:
        return Read(None, document.faults)
    front, faults = read(PostFront, document.front, path, (2, 1))
    maker = _Maker(path, document.front, config, source)
    post = maker.post(
        front or PostFront(), document.body, document.body_line, blob or blob_id(data)
    )
    return Read(post, (*document.faults, *faults, *maker.faults))


def blob_id(data: bytes) -> str:
    """The id git gives a file of these bytes; `postops.git` would bring subprocess with it."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def default_id(path: str, folder: str = FOLDER) -> str:
    """The path below the folder, without the suffix."""
    return path.removeprefix(f"{folder}/").removesuffix(SUFFIX)


def bare_hashtags(tags: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Hashtags without their sign."""
    return tuple([tag.lstrip("#＃") for tag in tags])


class _Maker:
    """Turns the shape of one file into a post. Holds what every part needs: path, marks, faults."""

    def __init__(
        self, path: str, marked: MarkedMap, config: Config, source: ContentSource | None
    ) -> None:
        self.path, self.marked, self.config, self.source = path, marked, config, source
        self.faults: list[Fault] = []

    def post(self, front: PostFront, body: str, body_line: int, blob: str) -> Post:
        zone = self._zone(front.timezone)
        return Post(
            id=front.id or default_id(self.path),
            path=self.path,
            blob=blob,
            front=self.marked,
            body=body,
            body_line=body_line,
            title=front.title,
            accounts=None if front.accounts is None else tuple(front.accounts),
            publish_at=self._time("publish_at", front.publish_at, zone),
            late=front.late,
            expires_at=self._time("expires_at", front.expires_at, zone),
            schedule=front.schedule,
            campaign=front.campaign,
            tags=tuple(front.tags),
            hashtags=bare_hashtags(front.hashtags),
            link=self._link(front.link, self.marked),
            media=self._media(front.media),
            thread=front.thread,
            language=front.language,
            content_warning=front.content_warning,
            poll=self._poll(front.poll),
            on_edit=front.on_edit,
            on_remove=front.on_remove,
            overrides=self._overrides("platforms", front.platforms),
            draft=front.draft,
            hold=front.hold,
            allow=tuple(front.allow),
            variants=self._overrides("variants", front.variants),
        )

    def _zone(self, name: str | None) -> str:
        if name is None:
            return self.config.timezone
        if zone_known(name):
            return name
        span = value_span(self.marked, "timezone", self.path)
        message = f"there is no time zone {show(name)}"
        help_ = "write an IANA name such as `Europe/Berlin`, or `UTC`"
        self.faults.append(Fault("invalid-time", span, message, help_))
        return self.config.timezone

    def _time(self, key: str, text: str | None, zone: str) -> When | None:
        if text is None:
            return None
        when = read_time(text, zone, value_span(self.marked, key, self.path))
        if isinstance(when, When):
            return when
        self.faults.append(when)
        return None

    def _link(self, link: str | LinkBlock | None, holder: MarkedMap) -> Link | None:
        if link is None:
            return None
        span = value_span(holder, "link", self.path)
        if isinstance(link, str):
            return Link(link, span)
        image = self._card_image(link)
        return Link(link.url, span, link.title, link.description, image)

    def _card_image(self, link: LinkBlock) -> Media | None:
        if link.image is None:
            return None
        if isinstance(link.image, MediaBlock):
            return self._one(link.image)
        span = value_span(link.at.node, "image", self.path)
        return media_at(self.path, link.image, None, span, self.source)

    def _media(self, blocks: list[MediaBlock] | tuple[MediaBlock, ...]) -> tuple[Media, ...]:
        return tuple([self._one(block) for block in blocks])

    def _one(self, block: MediaBlock) -> Media:
        node = block.at.node
        alt_span = value_span(node, "alt", self.path) if block.alt is not None else None
        focus = block.focus or ()
        return media_at(
            self.path,
            block.path,
            block.alt,
            value_span(node, "path", self.path),
            self.source,
            alt_span=alt_span,
            focus=(focus[0], focus[1]) if len(focus) == 2 else None,
        )

    def _poll(self, poll: PollBlock | None) -> Poll | None:
        if poll is None:
            return None
        seconds = int(parse_duration(poll.duration).total_seconds())
        span = Span(self.path, *poll.at.mark)
        return Poll(tuple(poll.options), seconds, span, poll.multiple, poll.hide_totals)

    def _overrides(self, key: str, blocks: dict[str, Any]) -> dict[str, Override]:
        if not blocks:
            return {}
        holder = self.marked[key]
        return {
            name: self._override(block, holder[name], key_span(holder, name, self.path))
            for name, block in blocks.items()
        }

    def _override(
        self, block: VariantBlock | OverrideBlock, node: MarkedMap, span: Span
    ) -> Override:
        return Override(
            span=span,
            text=block.text,
            title=block.title,
            media=None if block.media is None else self._media(block.media),
            hashtags=None if block.hashtags is None else bare_hashtags(block.hashtags),
            link=self._link(block.link, node),
            language=block.language,
            content_warning=block.content_warning,
            poll=self._poll(block.poll),
            thread=block.thread,
            options=getattr(block, "options", {}),
        )
