"""What a run is given: who to send as, what to send, and under which terms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from postops.model import MediaFile, Message, Part
    from postops.plan import Plan
    from postops.platforms.base import Platform

Outcome = Literal[
    "published",  # it is there, and the ledger says so
    "updated",
    "withdrawn",
    "skipped",  # too late or expired, as the file asks
    "failed",  # the platform said no
    "unsent",  # nothing reached the platform; the next run tries again
    "scheduled",  # the platform has it, and publishes it at its time
    "cancelled",  # taken back from there before its time
    "deferred",  # the platform asked to wait, or does not take it ahead of its time
    "unknown",  # it may exist; the claim stays open and the next run settles it
    "in-doubt",  # nobody can know: `postops resolve`
    "held",  # the account may not be used: wrong identity, wrong clock, no login
]

ALARMS: frozenset[str] = frozenset({"failed", "unsent", "unknown", "in-doubt", "held"})
"""Outcomes after which a run exits 1."""


class Result(NamedTuple):
    """What became of one delivery in this run.

    `again`: it is proven not to be there, so this very run may claim and send it once more.
    `repeat`: nobody can tell, but the platform knows an identical payload again, so that this part
    may be sent once more, under a claim of its own. `until` is when the platform asked the account
    to wait for.
    """

    delivery: str
    outcome: Outcome
    url: str | None = None
    remote_id: str | None = None
    error: str | None = None
    again: bool = False
    repeat: int = 0
    until: str | None = None

    def as_json(self) -> dict[str, Any]:
        document = self._asdict()
        del document["again"], document["repeat"], document["until"]
        return document


class Loaded(NamedTuple):
    """One message with ways to its bytes, as of one commit. Digests as the ledger wants them."""

    message: Message
    source: str
    commit: str
    blob: str
    path: str
    on_edit: str
    on_remove: str
    files: Callable[[Part], tuple[MediaFile, ...]]
    card_image: MediaFile | None = None


class Loader(Protocol):
    """Where messages come from: the content branch, at its tip or at the commit of a claim."""

    def load(self, delivery: str, commit: str | None = None) -> Loaded:
        """Render one delivery. Raises `PostopsError` where the file is not there any more."""
        ...


class Ledger(Protocol):
    """What a run needs of the ledger; `postops.ledger.journal.Ledger` in real life."""

    moved: int

    @property
    def state(self) -> Any: ...
    @property
    def pending(self) -> int: ...
    @property
    def accepted_at(self) -> datetime | None: ...
    async def refresh(self) -> None: ...
    async def claim(self, drafts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]: ...
    def record(self, *drafts: dict[str, Any], sync: bool = True) -> list[dict[str, Any]]: ...
    async def sync(self) -> None: ...
    async def push(self) -> None: ...


class Login(NamedTuple):
    """One account, ready to be used. `was` is the name it had before a rename.

    `ask`: a person is to say what becomes of a post that may have been sent and is not found.
    """

    platform: Platform
    was: str | None = None
    ask: bool = False


class Terms(NamedTuple):
    """The numbers a run keeps to. Times in seconds where not a `timedelta`.

    `lease` is a claim's life. `timeout` bounds one request, as `platforms.base.Timeouts.total`
    does. `patience` is the longest wait for a rate limit, or for a request and an index to come to
    rest, before the delivery is left to a later run. `tries` bounds the attempts at one step,
    `races` the lost races, `rounds` the claims of one delivery in one run. Outcomes are pushed after
    `push_after`, or `push_count` of them, with a `push_pause` in between. `repeat_within` is how
    long after a part was first claimed a platform is trusted to know its duplicate again, and
    `idempotency_margin` how much earlier than it says a key may be forgotten.
    """

    lease: timedelta = timedelta(minutes=20)
    clock_skew: timedelta = timedelta(minutes=2)
    timeout: float = 60.0
    patience: float = 120.0
    tries: int = 3
    races: int = 8
    rounds: int = 3
    push_after: float = 5.0
    push_count: int = 20
    push_pause: float = 1.0
    repeat_within: timedelta = timedelta(hours=1)
    idempotency_margin: float = 600.0

    @property
    def window(self) -> timedelta:
        """How long after its claim a delivery may still be sent: then the lease could be taken."""
        return self.lease - timedelta(seconds=self.timeout) - 2 * self.clock_skew


class Replan(Protocol):
    """Make the plan anew from what the ledger says now."""

    def __call__(self) -> Plan: ...
