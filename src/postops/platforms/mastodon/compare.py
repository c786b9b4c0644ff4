"""Recognising a status: what a server shows is HTML, with mentions shortened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.model import Outgoing

_REMOTE = re.compile(r"(?<![=/\w])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\w.-]*\w", re.IGNORECASE)


def plain(text: str) -> str:
    """A text as far as HTML keeps it: mentions without servers, all white space alike."""
    return " ".join(_REMOTE.sub(r"@\1", text).split())


def html_text(html: str) -> str:
    """The words of a status' HTML, in the form of `plain`."""
    from html.parser import HTMLParser

    found: list[str] = []

    class Words(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            del attrs
            if tag in ("br", "p", "li"):
                found.append("\n")

    parser = Words(convert_charrefs=True)
    parser.feed(html)
    parser.close()
    return plain("".join(found))


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
    shown = html_text(dig(status, "content", of=str) or "")
    return shown == plain(text) and plain(dig(status, "spoiler_text", of=str) or "") == plain(
        warning
    )


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
