"""What one account is to get: the post as written, narrowed by arm, platform and account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from postops.config import Account
    from postops.diagnostics import Span
    from postops.model import Campaign, Link, Media, Override, Poll, Post

_REPLACING = (
    "title",
    "media",
    "hashtags",
    "link",
    "language",
    "content_warning",
    "poll",
    "thread",
)


Place = tuple[Literal["variants", "platforms"], str]
"""Where an override stands in the front matter."""


class Wanted(NamedTuple):
    """The keys after `campaign < post < variants.<arm> < platforms.<platform> < platforms.<account>`.

    `text_of` is the place of the override whose `text` replaces the body. `media` is `None` where no
    override speaks of it: the post's own and its body's images are meant.
    """

    text_of: Place | None
    title: str | None
    media: tuple[Media, ...] | None
    hashtags: tuple[str, ...]
    link: Link | None
    language: str | None
    content_warning: str | None
    poll: Poll | None
    thread: Literal["auto", "none"]
    options: dict[str, Any]


def overrides(post: Post) -> dict[Place, Override]:
    """All overrides of a post by their place."""
    found: dict[Place, Override] = {("variants", k): v for k, v in post.variants.items()}
    found.update({("platforms", k): v for k, v in post.overrides.items()})
    return found


def wanted(post: Post, account: Account, campaign: Campaign | None, arm: str | None) -> Wanted:
    """Overrides replace, key by key; only hashtags add up, and only campaign and post."""
    hashtags = post.hashtags + campaign.hashtags if campaign else post.hashtags
    found = Wanted(
        text_of=None,
        title=post.title,
        media=None,
        hashtags=hashtags,
        link=post.link,
        language=post.language,
        content_warning=post.content_warning,
        poll=post.poll,
        thread=post.thread,
        options={},
    )
    for place, override in _applied(post, account, arm):
        found = _narrowed(found, place, override)
    return found


def _applied(post: Post, account: Account, arm: str | None) -> list[tuple[Place, Override]]:
    if not post.overrides and not post.variants:
        return []
    places: list[Place] = [
        ("platforms", n) for n in dict.fromkeys((account.platform, account.name))
    ]
    if arm is not None:
        places.insert(0, ("variants", arm))
    known = overrides(post)
    return [(place, known[place]) for place in places if place in known]


def _narrowed(found: Wanted, place: Place, override: Override) -> Wanted:
    says: dict[str, Any] = {
        name: value for name in _REPLACING if (value := getattr(override, name)) is not None
    }
    if override.text is not None:
        says["text_of"] = place
    if override.options:
        says["options"] = {**found.options, **plain(override.options)}
    return found._replace(**says)


def plain(value: Any) -> Any:
    """Without the marks: dicts, lists and scalars only."""
    if hasattr(value, "items"):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def key_span(post: Post, account: Account, arm: str | None, key: str) -> Span:
    """Where the value of a key that reached this account was written."""
    for place, override in reversed(_applied(post, account, arm)):
        if getattr(override, key) is not None:
            return post.span(*place, key)
    return post.span(key)
