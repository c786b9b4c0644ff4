"""How Mastodon reads a text: what counts, and what becomes of it as HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import regex

from .accounts import PLATFORM, by_handle
from .links import find_links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.sandbox.world import SandboxAccount, World

# What Ruby calls a word, and the signs that may join words inside a hashtag (tag.rb).
_WORD, _JOINS = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}", "·・\u200c"
# Account::MENTION_RE in our own words. What looks like more of a name or a URL spoils it.
_MENTION = regex.compile(
    rf"(?<![=/{_WORD}])@(?P<user>[a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+)"
    rf"(?:@(?P<domain>[{_WORD}]++(?:[.-]++[{_WORD}]++)*+))?+(?![@＠\u00c0-\u024f]|://)",
    regex.IGNORECASE,
)
_HASHTAG = regex.compile(rf"(?<!\S)[#＃](?P<tag>[{_WORD}][{_WORD}{_JOINS}]*+)")
_LETTER = regex.compile(r"\p{Alphabetic}")


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    html: str


def count(text: str, spoiler: str, per_url: int) -> int:
    """Count characters: in the body, URLs at a flat rate and domains of mentions free.

    The warning counts as it stands (status_length_validator.rb).
    """
    return len(regex.findall(r"\X", spoiler + _countable(text, "x" * per_url)))


def _countable(text: str, url: str) -> str:
    if not text.strip():
        return ""
    short = [(link.start, link.end, url) for link in find_links(text)]
    short += [(m.start(), m.end(), f"@{m['user']}") for m in _MENTION.finditer(text)]
    counted, done = "", 0
    for start, end, instead in sorted(short):
        if start >= done:
            counted += text[done:start] + instead
            done = end
    return counted + text[done:]


def mentioned(world: World, text: str) -> list[SandboxAccount]:
    """List the accounts of this instance a text mentions, once each."""
    found = (by_handle(world, match[0][1:]) for match in _MENTION.finditer(text))
    return list({account.id: account for account in found if account}.values())


def hashtags(text: str) -> list[str]:
    """List hashtags without the sign, in order, once each."""
    return list(dict.fromkeys(tag.lower() for _, _, tag in _tags(text)))


def signs(text: str) -> list[tuple[int, int]]:
    """Return where mentions and hashtags stand, end exclusive."""
    tags = [(start, end) for start, end, _ in _tags(text)]
    return sorted([*tags, *(match.span() for match in _MENTION.finditer(text))])


def _tags(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _HASHTAG.finditer(text):
        tag = match["tag"].rstrip(_JOINS)
        # Digits alone are a number; what joins them makes them a name.
        if not (_LETTER.search(tag) or any(sign in tag[1:-1] for sign in f"_{_JOINS}")):
            continue
        # A scheme belongs to the URL it begins, not to the name before it.
        if text.startswith("://", match.start() + 1 + len(tag)):
            tag = re.sub(r"(?<=.)https?\Z", "", tag)
        yield match.start(), match.start() + 1 + len(tag), tag


def to_html(world: World, text: str) -> str:
    """Write a text as the HTML of `content`."""
    if not text.strip():
        return ""
    paragraphs = re.split(r"\n{2,}", _linked(world, text.replace("\r\n", "\n").strip()))
    return "".join(f"<p>{one.replace(chr(10), '<br />')}</p>" for one in paragraphs)


def _linked(world: World, text: str) -> str:
    pieces = [_Piece(link.start, link.end, _anchor(link.url)) for link in find_links(text)]
    for match in _MENTION.finditer(text):
        account = by_handle(world, match[0][1:])
        if account is not None:
            pieces.append(_Piece(match.start(), match.end(), _mention(world, account)))
    pieces += [_Piece(start, end, _tag(world, tag)) for start, end, tag in _tags(text)]
    html, done = "", 0
    for piece in sorted(pieces, key=lambda one: one.start):
        if piece.start >= done:
            html += escape(text[done : piece.start]) + piece.html
            done = piece.end
    return html + escape(text[done:])


def _anchor(url: str) -> str:
    hidden = re.match(r"https?://(?:www\.)?", url, re.IGNORECASE)
    scheme = hidden[0] if hidden else ""
    shown = url.removeprefix(scheme)
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
