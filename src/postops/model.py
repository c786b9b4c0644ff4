"""The nouns, frozen. Read this file first: every room takes and returns these values.

A `Post` is what a person wrote. `render` turns it, for one account, into a `Message`: exactly what
will be sent, in ordered `Part`s. A `Delivery` names one post on its way to one account. A platform
takes an `Outgoing` part and gives back a `Receipt`. `Capabilities` say, as data, what it takes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from postops.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

# A plain dict, for it has to be pickled; nobody writes to a `Mapping`.
_NONE: Mapping[str, Any] = {}

# --------------------------------------------------------------------------- what people write


class MediaFacts(NamedTuple):
    """What the bytes of a media file say, read from its headers."""

    mime: str
    bytes: int
    digest: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    frames: int | None = None
    has_gps: bool = False
    video_codec: str | None = None
    audio_codec: str | None = None

    @property
    def kind(self) -> MediaKind:
        """Image, gif (one that moves), video or audio: the classes platforms limit apart."""
        if self.mime == "image/gif" and (self.frames or 1) > 1:
            return "gif"
        top = self.mime.partition("/")[0]
        return top if top in ("image", "video", "audio") else "other"  # type: ignore[return-value]


MediaKind = Literal["image", "gif", "video", "audio", "other"]


class Media(NamedTuple):
    """A file a post shows. `path` is relative to the repository, with `/`.

    `facts` is `None` where the file could not be read; `fault` then says why, in a few words, and
    is one of the media rules' names (`media-missing`, `path-escapes-repository`, ...).
    """

    path: str
    alt: str | None
    span: Span
    alt_span: Span | None = None
    focus: tuple[float, float] | None = None
    facts: MediaFacts | None = None
    fault: tuple[str, str] | None = None


class Link(NamedTuple):
    """The page a post points at. The card's words come from the file, so that they are reviewed."""

    url: str
    span: Span
    title: str | None = None
    description: str | None = None
    image: Media | None = None


class Poll(NamedTuple):
    """A question with options. `seconds` is how long it stays open."""

    options: tuple[str, ...]
    seconds: int
    span: Span
    multiple: bool = False
    hide_totals: bool = False


class When(NamedTuple):
    """A time as written and what it means.

    `at` is UTC. `trouble` is set where the local time does not exist or exists twice (the clocks
    change); `at` is then the later reading.
    """

    text: str
    at: datetime
    zone: str
    span: Span
    trouble: Literal["nonexistent", "ambiguous"] | None = None


class Override(NamedTuple):
    """What one platform or one account gets instead. `None` means: as the post says."""

    span: Span
    text: str | None = None
    title: str | None = None
    media: tuple[Media, ...] | None = None
    hashtags: tuple[str, ...] | None = None
    link: Link | None = None
    language: str | None = None
    content_warning: str | None = None
    poll: Poll | None = None
    thread: Literal["auto", "none"] | None = None
    options: Mapping[str, Any] = _NONE


Late = Literal["post", "skip", "ask"]
Schedule = Literal["native", "run"]
OnUnknown = Literal["settle", "ask"]


class Post(NamedTuple):
    """One Markdown file under `posts/`.

    `front` is the front matter with its marks; `span()` finds the place of any key in it. `body`
    starts in line `body_line` of the file. `blob` is the git blob id of the file's bytes. `accounts`
    is what the file says (names or groups), before groups and defaults are applied.
    """

    id: str
    path: str
    blob: str
    front: Any
    body: str
    body_line: int
    title: str | None = None
    accounts: tuple[str, ...] | None = None
    publish_at: When | None = None
    late: Late | None = None
    expires_at: When | None = None
    schedule: Schedule | None = None
    campaign: str | None = None
    tags: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    link: Link | None = None
    media: tuple[Media, ...] = ()
    thread: Literal["auto", "none"] = "none"
    language: str | None = None
    content_warning: str | None = None
    poll: Poll | None = None
    on_edit: Literal["ignore", "update"] = "ignore"
    on_remove: Literal["keep", "withdraw"] = "keep"
    overrides: Mapping[str, Override] = _NONE
    draft: bool = False
    hold: bool = False
    allow: tuple[str, ...] = ()
    variants: Mapping[str, Override] = _NONE

    def span(self, *keys: str | int) -> Span:
        """Where a key of the front matter stands; of its nearest parent where it is absent.

        `post.span("media", 0, "alt")`; without keys: the head of the file.
        """
        line, column, node = 1, 1, self.front
        for key in keys:
            mark = getattr(node, "marks", {}).get(key)
            if mark is None:
                break
            line, column = mark
            node = node[key]
        return Span(self.path, line, column)

    def body_span(self, offset: int) -> Span:
        """Where the code point at `offset` of the body stands in the file."""
        line = self.body.count("\n", 0, offset)
        column = offset - (self.body.rfind("\n", 0, offset) + 1)
        return Span(self.path, self.body_line + line, column + 1)


class Campaign(NamedTuple):
    """One Markdown file under `campaigns/`. Days are inclusive."""

    id: str
    path: str
    blob: str
    front: Any
    body: str
    title: str | None = None
    starts: date | None = None
    ends: date | None = None
    accounts: tuple[str, ...] | None = None
    hashtags: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    utm: Mapping[str, str] = _NONE


# --------------------------------------------------------------------------- what will be sent


class Facet(NamedTuple):
    """A stretch of text that means something. Offsets in UTF-8 bytes, end exclusive."""

    type: Literal["link", "mention", "tag"]
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Measure:
    """How long a text is by the rules of one platform. `bytes` in UTF-8."""

    count: int
    bytes: int
    limit: int
    unit: str
    fits: bool


class Part(NamedTuple):
    """One remote post: the whole message, or one of a thread. `number` counts from 1."""

    number: int
    text: str
    measure: Measure
    span: Span
    facets: tuple[Facet, ...] = ()
    media: tuple[Media, ...] = ()


class Loss(NamedTuple):
    """Something in the Markdown that this platform cannot carry."""

    what: str
    span: Span


class Message(NamedTuple):
    """Exactly what will be sent to one account. Output of `render`.

    `card` is the link card or attachment, where the platform has one; media hang on their part.
    `options` are the platform's own, as its `Options` shape read them. `digest` covers all of it.
    """

    post: str
    account: str
    platform: str
    parts: tuple[Part, ...]
    title: str | None = None
    card: Link | None = None
    language: str | None = None
    content_warning: str | None = None
    poll: Poll | None = None
    options: Mapping[str, Any] = _NONE
    losses: tuple[Loss, ...] = ()
    digest: str = ""


class Delivery(NamedTuple):
    """One post to one account: the unit of plan, publish and ledger."""

    post: str
    account: str

    @property
    def name(self) -> str:
        return f"{self.post}@{self.account}"

    @classmethod
    def parse(cls, name: str) -> Delivery:
        """Split at the last `@`: account names hold none, post ids may."""
        post, _, account = name.rpartition("@")
        return cls(post, account)


class MediaFile(NamedTuple):
    """A media file with a way to its bytes, from the approved commit and not the work tree."""

    media: Media
    read: Callable[[], bytes]


class Outgoing(NamedTuple):
    """One part on its way to a platform.

    `key` stays the same for this delivery, part and generation for ever; `created_at` is fixed by
    the claim; the part cannot exist before `since` (the first claim), so a search starts there.
    `handle` is what `prepare` left under this claim: what there is to ask for (certainty `handle`).
    A list of one's own posts that was read at `as_of` or later tells as much of it as one read now;
    without `as_of` only one read now does.
    """

    message: Message
    part: Part
    key: str
    created_at: datetime
    since: datetime
    files: tuple[MediaFile, ...] = ()
    card_image: MediaFile | None = None
    root: Receipt | None = None
    parent: Receipt | None = None
    handle: Mapping[str, Any] | None = None
    as_of: datetime | None = None


# --------------------------------------------------------------------------- what came back


class Receipt(NamedTuple):
    """What the platform gave back. `extra` is what a later call needs (a CID, say)."""

    remote_id: str
    url: str
    at: datetime
    extra: Mapping[str, str] = _NONE


class Finding(NamedTuple):
    """The answer to "does it exist?".

    `receipts` are all remote posts that match. `complete` is false where the listing did not reach
    back to `Outgoing.since`, so that absence proves nothing.
    """

    receipts: tuple[Receipt, ...]
    complete: bool = True


class Entry(NamedTuple):
    """A post the platform is going to publish by itself. `at` is when, in UTC."""

    id: str
    at: datetime


class Entries(NamedTuple):
    """The answer to "is it waiting there?". `complete` as in `Finding`."""

    found: tuple[Entry, ...]
    complete: bool = True


class Identity(NamedTuple):
    """Who the credentials belong to. `id` never changes; `handle` may."""

    id: str
    handle: str
    url: str


class Metrics(NamedTuple):
    """Totals as the platform tells them now. `None`: the platform does not say."""

    remote_id: str
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    clicks: int | None = None
    impressions: int | None = None
    reach: int | None = None
    saves: int | None = None
    views: int | None = None
    votes: int | None = None
    raw: Mapping[str, Any] = _NONE


class RateLimit(NamedTuple):
    """What the last answer said of the budget. `reset_at` is UTC."""

    limit: int
    remaining: int
    reset_at: datetime


# --------------------------------------------------------------------------- what a platform takes


class Source(NamedTuple):
    """Where a limit was read, and when it was last checked (ISO date)."""

    source: str
    checked: str


class Certainty(StrEnum):
    """How an unknown outcome is settled. Ordered tuples of these say what a platform offers."""

    CLIENT_ID = "client-id"
    HANDLE = "handle"
    IDEMPOTENCY_KEY = "idempotency-key"
    SEARCH = "search"
    DUPLICATE_REJECTION = "duplicate-rejection"
    NONE = "none"


class TextLimit(NamedTuple):
    """The longest text, in the platform's own unit."""

    limit: int
    unit: str
    source: Source
    max_bytes: int | None = None
    empty_with_media: bool = True


@dataclass(frozen=True, slots=True)
class MediaLimit:
    """What a platform takes of one kind of media. Sizes in bytes and pixels, times in seconds.

    `max_short` is of the shorter side; `max_gif_pixels` of a picture that is a GIF, even if it does
    not move; `max_all_pixels` of all frames together. No codecs named: the platform converts.
    """

    kind: MediaKind
    count: int
    mimes: frozenset[str]
    max_bytes: int
    source: Source
    warn_bytes: int | None = None
    max_pixels: int | None = None
    min_width: int | None = None
    min_height: int | None = None
    max_width: int | None = None
    max_height: int | None = None
    max_short: int | None = None
    max_gif_pixels: int | None = None
    max_all_pixels: int | None = None
    max_frames: int | None = None
    max_fps: float | None = None
    video_codecs: frozenset[str] = frozenset()
    audio_codecs: frozenset[str] = frozenset()
    min_seconds: float | None = None
    max_seconds: float | None = None
    max_aspect: float | None = None


class PollLimit(NamedTuple):
    """What a poll may be. `option` is the longest option, in `unit`; times in seconds."""

    min_options: int
    max_options: int
    option: int
    min_seconds: int
    max_seconds: int
    source: Source
    multiple: bool = False
    with_media: bool = False
    unit: Literal["graphemes", "code points"] = "graphemes"


class NativeSchedule(NamedTuple):
    """What a platform takes of posts it is to publish by itself.

    They have to be due more than `lead` seconds from now; at most `pending` may wait, and `per_day`
    of them for one day of UTC.
    """

    lead: int
    pending: int
    per_day: int
    source: Source


class Capabilities(NamedTuple):
    """What a platform takes, as data. Rules and render read these; no limit stands in logic."""

    text: TextLimit
    certainty: tuple[Certainty, ...]
    media: tuple[MediaLimit, ...] = ()
    alt_limit: int | None = None
    alt_warn: int | None = None  # what its older servers take
    alt_source: Source | None = None
    thread: bool = True
    rich_links: bool = False  # a link can hide behind words (facets); otherwise "words (url)"
    card: bool = False  # the card is sent by us; otherwise the platform makes one from the text
    autolinks_bare_domains: bool = False
    link_cost: str | None = None  # what a post with a link costs, said by `bare-domain`
    poll: PollLimit | None = None
    language: bool = False
    content_warning: bool = False
    titles: bool = False
    max_hashtags: int | None = None  # a sensible number, not a hard limit, where only custom says
    max_cashtags: int | None = None
    update: bool = False
    delete: bool = True
    native_schedule: NativeSchedule | None = None
    metrics: frozenset[str] = frozenset()
    metrics_batch: int = 1
    idempotency_seconds: int | None = None
    search_lag_seconds: int = 0
    search_alone_seconds: int | None = None  # the same, where a second post would not be refused
    refuses_duplicates: bool = False
    confirm: bool = False  # may accept a post and not keep it: `Platform.confirm` looks once more

    def media_limit(self, kind: MediaKind) -> MediaLimit | None:
        """The limit for one kind of media; `None` where the platform does not take it."""
        return next((limit for limit in self.media if limit.kind == kind), None)


def digest(data: bytes) -> str:
    """`sha256:<hex>`: how digests are written everywhere."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
