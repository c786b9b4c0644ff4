"""What can be seen of a subject at a glance, so that most rules need not be called for it.

A trait that is missing proves that the rule has nothing to find; one that is there proves nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from postops.model import Media, Message, Post

TRAITS: tuple[str, ...] = (
    "card image",
    "cashtag",
    "campaign",
    "gif",
    "hashtag",
    "http",
    "link",
    "login",
    "loss",
    "long word",
    "markdown link",
    "media",
    "mention",
    "non-ascii",
    "override",
    "poll",
    "time",
)

_TELLING_WORDS = re.compile(r"[Pp]ass|[Ss]ecret|[Tt]oken|[Kk]ey\b|KEY|PASS")
_LONG = 16
# Everything but ASCII letters, digits, `-` and `_` becomes a space.
_WORDS = bytes(
    c if chr(c).isascii() and (chr(c).isalnum() or c in b"-_") else 32 for c in range(256)
)


def of_post(post: Post, media: Sequence[Media], texts: Iterable[str]) -> frozenset[str]:
    """The traits of a post. `texts` are all texts in it, as `subjects.texts` gives them."""
    whole = "\n".join(texts)
    return _named(
        (
            ("campaign", post.campaign is not None),
            ("http", "://" in whole and "http://" in whole.lower()),
            ("link", "://" in whole),
            ("login", "://" in whole and "@" in whole),
            ("long word", _has_long_word(whole) or _TELLING_WORDS.search(whole) is not None),
            ("markdown link", _has_odd_link(whole)),
            ("media", bool(media)),
            # An entity such as `&#8238;` is ASCII here and a bidi control in what is sent.
            ("non-ascii", not whole.isascii() or "&" in whole),
            ("override", bool(post.overrides)),
            ("time", bool(post.publish_at or post.expires_at or post.late or post.schedule)),
        )
    )


def _has_long_word(text: str) -> bool:
    words = text.encode("utf-8", "replace").translate(_WORDS).split()
    return max(map(len, words), default=0) >= _LONG


def _has_odd_link(text: str) -> bool:
    """Whether Markdown links something that may be no page of the web."""
    web = text.count("](https://") + text.count("](http://")
    return text.count("](") > web or "]:" in text or "<" in text


def of_message(message: Message) -> frozenset[str]:
    """The traits of a message."""
    parts, card = message.parts, message.card
    text = parts[0].text if len(parts) == 1 else "\n".join([part.text for part in parts])
    media = [one for part in parts for one in part.media]
    return _named(
        (
            ("card image", card is not None and card.image is not None),
            ("cashtag", "$" in text),
            ("gif", any(m.facts is not None and m.facts.kind == "gif" for m in media)),
            ("hashtag", "#" in text or "＃" in text),
            ("link", card is not None or _has_link(message)),
            ("loss", bool(message.losses)),
            ("media", bool(media)),
            ("mention", "@" in text or "＠" in text),
            ("non-ascii", not text.isascii()),
            ("poll", message.poll is not None),
        )
    )


def _has_link(message: Message) -> bool:
    for part in message.parts:
        for facet in part.facets:
            if facet.type == "link":
                return True
    return False


def _named(found: tuple[tuple[str, bool], ...]) -> frozenset[str]:
    # One frozenset for each combination, so that it is hashed once and not once a post.
    return _set(tuple([name for name, there in found if there]))


@cache
def _set(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)
