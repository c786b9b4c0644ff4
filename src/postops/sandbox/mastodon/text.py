"""How Mastodon reads a text: what counts, and what becomes of it as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import regex

from postops.sandbox.links import find_links

from .accounts import PLATFORM, by_handle

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

# Account::MENTION_RE, Tag::HASHTAG_RE in our own words.
_MENTION = re.compile(
    r"(?<![=/\w])@(?P<user>[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)"
    r"(?:@(?P<domain>[^\W_](?:[\w.:-]*\w)?))?",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?<![=/)\w])[#＃](?P<tag>\w*[^\W\d]\w*)")


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    html: str


def count(text: str, spoiler: str, per_url: int) -> int:
    """Count characters: the warning with the body, URLs at a flat rate, domains of mentions free."""
    whole = spoiler + text
    for link in reversed(find_links(whole, scheme_required=True)):
        whole = whole[: link.start] + "x" * per_url + whole[link.end :]
    whole = _MENTION.sub(lambda found: f"@{found['user']}", whole)
    return len(regex.findall(r"\X", whole))


def mentioned(world: World, text: str) -> list[SandboxAccount]:
    """List the accounts of this instance a text mentions, once each."""
    found = (by_handle(world, match[0][1:]) for match in _MENTION.finditer(text))
    return list({account.id: account for account in found if account}.values())


def hashtags(text: str) -> list[str]:
    """List hashtags without the sign, in order, once each."""
    return list(dict.fromkeys(match["tag"].lower() for match in _HASHTAG.finditer(text)))


def to_html(world: World, text: str) -> str:
    """Write a text as the HTML of `content`."""
    if not text.strip():
        return ""
    paragraphs = re.split(r"\n{2,}", _linked(world, text.replace("\r\n", "\n").strip()))
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in paragraphs)


def _linked(world: World, text: str) -> str:
    pieces = [
        _Piece(link.start, link.end, _anchor(link.url))
        for link in find_links(text, scheme_required=True)
    ]
    for match in _MENTION.finditer(text):
        account = by_handle(world, match[0][1:])
        if account is not None:
            pieces.append(_Piece(match.start(), match.end(), _mention(world, account)))
    pieces += [
        _Piece(match.start(), match.end(), _tag(world, match["tag"]))
        for match in _HASHTAG.finditer(text)
    ]
    html, done = "", 0
    for piece in sorted(pieces, key=lambda one: one.start):
        if piece.start >= done:
            html += escape(text[done : piece.start]) + piece.html
            done = piece.end
    return html + escape(text[done:])


def _anchor(url: str) -> str:
    scheme, shown = re.match(r"(https?://(?:www\.)?)(.*)", url, re.IGNORECASE | re.DOTALL).groups()  # type: ignore[union-attr]  # every link found has a scheme
    # What is cut from sight stays in the text, as on the real thing.
    ellipsis = ' class="ellipsis"' if len(shown) > 30 else ""
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{escape(scheme)}</span>'
        f"<span{ellipsis}>{escape(shown[:30])}</span>"
        f'<span class="invisible">{escape(shown[30:])}</span></a>'
    )


def _mention(world: World, account: SandboxAccount) -> str:
    url = f"{world.origin(PLATFORM)}/@{account.handle}"
    return (
        f'<span class="h-card" translate="no"><a href="{url}" class="u-url mention">'
        f"@<span>{escape(account.handle)}</span></a></span>"
    )


def _tag(world: World, tag: str) -> str:
    url = f"{world.origin(PLATFORM)}/tags/{tag.lower()}"
    return f'<a href="{url}" class="mention hashtag" rel="tag">#<span>{escape(tag)}</span></a>'
