"""What one account is to get: the post as written, narrowed by platform, then by account."""

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


class Wanted(NamedTuple):
    """The post's keys after `campaign < post < platforms.<platform> < platforms.<account>`.

    `text_of` names the override whose `text` replaces the body. `media` is `None` where no
    override speaks of it: the post's own and its body's images are meant.
    """

    text_of: str | None
    title: str | None
    media: tuple[Media, ...] | None
    hashtags: tuple[str, ...]
    link: Link | None
    language: str | None
    content_warning: str | None
    poll: Poll | None
    thread: Literal["auto", "none"]
    options: dict[str, Any]


def wanted(post: Post, account: Account, campaign: Campaign | None) -> Wanted:
    """Overrides replace, key by key; only hashtags add up, and only campaign and post."""
    found = Wanted(
        None,
        post.title,
        None,
        post.hashtags + campaign.hashtags if campaign else post.hashtags,
        post.link,
        post.language,
        post.content_warning,
        post.poll,
        post.thread,
        {},
    )
    for key in _keys(post, account):
        found = _narrowed(found, key, post.overrides[key])
    return found


def _keys(post: Post, account: Account) -> list[str]:
    names = dict.fromkeys((account.platform, account.name))
    return [name for name in names if name in post.overrides]


def _narrowed(found: Wanted, key: str, override: Override) -> Wanted:
    says: dict[str, Any] = {
        name: value for name in _REPLACING if (value := getattr(override, name)) is not None
    }
    if override.text is not None:
        says["text_of"] = key
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


def key_span(post: Post, account: Account, key: str) -> Span:
    """Where the value of a key that reached this account was written."""
    for name in reversed(_keys(post, account)):
        if getattr(post.overrides[name], key) is not None:
            return post.span("platforms", name, key)
    return post.span(key)
