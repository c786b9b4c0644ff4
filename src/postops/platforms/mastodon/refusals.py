"""What Mastodon's error documents mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.errors import NeedsReauth, NotSent, Rejected

if TYPE_CHECKING:
    from postops.errors import PlatformError
    from postops.platforms._answers import Answer

_HELP = "make a new access token under Preferences → Development, with the scopes the docs name"


class NotThere(Rejected):
    """No such status, list or document."""


def refusal(answer: Answer) -> PlatformError | None:
    """The error a document stands for; `None` where its status says enough.

    Tokens do not expire, so one that is refused was revoked, and only a person can make another.
    """
    status, said, text = answer.status, answer.said, answer.refused
    if status in (401, 403):
        return NeedsReauth(text, help=_HELP, status=status)
    if status in (404, 410):
        return NotThere(text, status=status)
    if status == 422 and "not finished processing" in said:
        return NotSent(text, status=status)
    if status in (400, 422) and "already attached" in said:
        # These media hang on a status: most likely on this very one, from an attempt before.
        return Rejected(text, status=status, duplicate=True)
    return None
