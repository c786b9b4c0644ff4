"""What X's error documents mean. Problem types are known by their last segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.errors import AuthExpired, NeedsReauth, RateLimited, Rejected
from postops.platforms._answers import dig

if TYPE_CHECKING:
    from postops.errors import PlatformError
    from postops.platforms._answers import Answer

_PERSON = frozenset({"client-forbidden", "oauth1-permissions", "unsupported-authentication"})
_CREDITS = frozenset({"credits", "credits-depleted", "usage-capped"})
# Codes of API v1.1, which some answers still carry.
_DUPLICATE, _SUSPENDED, _LOCKED = 187, 64, 326
_HELP = "give the app *Read and write*, then make the access token again"


class NotThere(Rejected):
    """No such post."""


def refusal(answer: Answer, *, static: bool) -> PlatformError | None:
    """The error a document stands for; `None` where its status says enough.

    `static`: the credentials are of OAuth 1.0a, which never expire: only a person can renew them.
    """
    status, text = answer.status, answer.refused
    problem = problem_of(answer.document)
    if status == 402 or (problem in _CREDITS and status < 500):
        # Nothing happened and nothing will until somebody pays: all of the account waits.
        return RateLimited(f"{text}: the account has no credits", retry_after=None, status=status)
    if status == 401:
        kind = NeedsReauth if static else AuthExpired
        return kind(text, help=_HELP, status=status)
    if status == 404:
        return NotThere(text, status=status)
    return _forbidden(answer, problem) if status == 403 else None


def problem_of(document: Any) -> str:
    """The last segment of the problem's type, wherever the document has it."""
    found = dig(document, "type", of=str) or ""
    if found.rpartition("/")[2] in ("", "about:blank"):
        found = dig(document, "errors", 0, "type", of=str) or found
    return found.rstrip("/").rpartition("/")[2]


def _forbidden(answer: Answer, problem: str) -> PlatformError:
    text, said = answer.refused, answer.said.lower()
    places: tuple[tuple[str | int, ...], ...] = (("errors", 0, "code"), ("code",))
    code = next((c for p in places if (c := dig(answer.document, *p, of=int)) is not None), None)
    if "duplicate content" in said or code == _DUPLICATE:
        return Rejected(text, status=403, duplicate=True)
    if problem in _PERSON or "unsupported authentication" in said:
        return NeedsReauth(text, help=_HELP, status=403)
    locked = "suspended" in said or "is locked" in said or "temporarily locked" in said
    if problem == "user-suspended" or code in (_SUSPENDED, _LOCKED) or locked:
        return NeedsReauth(text, help="sign in at x.com and unlock the account", status=403)
    if "reply to this conversation is not allowed" in said or "only reply to" in said:
        why = "X takes replies through the API only where the author mentioned the account"
        return Rejected(text, help=f"{why}; post the thread as single posts", status=403)
    if "not permitted to perform this action" in said:
        why = "too long without Premium, media that are not allowed, or rights the app lacks"
        return Rejected(text, help=f"X does not say why; often {why}", status=403)
    return Rejected(text, status=403)
