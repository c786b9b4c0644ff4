"""What is known of one delivery; `state` says how events lead to it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

Phase = Literal[
    "new",
    "claimed",
    "published",
    "partial",
    "failed",
    "deferred",
    "skipped",
    "in_doubt",
    "withdrawn",
    "released",
    "scheduled",
]


@dataclass(slots=True)
class PartState:
    """One remote post. `published_at` in UTC."""

    number: int
    remote_id: str = ""
    url: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    published_at: str = ""
    withdrawn: bool = False

    def is_beside(self, remote_id: str) -> bool:
        """Whether that is a second post of a part that is there: two runs each made one."""
        both = self.remote_id and remote_id
        return bool(both) and not self.withdrawn and self.remote_id != remote_id


@dataclass(slots=True)
class DeliveryState:
    """All that is known of one delivery.

    `parts`, `keys`, `first_claim_at`, `part_since` are of the current generation. `claim` is the
    event of the open claim, `None` once it is settled; `action` is that of the last one. `prepared`
    holds the `handle` event of each part: of the open claim, or of the last one until the next.
    `source`, `payload`, `commit` and `blob` are of what was published (of what was claimed, until
    then). `error` and `reason` are of the last event that gave one, and empty after a success.
    `retried_at` stands from a person's `retry` until it came to something. `scheduled_id` is the
    platform's, of what waits there; `refused_due` the time for which it did not want to take it.
    `inherited` says that the open claim was taken over from a run that died at it; `doubted` is the
    claim of such a run while one of its parts is in doubt: it may have sent the parts behind it, too.
    `doubtful` is the part a person is asked about, `dropped` its remote id where the platform had
    accepted it.
    `again_at` is when a part was published that may have been sent before, until it was looked for
    once more. `perhaps_changed` is the claim of an update that a run died at: nobody knows whether
    it was made. `had_failed` says that a thread was refused in its midst before it was to be
    changed, and stays so if that comes to nothing. `begun` says whether anything was ever written
    of it but that it was given up (`skipped`).
    """

    name: str
    post: str
    account: str
    phase: Phase = "new"
    generation: int = 1
    attempt: int = 0
    parts_total: int = 1
    parts: dict[int, PartState] = field(default_factory=dict)
    claim: dict[str, Any] | None = None
    action: str | None = None
    keys: dict[int, str] = field(default_factory=dict)
    first_claim_at: str | None = None
    part_since: dict[int, str] = field(default_factory=dict)
    prepared: dict[int, dict[str, Any]] = field(default_factory=dict)
    source: str | None = None
    payload: str | None = None
    commit: str | None = None
    blob: str | None = None
    path: str | None = None
    on_edit: str | None = None
    on_remove: str | None = None
    due_at: str | None = None
    published_at: str | None = None
    lateness: float | None = None
    until: str | None = None
    error: str | None = None
    reason: str | None = None
    candidates: list[Any] | None = None
    last_commit: str | None = None
    retried_at: str | None = None
    scheduled_id: str | None = None
    refused_due: str | None = None
    inherited: bool = False
    doubted: dict[str, Any] | None = None
    again_at: str | None = None
    doubtful: int | None = None
    dropped: str | None = None
    perhaps_changed: dict[str, Any] | None = None
    had_failed: bool = False
    begun: bool = True

    def copy(self) -> DeliveryState:
        """One that may be changed without changing this one. Events are shared: nobody edits them."""
        other = copy(self)
        other.parts = {number: copy(part) for number, part in self.parts.items()}
        other.keys, other.part_since = dict(self.keys), dict(self.part_since)
        other.prepared = dict(self.prepared)
        return other

    def was_not_sent(self, event: dict[str, Any]) -> None:
        """What only the open claim could have sent, and did not: the next claim is its first."""
        if event.get("unsent") and self.claim is not None:
            since, first = self.claim["recorded_at"], event.get("part", 1)
            before = self.part_since.items()
            self.part_since = {n: at for n, at in before if n < first or at != since}

    def doubts(self, remote_id: str | None) -> bool:
        """Whether that is the post it is in doubt about, though it had been accepted."""
        return self.phase == "in_doubt" and bool(remote_id) and remote_id == self.dropped

    @property
    def standing(self) -> Phase | None:
        """What it is whatever came of its last claim; `None` where it is nothing yet."""
        if not self.parts:
            return None if self.scheduled_id is None else "scheduled"
        if not self.live:
            return "withdrawn"
        if self.complete:
            return "published"
        return "failed" if self.had_failed else None

    @property
    def asked_about(self) -> int:
        """The part a person is asked about: the one in doubt, else what its claim is at next."""
        if self.doubtful is not None:
            return self.doubtful
        if self.action == "withdraw" and self.live:
            return self.live[-1].number
        return self.missing or 1

    @property
    def missing(self) -> int | None:
        """The first part nobody knows of."""
        return next((n for n in range(1, self.parts_total + 1) if n not in self.parts), None)

    @property
    def complete(self) -> bool:
        """Whether every part was published, be it withdrawn since."""
        return len(self.parts) >= self.parts_total

    @property
    def live(self) -> list[PartState]:
        """The parts people can see, in order."""
        return [self.parts[n] for n in sorted(self.parts) if not self.parts[n].withdrawn]
