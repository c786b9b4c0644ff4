"""What the page shows of a world: threads, pictures, polls, money and what went wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, AnyStr

from .growth import Reactions, reactions
from .links import find_links
from .mastodon import links as mastodon_links
from .mastodon import text as mastodon_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .world import SandboxAccount, TimelinePost, World

# What X makes a link of without one.
_SIGNS = re.compile(
    r"(?<![\w!#$%&*@＠])[@＠][A-Za-z0-9_]{1,20}(?![@\w])"
    r"|(?<![\w&/])[#＃]\w*[^\W\d_]\w*"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `href` is set where the platform would make it a link."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class ShownPost:
    """One post as the page draws it."""

    post: TimelinePost
    anchor: str
    spans: list[Span]
    grown: Reactions
    warning: str
    options: list[str]
    card: Mapping[str, str] | None
    badges: list[str]


@dataclass(slots=True)
class Column:
    """One account: its threads, newest first, and what it spent."""

    account: SandboxAccount
    costs: Mapping[str, float]
    threads: list[list[ShownPost]] = field(default_factory=list)

    @property
    def live(self) -> int:
        """How many posts stand."""
        return sum(not shown.post.deleted for thread in self.threads for shown in thread)

    @property
    def spent(self) -> float:
        """USD in all."""
        return sum(self.costs.values())


def columns(world: World) -> list[Column]:
    """Return every account by platform and name."""
    return [_column(world, account) for _, account in sorted(world.accounts.items())]


def anchor(platform: str, post: str) -> str:
    """Return the fragment that leads to a post on the page."""
    return f"{platform}-{post.rpartition('/')[2]}"


def _column(world: World, account: SandboxAccount) -> Column:
    posts = world.timeline(account.platform, account.name)
    column = Column(account, world.costs(account.platform, account.name))
    column.threads = [
        [_shown(world, account, post) for post in thread] for thread in reversed(_threads(posts))
    ]
    return column


def _threads(posts: list[TimelinePost]) -> list[list[TimelinePost]]:
    """Put replies under what they answer; a parent on another account starts a thread too."""
    known = {post.id for post in posts}
    by_parent = {
        parent: list(group)
        for parent, group in groupby(
            sorted(posts, key=lambda post: post.in_reply_to or ""),
            key=lambda post: post.in_reply_to or "",
        )
    }
    roots = [post for post in posts if post.in_reply_to not in known]
    threads = []
    for root in roots:
        thread, waiting = [], [root]
        while waiting:
            thread.append(waiting.pop(0))
            waiting = by_parent.get(thread[-1].id, []) + waiting
        threads.append(thread)
    return threads


def _shown(world: World, account: SandboxAccount, post: TimelinePost) -> ShownPost:
    raw = post.raw
    return ShownPost(
        post=post,
        anchor=anchor(account.platform, post.id),
        spans=_spans(account.platform, post),
        grown=reactions(world.seed, post.id, world.now() - post.created_at),
        warning=str(raw.get("spoiler_text") or ""),
        options=list((raw.get("poll") or {}).get("options", [])),
        card=_card(world, account, raw),
        badges=_badges(raw),
    )


def _badges(raw: dict[str, Any]) -> list[str]:
    """What readers are not shown or told as usual: who sees it, and labels."""
    visibility = str(raw.get("visibility", "public"))
    labels = [str(one.get("val")) for one in (raw.get("labels") or {}).get("values", [])]
    return ([] if visibility == "public" else [visibility]) + labels


def _card(world: World, account: SandboxAccount, raw: dict[str, Any]) -> Mapping[str, str] | None:
    match raw.get("embed"):
        case {"external": {"uri": str(uri), "title": str(title), "description": str(text)} as one}:
            card = {"uri": uri, "title": title, "description": text}
            match one.get("thumb"):
                case {"ref": {"$link": str(link)}}:
                    blobs = world.shelf("bluesky", "repos", account.id)["blobs"]
                    card["thumb"] = blobs[link]["digest"]
            return card
    return None


def _spans(platform: str, post: TimelinePost) -> list[Span]:
    """Cut the text where the platform links it: by facets where clients must send them."""
    if "createdAt" in post.raw:
        return _by_facets(post.text.encode(), post.raw.get("facets") or [])
    if platform == "mastodon":
        links, signs = mastodon_links.find_links(post.text), mastodon_text.signs(post.text)
    else:
        links = find_links(post.text)
        signs = [sign.span() for sign in _SIGNS.finditer(post.text)] if platform == "x" else []
    marks = [(link.start, link.end, _with_scheme(link.url)) for link in links]
    marks += [(start, end, post.text[start:end]) for start, end in signs]
    return [Span(piece, href) for piece, href in _cut(post.text, marks)]


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _by_facets(data: bytes, facets: list[dict[str, Any]]) -> list[Span]:
    marks = []
    for facet in facets:
        feature = (facet.get("features") or [{}])[0]
        href = feature.get("uri") or feature.get("did") or f"#{feature.get('tag', '')}"
        marks.append((facet["index"]["byteStart"], facet["index"]["byteEnd"], str(href)))
    return [Span(piece.decode(errors="replace"), href) for piece, href in _cut(data, marks)]


def _cut(whole: AnyStr, marks: list[tuple[int, int, str]]) -> list[tuple[AnyStr, str | None]]:
    pieces: list[tuple[AnyStr, str | None]] = []
    done = 0
    for start, end, href in sorted(marks):
        if start < done:
            continue
        pieces.append((whole[done:start], None))
        pieces.append((whole[start:end], href))
        done = end
    pieces.append((whole[done:], None))
    return pieces
