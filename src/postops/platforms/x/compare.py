"""Recognising a post: X shows short links, escaped characters and its own field names.

Nothing here asks what X takes for a link: its list of domains is not ours, and a post taken for
another would be sent again. Short links become what they lead to, and the rest is compared loosely.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.model import Outgoing

# A letter of another script may follow at once.
_SHORT = re.compile(r"https?://t\.co/[A-Za-z0-9]+")
_PAGE = re.compile(
    r"https?://(?:x|twitter)\.com/(?:[^/]+|i/web)/status/(\d+)(?:/(?:photo|video)/\d+)?"
)
_SCHEME = re.compile(r"https?://")
_LAST_SLASH = re.compile(r"/(?=[\s)\].,;:!?]|$)")
_IDN = re.compile(r"xn--[a-z0-9-]+")
# Where X puts the time in an id: milliseconds since its own epoch, above 22 other bits.
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_CUT = "…"
_SHORT_TEXT = 280  # characters at most, whatever they weigh: what is no short text is not compared
_LABEL = 63  # the longest there is; decoding takes time by the square of it


def posted_at(post_id: str) -> datetime:
    """When a post was made, by its id."""
    return _EPOCH + timedelta(milliseconds=int(post_id) >> 22)


def matches(outgoing: Outgoing, post: Any, username: str) -> bool:
    """Whether a post in a listing is this part."""
    media = dig(post, "attachments", "media_keys", of=list) or []
    polls = dig(post, "attachments", "poll_ids", of=list) or []
    asks = outgoing.message.poll is not None and outgoing.part.number == 1
    return (
        dig(post, "text", of=str) is not None
        and _hangs_where_it_should(outgoing, post)
        and len(media) == len(outgoing.files)
        and bool(polls) == asks
        and _says(outgoing, post, username)
    )


def echoes(outgoing: Outgoing, text: str) -> bool:
    """Whether the answer to a new post repeats its words.

    Where its links lead is not in that answer, so a link stands for any word. Long texts are cut.
    """
    if _is_long(outgoing):
        return True
    if len(text) > _most(_SHORT_TEXT):
        return False
    ours = loose(outgoing.part.text, quoted=True)  # a link without white space is one word
    pieces = [loose(piece, quoted=True) for piece in _SHORT.split(_unescaped(text))]
    if outgoing.files and pieces[-1] == "" and _fits(pieces[:-1], ours):
        return True  # the last link shows the media
    return _fits(pieces, ours)


def loose(text: str, *, quoted: bool = False) -> str:
    """A text without what X adds, drops or writes in another way; `quoted` leaves `%20` as it is."""
    text = unicodedata.normalize("NFC", text).casefold()
    text = _LAST_SLASH.sub("", _SCHEME.sub("", text if quoted else unquote(text)))
    return " ".join(_IDN.sub(_readable, text).split())


def _most(length: int) -> int:
    """More than a text can grow to on X, where links are made longer and characters escaped."""
    return 12 * length + 1000


def _fits(pieces: list[str], ours: str) -> bool:
    """Whether a text is these pieces, with any one word (and its spaces) between two of them.

    All ways to read it are followed at once: a pattern would try one after the other, for ever.
    """
    if sum(map(len, pieces)) + len(pieces) - 1 > len(ours):
        return False
    first, *others = pieces or [""]
    ends = _behind(first, ours, {0})
    for piece in others:
        ends = _behind(piece, ours, _after_a_word(ours, ends))
    return len(ours) in ends


def _behind(piece: str, text: str, starts: set[int]) -> set[int]:
    """Where the piece ends, if it stands at one of these places."""
    return {start + len(piece) for start in starts if text.startswith(piece, start)}


def _after_a_word(text: str, starts: set[int]) -> set[int]:
    """Where a word may end that begins at one of these places, or is a part of one that does.

    The text is as `loose` leaves it, with single spaces.
    """
    begins, at = sorted(starts), 0
    found: set[int] = set()
    while at < len(begins):
        start = begins[at] + (text[begins[at] : begins[at] + 1] == " ")
        end = text.find(" ", start) % (len(text) + 1)  # -1: the last word
        found.update(range(start + 1, end + 1))
        if start < end < len(text):
            found.add(end + 1)
        at = bisect_left(begins, end, at + 1)  # one that begins later in the same word adds none
    return found


def _says(outgoing: Outgoing, post: Any, username: str) -> bool:
    whole = dig(post, "note_post", of=dict) or dig(post, "note_tweet", of=dict) or post
    most = _most(len(outgoing.part.text))
    targets = _targets(post, most) | _targets(whole, most)
    text = dig(whole, "text", of=str) or ""
    if len(text) > most:
        return False
    text = _unescaped(text)

    def led(found: re.Match[str]) -> str:
        target = targets.get(found[0], found[0])
        page = _PAGE.fullmatch(target)
        own = page is not None and page[1] == dig(post, "id", of=str)
        # What X adds: the page of its media at the end, or of all of a text that was cut.
        added = page is not None and (own or (outgoing.files and found.end() == len(text)))
        return "" if added else target

    ours = loose(outgoing.part.text)
    found = _SHORT.sub(led, text)
    if len(found) > most:
        return False
    theirs = loose(found)
    # X may address a reply by itself.
    address = f"@{username.casefold()} "
    if outgoing.parent and not ours.startswith("@"):
        theirs = theirs.removeprefix(address)
    if theirs.endswith(_CUT) and whole is post and _is_long(outgoing):
        return ours.startswith(theirs.removesuffix(_CUT).rstrip())
    return ours == theirs


def _is_long(outgoing: Outgoing) -> bool:
    """Whether X shows the text cut off, with all of it in a field of its own."""
    from postops.platforms._twitter_text import CONFIG, weighted_length

    return weighted_length(outgoing.part.text) > CONFIG.max_weighted_length


def _hangs_where_it_should(outgoing: Outgoing, post: Any) -> bool:
    """Whether it answers what this part answers; a server that does not say names its thread."""
    found, thread = _parent(post), dig(post, "conversation_id", of=str)
    if found is not None:
        return outgoing.parent is not None and found == outgoing.parent.remote_id
    begins = thread in (None, dig(post, "id", of=str))
    if outgoing.parent is None:
        return begins
    return not begins and outgoing.root is not None and thread == outgoing.root.remote_id


def _parent(post: Any) -> str | None:
    lists = (dig(post, name, of=list) for name in ("referenced_posts", "referenced_tweets"))
    references = next((found for found in lists if found), [])
    replied = (dig(r, "id", of=str) for r in references if dig(r, "type", of=str) == "replied_to")
    return next(replied, None)


def _targets(post: Any, most: int) -> dict[str, str]:
    found = {}
    for url in dig(post, "entities", "urls", of=list) or []:
        short, target = dig(url, "url", of=str), dig(url, "expanded_url", of=str)
        if short and target and len(target) <= most:
            found[short] = target
    return found


def _unescaped(text: str) -> str:
    import html

    try:
        return html.unescape(text)
    except ValueError:  # a number of thousands of digits, which is no character
        return text


def _readable(label: re.Match[str]) -> str:
    if len(label[0]) > _LABEL:
        return label[0]
    try:
        return label[0].encode("ascii").decode("idna")
    except UnicodeError:
        return label[0]
