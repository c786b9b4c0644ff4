"""What plans and the rules of a set need of a post, small enough to keep for 10,000 posts."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

from postops.diagnostics import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postops.config import Config
    from postops.content.index import PostIndex
    from postops.model import Campaign, Media, Message, Part, Post, When

_MARKED = (
    "id",
    "accounts",
    "publish_at",
    "expires_at",
    "campaign",
    "draft",
    "hold",
    "late",
    "on_edit",
)


class Sent(NamedTuple):
    """What one account would get.

    `text` is a digest of words, media and link, the same where readers would see the same; empty
    where there is nothing to see. `pieces` are the same of each part without its link card, with
    spaces between. `looks` are of the whole and of each part of a thread: where they differ, so does
    the text. Where nothing was rendered, `payload`, `text` and `pieces` are empty, and no other post
    to that account has one of these `looks`.
    """

    payload: str
    text: str
    parts: int
    looks: str
    pieces: str = ""


class Card(NamedTuple):
    """A post, as far as others need it. Every field goes through JSON unharmed; times are UTC.

    `accounts` are resolved: no groups, and only those that exist. `marks` are places of keys, as
    line and column; `allow_marks` those of the items of `allow`. `media` are the paths of all media;
    `shown` has those that could be read, and where the post first names them.
    """

    path: str
    blob: str
    id: str
    title: str | None = None
    accounts: Sequence[str] = ()
    publish_at: str | None = None
    expires_at: str | None = None
    late: str | None = None
    campaign: str | None = None
    tags: Sequence[str] = ()
    draft: bool = False
    hold: bool = False
    on_edit: str = "ignore"
    on_remove: str = "keep"
    allow: Sequence[str] = ()
    source: str | None = None
    sent: Mapping[str, Sent] = {}
    media: Sequence[str] = ()
    marks: Mapping[str, Sequence[int]] = {}
    allow_marks: Sequence[Sequence[int]] = []
    body_line: int = 1
    shown: Mapping[str, Sequence[int]] = {}

    @property
    def due_at(self) -> datetime | None:
        """`publish_at` as a time."""
        return None if self.publish_at is None else datetime.fromisoformat(self.publish_at)

    def span(self, key: str) -> Span:
        """Where a key stands in the file; the head of the file where it is absent."""
        line, column = self.marks.get(key, (1, 1))
        return Span(self.path, line, column)

    def body_span(self) -> Span:
        """Where the text begins."""
        return Span(self.path, self.body_line)

    def row(self) -> list[Any]:
        """For JSON."""
        row: list[Any] = list(self)
        row[_SENT] = {account: list(sent) for account, sent in self.sent.items()}
        return row

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Card:
        """The way back from `row`: written for speed, as every start reads all cards."""
        values = list(row)
        for index in _LISTS:
            values[index] = tuple(values[index])
        values[_SENT] = {account: Sent._make(sent) for account, sent in values[_SENT].items()}
        return cls._make(values)


_SENT = Card._fields.index("sent")
_LISTS = [Card._fields.index(name) for name in ("accounts", "tags", "allow", "media")]


def card_of(
    post: Post,
    accounts: tuple[str, ...],
    sent: Mapping[str, Sent],
    media: Sequence[Media],
    source: str,
) -> Card:
    """The card of a post that goes to these accounts."""
    front = post.front
    marks = {key: list(front.marks[key]) for key in _MARKED if key in front}
    allow_marks = [list(mark) for mark in front["allow"].marks.values()] if post.allow else []
    return Card(
        path=post.path,
        blob=post.blob,
        id=post.id,
        title=post.title,
        accounts=accounts,
        publish_at=_utc(post.publish_at),
        expires_at=_utc(post.expires_at),
        late=post.late,
        campaign=post.campaign,
        tags=post.tags,
        draft=post.draft,
        hold=post.hold,
        on_edit=post.on_edit,
        on_remove=post.on_remove,
        allow=post.allow,
        source=source,
        sent=sent,
        media=tuple([one.path for one in media]),
        marks=marks,
        allow_marks=allow_marks,
        body_line=post.body_line,
        shown=_shown(media) if media else {},
    )


def _shown(media: Sequence[Media]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in media:
        if one.facts is not None:
            found.setdefault(one.path, [one.span.line, one.span.column])
    return found


def card_of_index(line: PostIndex, config: Config, campaigns: Mapping[str, Campaign]) -> Card:
    """The card of a settled post, from the committed index: enough for ids, times and accounts."""
    campaign = campaigns.get(line.campaign) if line.campaign else None
    names = line.accounts
    if names is None:
        names = campaign.accounts if campaign else None
    return Card(
        path=line.path,
        blob=line.blob,
        id=line.id,
        title=line.title,
        accounts=config.resolve(config.defaults.accounts if names is None else names),
        publish_at=line.publish_at,
        expires_at=line.expires_at,
        late=line.late,
        campaign=line.campaign,
        tags=line.tags,
        draft=line.draft,
        hold=line.hold,
        on_edit=line.on_edit,
        on_remove=line.on_remove,
    )


def sent_of(message: Message) -> Sent:
    """What a rendered message comes down to."""
    each = [_words(part) for part in message.parts]
    words = " ".join([*each, message.card.url] if message.card else each)
    text = _digest(words) if words else ""
    pieces, looks = text, look(words)
    if len(each) > 1 or message.card:
        pieces = " ".join([_digest(one) for one in each if one])
    if len(each) > 1:
        looks = " ".join([looks, *[look(one) for one in each if one]])
    return Sent(message.digest, text, len(each), looks, pieces)


def _words(part: Part) -> str:
    """Spacing, letter case and composed forms do not make another text."""
    text = part.text if part.text.isascii() else normalize("NFC", part.text)
    media = [media.facts.digest if media.facts else media.path for media in part.media]
    return " ".join([*text.casefold().split(), *media])


_WEB = re.compile(r"https?://\S*")
_PAGE = re.compile(r"https?://[a-z0-9._/-]*")
_TAG = re.compile(r"#\S*")
_SIGNS = bytes(set(range(128)) - set(b"abcdefghijklmnopqrstuvwxyz0123456789"))


def look(words: str) -> str:
    """A digest of the letters, the digits and the last address of a text, whatever their case.

    The same for a text as written and as set for any account: what Markdown, the platform's way
    with links, hashtags and campaign parameters change is left out. What looks different is
    different; what looks the same has to be rendered to know.
    """
    words, pages = words.casefold(), [""]
    if "://" in words:
        pages = _PAGE.findall(words) or pages
        words = _WEB.sub(" ", words)
    if "#" in words:
        words = _TAG.sub(" ", words)
    letters = words.encode("ascii", "ignore").translate(None, _SIGNS)
    return _digest(f"{letters.decode()} {pages[-1].rstrip('./-_')}")


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _utc(when: When | None) -> str | None:
    if when is None:
        return None
    form = "milliseconds" if when.at.microsecond else "seconds"
    return when.at.isoformat(timespec=form).replace("+00:00", "Z")
