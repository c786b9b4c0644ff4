"""The front matter of posts and campaigns, as people write it.

These shapes are what is read and what the editors' schemas are made from: the text below a field
is what an editor shows beside the key. `posts.py` turns them into the nouns of `model`. They are
never compared or printed; without the methods for that they are made in a quarter of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from postops.model import Late, Schedule  # noqa: TC001 - shapes are read at run time
from postops.reading.durations import Duration  # noqa: TC001
from postops.reading.limits import Length, Pattern, Range, Shown
from postops.reading.marked import MarkedMap, Place
from postops.reading.shape import PLACE, REST


def also(*words: str) -> dict[str, tuple[str, ...]]:
    """What other tools call this key."""
    return {"also": words}


NOWHERE = Place((1, 1), MarkedMap())

_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"

Moment = Annotated[
    str,
    Shown(
        rf"{_DAY}[T ]{_CLOCK}((:[0-5][0-9](\.[0-9]{{1,6}})?)?(Z|[+-]{_CLOCK}))?",
        ["2026-03-01T10:30", "2026-03-01T10:30+01:00"],
    ),
]
Day = Annotated[str, Shown(_DAY, ["2026-03-01"])]
Id = Annotated[
    str,
    Pattern(
        r"[A-Za-z0-9][A-Za-z0-9._+-]*(/[A-Za-z0-9][A-Za-z0-9._+-]*)*",
        "letters and digits, with `-`, `_`, `.`, `+` and `/` between them",
        examples=["spring-release"],
    ),
]
Hashtag = Annotated[
    str,
    Pattern(r"[#＃]?[^\x00-\x20\xa0#＃]+", "a hashtag, one word", examples=["OpenScience"]),
]
Language = Annotated[
    str,
    Pattern(  # the common part of RFC 5646: extended language, script, region, variants
        r"[a-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
        r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*",
        "a language tag such as `en` or `pt-BR`",
        examples=["en", "pt-BR"],
    ),
]
_SPACE = r"\x00-\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
Url = Annotated[
    str,
    Pattern(
        rf"[Hh][Tt][Tt][Pp][Ss]?://[^{_SPACE}/?#][^{_SPACE}]*",
        "a URL such as `https://example.org/page`",
    ),
]
Option = Annotated[str, Pattern(rf"[{_SPACE}]*[^{_SPACE}](.|\n)*", "something to choose")]


@dataclass(frozen=True, eq=False, repr=False)
class MediaBlock:
    """A picture, video or sound."""

    path: Annotated[str, Length(1, None, "a path")]
    """The file, relative to this one."""
    alt: str | None = None
    """What it shows, for those who cannot see it. Empty only for pure decoration."""
    focus: (
        Annotated[
            list[Annotated[float, Range(-1, 1)]],
            Length(2, 2, "two numbers: x and y"),
        ]
        | None
    ) = None
    """What to keep in view when it is cropped: x and y from -1 to 1; `[0, 0]` is the middle."""
    at: Place = field(default=NOWHERE, metadata=PLACE)


@dataclass(frozen=True, eq=False, repr=False)
class LinkBlock:
    """The page the post points at, with the words of its card."""

    url: Url
    """The page."""
    title: str | None = None
    """The card's title."""
    description: str | None = None
    """The card's text."""
    image: str | MediaBlock | None = None
    """The card's picture, relative to this file."""
    at: Place = field(default=NOWHERE, metadata=PLACE)


@dataclass(frozen=True, eq=False, repr=False)
class PollBlock:
    """A question with options. The question is the text of the post."""

    options: Annotated[list[Option], Length(2, None, "two options")]
    """What people may choose from."""
    duration: Duration
    """How long it stays open."""
    multiple: bool = False
    """Whether one may choose several."""
    hide_totals: bool = False
    """Whether the counts are hidden until the end."""
    at: Place = field(default=NOWHERE, metadata=PLACE)


@dataclass(frozen=True, eq=False, repr=False)
class VariantBlock:
    """What one arm of an experiment says instead."""

    text: str | None = None
    """Instead of the body, in Markdown."""
    title: str | None = None
    """Instead of `title`."""
    media: list[MediaBlock] | None = None
    """Instead of `media`; `[]` for none."""
    hashtags: list[Hashtag] | None = None
    """Instead of `hashtags`; `[]` for none."""
    link: Url | LinkBlock | None = None
    """Instead of `link`."""
    language: Language | None = None
    """Instead of `language`."""
    content_warning: str | None = None
    """Instead of `content_warning`."""
    poll: PollBlock | None = None
    """Instead of `poll`."""
    thread: Literal["auto", "none"] | None = None
    """Instead of `thread`."""


@dataclass(frozen=True, eq=False, repr=False)
class OverrideBlock(VariantBlock):
    """What one platform or account gets instead. The other keys are the platform's own."""

    options: dict[str, Any] = field(default_factory=dict, metadata=REST)


@dataclass(frozen=True, eq=False, repr=False)
class PostFront:
    """The front matter of a post: a Markdown file under `posts/`."""

    id: Id | None = None
    """The post's name for ever. Without it: the path below `posts/`, without the suffix."""
    title: str | None = None
    """For platforms whose posts have titles, and for the calendar."""
    accounts: list[str] | None = field(
        default=None, metadata=also("networks", "channels", "targets", "profiles", "to")
    )
    """Where it goes: names of accounts or groups. Without it: as the campaign or defaults say."""
    publish_at: Moment | None = field(
        default=None,
        metadata=also("date", "time", "publish", "scheduled", "scheduled_at", "when", "at"),
    )
    """When it is due, in `timezone` or with an offset. Without it: as soon as it is merged."""
    timezone: str | None = None
    """The IANA time zone of this file's times; without it, the configuration's."""
    late: Late | None = None
    """What to do when the time was missed by more than `grace`."""
    expires_at: Moment | None = field(default=None, metadata=also("expires", "expire", "until"))
    """Never publish after this."""
    schedule: Schedule | None = None
    """`native` hands it over to a platform that publishes it at its time by itself."""
    campaign: str | None = None
    """The campaign it belongs to: its path below `campaigns/`, without the suffix."""
    tags: list[str] = field(default_factory=list)
    """Labels for your own use. Never published."""
    hashtags: list[Hashtag] = field(default_factory=list)
    """Added at the end, unless the body holds them."""
    link: Url | LinkBlock | None = field(default=None, metadata=also("url"))
    """The page it points at: a card where the platform has one, else a paragraph of its own."""
    media: list[MediaBlock] = field(
        default_factory=list,
        metadata=also("images", "image", "photo", "photos", "video", "attachments", "files"),
    )
    """Pictures, videos and sounds."""
    thread: Literal["auto", "none"] = "none"
    """`auto` splits a long text into a thread. `---` on its own line splits by hand."""
    language: Language | None = field(default=None, metadata=also("lang", "locale"))
    """The language of the text."""
    content_warning: str | None = field(
        default=None, metadata=also("cw", "spoiler", "spoiler_text", "sensitive")
    )
    """Words in front of which the text is hidden."""
    poll: PollBlock | None = None
    """A question with options."""
    on_edit: Literal["ignore", "update"] = "ignore"
    """What an edit of this file does after publishing."""
    on_remove: Literal["keep", "withdraw"] = "keep"
    """What removing this file does after publishing."""
    variants: dict[Id, VariantBlock] = field(default_factory=dict)
    """The arms of an experiment, by a name of your choice."""
    platforms: dict[str, OverrideBlock] = field(default_factory=dict)
    """What a platform or an account gets instead, by its name."""
    draft: bool = False
    """Not ready: checked, never published."""
    hold: bool = False
    """Ready, but held back until this is removed."""
    allow: list[str] = field(default_factory=list)
    """Rules that do not apply to this file."""


@dataclass(frozen=True, eq=False, repr=False)
class CampaignUtm:
    """Campaign parameters of this campaign's links, instead of the configuration's."""

    source: str | None = None
    """`utm_source`."""
    medium: str | None = None
    """`utm_medium`."""
    campaign: str | None = None
    """`utm_campaign`."""


@dataclass(frozen=True, eq=False, repr=False)
class CampaignFront:
    """The front matter of a campaign: a Markdown file under `campaigns/`."""

    id: Id | None = None
    """The campaign's name. Without it: the path below `campaigns/`, without the suffix."""
    title: str | None = None
    """For the calendar and reports."""
    starts: Day | None = None
    """Its first day."""
    ends: Day | None = None
    """Its last day."""
    accounts: list[str] | None = None
    """Where its posts go that do not say otherwise."""
    hashtags: list[Hashtag] = field(default_factory=list)
    """Added to its posts."""
    tags: list[str] = field(default_factory=list)
    """Labels for your own use."""
    utm: CampaignUtm = field(default_factory=CampaignUtm)
    """Campaign parameters of its posts' links."""
