"""What a server answered, read with suspicion: any field may be absent or of another type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from postops.errors import OutcomeUnknown, PlatformError
from postops.platforms.base import Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.model import Receipt

T = TypeVar("T")

_SHOWN = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def dig(document: Any, *path: str | int, of: type[T]) -> T | None:
    """The value at `path`, or `None` where it is absent or not an `of`."""
    for key in path:
        if isinstance(document, dict) and isinstance(key, str):
            document = document.get(key)
        elif isinstance(document, list) and isinstance(key, int):
            document = document[key] if 0 <= key < len(document) else None
        else:
            return None
    if isinstance(document, bool) and of is not bool:
        return None
    return document if isinstance(document, of) else None


def when(text: str | None) -> datetime | None:
    """The time an ISO 8601 text names, in UTC; `None` where it names none."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return in_utc(at)


def in_utc(at: datetime) -> datetime | None:
    """A time a server named, in UTC. `None` near the ends of the calendar, where sums would fail."""
    if not 1900 < at.year < 3000:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def is_id(text: str | None) -> bool:
    """Whether a text is an id as platforms make them: nothing that means something in a URL."""
    return text is not None and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) is not None


def web_address(text: str | None) -> str | None:
    """A URL that can stand in a report, or `None`: what servers send is not always one."""
    good = text and len(text) <= 2000 and re.fullmatch(r"https?://[!-~\u00a1-\ud7ff]+", text)
    return text if good else None


def printable(text: str, secrets: frozenset[str] = frozenset()) -> str:
    """A server's words, safe on a terminal and in a log: short, one line, without secrets."""
    # The longest first: a secret may begin with another.
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `document` is its JSON, `None` where the body holds none.

    `call` says in words what was asked; `effect` whether the request published something; `said`
    is the server's own words of refusal, made `printable`.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    document: Any = field(repr=False)
    call: str
    effect: bool
    said: str = ""
    server_date: datetime | None = None
    flaw: str | None = None

    def get(self, *path: str | int, of: type[T]) -> T:
        """The value at `path`. Raises what `unreadable` gives where there is none."""
        value = dig(self.document, *path, of=of)
        if value is None:
            place = ".".join(str(key) for key in path) or "the document"
            raise self.unreadable(f"{place} is missing or not a {of.__name__}")
        return value

    def id(self, *path: str | int) -> str:
        """The id at `path`, one that can stand in the path of a URL. Raises as `get` does."""
        value = self.get(*path, of=str)
        if not is_id(value):
            raise self.unreadable(f"{'.'.join(map(str, path))} is no id")
        return value

    @property
    def refused(self) -> str:
        """The line an error about this answer shows."""
        said = f" ({self.said})" if self.said else ""
        return f"{self.call}: refused with {self.status}{said}"

    def unreadable(self, why: str, receipt: Receipt | None = None) -> PlatformError:
        """The error for an answer nobody can rely on: it never means "not published".

        `receipt`: of the post it names all the same.
        """
        text = f"{self.call}: the answer makes no sense ({why})"
        if not self.effect:
            return Unreadable(text, status=self.status)
        unknown = OutcomeUnknown(text, status=self.status)
        unknown.receipt = receipt
        return unknown
