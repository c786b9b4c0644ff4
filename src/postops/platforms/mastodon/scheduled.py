"""Posts handed over ahead: the server keeps them, and publishes them at their time.

Whether the idempotency key counts for them is not agreed on, so nothing is staked on it: they are
found again by what they say.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postops.errors import AuthExpired, NotSent, Rejected
from postops.model import Entries, Entry
from postops.platforms._answers import dig, is_id, when
from postops.platforms.mastodon.compare import source_fits
from postops.platforms.mastodon.refusals import NotThere

if TYPE_CHECKING:
    from datetime import datetime

    from postops.model import Outgoing
    from postops.platforms._answers import Answer
    from postops.platforms.mastodon.platform import Mastodon

LIST = "/api/v1/scheduled_statuses"
_PAGE = 40
_MAX_PAGES = 10
# Servers keep times to the millisecond at best.
_EXACT = timedelta(seconds=1)


async def offered(platform: Mastodon) -> None:
    """Ask for the list first: a server without one would publish at once what it is handed.

    Raises `Rejected` where there is none.
    """
    try:
        answer = await platform.send("asking for scheduled posts", "GET", LIST, params={"limit": 1})
        answer.get(of=list)
    except AuthExpired:
        raise
    except NotSent as error:
        if error.status != 501:  # "not implemented" is an answer, and will not pass
            raise
        raise Rejected(f"mastodon: this server schedules nothing ({error})", status=501) from error


def entry(answer: Answer, document: Any) -> Entry:
    """The waiting post a document tells of. Raises what `unreadable` gives."""
    found, at = dig(document, "id", of=str), dig(document, "scheduled_at", of=str)
    moment = when(at) if at else None
    if found is None or moment is None or not is_id(found):
        raise answer.unreadable("a scheduled post without id or time")
    return Entry(found, moment)


async def waiting(
    platform: Mastodon, outgoing: Outgoing, at: datetime, known: frozenset[str]
) -> Entries:
    """All that wait with this part's words, number of media and time."""
    found: list[Entry] = []
    query: dict[str, Any] = {"limit": _PAGE}
    for _ in range(_MAX_PAGES):
        answer = await platform.send("listing scheduled posts", "GET", LIST, params=query)
        page = answer.get(of=list)
        for document in page:
            one = entry(answer, document)
            if dig(document, "params", of=dict) is None:
                raise answer.unreadable("a scheduled post without its words")
            if one.id not in known and _fits(outgoing, document) and abs(one.at - at) < _EXACT:
                found.append(one)
        if len(page) < _PAGE:
            return Entries(tuple(found))
        query["max_id"] = dig(page, len(page) - 1, "id", of=str)
    return Entries(tuple(found), complete=False)


def _fits(outgoing: Outgoing, document: Any) -> bool:
    text = dig(document, "params", "text", of=str) or ""
    warning = dig(document, "params", "spoiler_text", of=str) or ""
    media = dig(document, "media_attachments", of=list) or []
    return source_fits(outgoing, (text, warning)) and len(media) == len(outgoing.files)


async def one(platform: Mastodon, entry_id: str) -> Entry | None:
    """The waiting post of that id."""
    try:
        answer = await platform.send("reading a scheduled post", "GET", f"{LIST}/{entry_id}")
    except NotThere:
        return None
    return entry(answer, answer.document)


async def taken_back(platform: Mastodon, entry_id: str) -> bool:
    """Whether it was there to be deleted."""
    try:
        await platform.send("taking a scheduled post back", "DELETE", f"{LIST}/{entry_id}")
    except NotThere:
        return False
    return True
