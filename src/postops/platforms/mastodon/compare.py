"""Recognising a status: what a server shows is HTML, with mentions shortened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.model import Outgoing

_REMOTE = re.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\w.-]*\w", re.IGNORECASE)

# Characters of HTML for each of the text, at most: `@a` becomes a link with two addresses.
_MARKUP = 1000
_TAG = re.compile(r"<(?:([a-z][^\s/>]*)|[/!?])", re.IGNORECASE)
# Possessive, so that nothing is read again where no `>` follows.
_REST_OF_TAG = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")


def plain(text: str) -> str:
    """A text as far as HTML keeps it: mentions without servers, all white space alike."""
    return " ".join(_REMOTE.sub(r"@\1", text).split())


def html_text(html: str) -> str:
    """The words of a status' HTML, in the form of `plain`.

    Reads every character once, whatever it is given: `html.parser` takes the square of the time for
    tags that do not end, and breaks on some declarations.
    """
    from html import unescape

    found: list[str] = []
    at = 0
    while tag := _TAG.search(html, at):
        found.append(html[at : tag.start()])
        rest = _REST_OF_TAG.match(html, tag.end())
        if rest is None:  # it does not end, and nothing behind it does
            at = tag.start()
            break
        if tag[1] and tag[1].lower() in ("br", "p", "li"):
            found.append("\n")
        at = rest.end()
    found.append(html[at:])
    try:
        words = [unescape(text) for text in found]
    except ValueError:  # a number of thousands of digits, which is no character
        words = found
    return plain("".join(words))


def sent(outgoing: Outgoing) -> tuple[str, str]:
    """Text and warning as the server keeps them: a lone warning becomes the text."""
    text, warning = outgoing.part.text.strip(), (outgoing.message.content_warning or "").strip()
    return (text, warning) if text else (warning, "")


def shape_fits(outgoing: Outgoing, status: Any) -> bool:
    """Whether a status has this part's place in the thread, media and poll."""
    parent = outgoing.parent.remote_id if outgoing.parent else None
    poll = bool(poll_of(outgoing))
    return (
        dig(status, "in_reply_to_id", of=str) == parent
        and len(dig(status, "media_attachments", of=list) or []) == len(outgoing.files)
        and (dig(status, "poll", of=dict) is not None) == poll
    )


def shown_fits(outgoing: Outgoing, status: Any) -> bool:
    """Whether a status' HTML shows this part's words."""
    text, warning = sent(outgoing)
    html, shown = (dig(status, name, of=str) or "" for name in ("content", "spoiler_text"))
    if len(html) > _MARKUP * (len(text) + 1):
        return False
    return html_text(html) == plain(text) and plain(shown) == plain(warning)


def source_fits(outgoing: Outgoing, source: tuple[str, str]) -> bool:
    """Whether a status' source (text, warning) is this part's, to the letter."""
    lines = (one.replace("\r\n", "\n").strip() for one in source)
    return tuple(lines) == tuple(one.replace("\r\n", "\n") for one in sent(outgoing))


def poll_of(outgoing: Outgoing) -> dict[str, Any] | None:
    """The poll's fields; a thread asks its question in its first part."""
    poll = outgoing.message.poll
    if poll is None or outgoing.part.number != 1:
        return None
    return {
        "options": list(poll.options),
        "expires_in": poll.seconds,
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    }
