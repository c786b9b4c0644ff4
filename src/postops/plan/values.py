"""What a plan is made of: wishes, actions, reasons to wait, and the terms it is made under."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from postops.errors import UnsafePlan
from postops.model import digest as sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping

    from postops.config import Pace
    from postops.model import Late, NativeSchedule

ActionName = Literal[
    "publish", "resume", "reconcile", "look", "update", "withdraw", "schedule", "cancel", "confirm"
]

Reason = Literal[
    "not-due",  # its time has not come
    "draft",  # draft: true
    "hold",  # hold: true
    "unpushed",  # committed here, but not on the content branch of the remote
    "invalid",  # error diagnostics
    "no-credentials",  # the environment does not hold what the account needs
    "unknown-account",  # the account is not, or no longer, in postops.yaml
    "scheduled",  # handed over: the platform publishes it by itself
    "same-words",  # another post's same words wait there: its receipt has to be known first
    "claimed",  # another run is at it
    "in-doubt",  # nobody can know whether it exists: `postops resolve`
    "failed",  # the platform said no: edit it, or `postops retry`
    "deferred",  # the platform asked to wait
    "ask",  # missed its time, and the file says to ask
    "late",  # missed its time, and the file says to skip
    "expired",  # `expires_at` has passed
    "unknown-age",  # a shallow clone cannot tell: older than the account, than what is out?
    "before-account",  # was due before the account was known: `postops adopt` or `--backfill`
    "renamed",  # looks like a published post under a new name: `id:` says which it is
    "quiet-hours",  # the account sends nothing new at this time of the day
    "spacing",  # too soon after the account's last post
    "daily-cap",  # the account has sent what it may in a day
    "rate-limit",  # the platform has too few calls left for the account
    "clock",  # the ledger was written to in what is the future here: whose clock is wrong?
    "guard",  # more than the guard allows in one run
    "edited",  # published, then edited: `on_edit` or the platform says to leave it
    "removed",  # published, then removed, and `on_remove: keep`
]

SKIPS: frozenset[str] = frozenset({"late", "expired"})
"""Reasons that end a delivery: publish records them as `skipped`."""

PASSING: frozenset[str] = frozenset(
    {"deferred", "same-words", "quiet-hours", "spacing", "daily-cap", "rate-limit"}
)
"""Reasons that are over at `until`, whatever anybody does."""

ALARMS: frozenset[str] = frozenset(
    {"in-doubt", "failed", "guard", "no-credentials", "invalid", "clock", "unknown-age", "renamed"}
)
"""Reasons a person has to do something about: publish exits 1. The others are fine."""


class Wish(NamedTuple):
    """What the files say about one delivery.

    `due_at` is UTC, `None` where nobody can know when the post reached the content branch (a
    shallow clone). `source` and `payload` are `None` for a post that was not read because its blob
    is settled. `invalid` holds the first error diagnostic. `native` is what the platform takes
    ahead, where the file wants that and it can be had: `None` means that a run sends it.
    """

    delivery: str
    post: str
    account: str
    platform: str
    path: str
    blob: str
    commit: str
    due_at: datetime | None
    late: Late = "post"
    grace: timedelta = timedelta(hours=6)
    expires_at: datetime | None = None
    on_edit: Literal["ignore", "update"] = "ignore"
    on_remove: Literal["keep", "withdraw"] = "keep"
    draft: bool = False
    hold: bool = False
    unpushed: bool = False
    credentials: bool = True
    can_update: bool = False
    parts: int = 1
    source: str | None = None
    payload: str | None = None
    invalid: str | None = None
    renamed_from: str | None = None
    native: NativeSchedule | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `part` is the first part that is still to be sent.

    `asked`: a person asked for it, whatever the files say. `kept`: why what a run died deleting would
    not be deleted today.
    """

    delivery: str
    post: str
    account: str
    platform: str
    action: ActionName
    due_at: datetime | None
    part: int = 1
    wish: Wish | None = field(default=None, compare=False)
    asked: bool = False
    kept: str | None = field(default=None, compare=False)

    def as_json(self) -> dict[str, Any]:
        return {
            "delivery": self.delivery,
            "post": self.post,
            "account": self.account,
            "platform": self.platform,
            "action": self.action,
            "due_at": iso(self.due_at),
        }


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a delivery stays, until when if that is known, and in words what would move it."""

    delivery: str
    reason: Reason
    until: datetime | None = None
    detail: str | None = None
    wish: Wish | None = field(default=None, compare=False)

    def as_json(self) -> dict[str, Any]:
        document = {"delivery": self.delivery, "reason": self.reason, "until": iso(self.until)}
        return document | {"detail": self.detail} if self.detail else document


class Plan(NamedTuple):
    """An immutable value: sorted, printable, hashable."""

    at: datetime
    actions: tuple[Action, ...]
    waiting: tuple[Waiting, ...]

    @property
    def digest(self) -> str:
        """Over what would be done and with which text; not over the time of asking, nor a look."""
        lines = sorted(
            f"{a.action} {a.delivery} {a.part} {iso(a.due_at)} {a.wish.payload if a.wish else ''}"
            for a in self.actions
            if a.action != "look"
        )
        return sha256("\n".join(lines).encode())

    @property
    def skips(self) -> tuple[Waiting, ...]:
        """What is to be given up, and written down as `skipped`."""
        return tuple(one for one in self.waiting if one.reason in SKIPS and one.wish is not None)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "at": iso(self.at),
            "digest": self.digest,
            "actions": [action.as_json() for action in self.actions],
            "waiting": [waiting.as_json() for waiting in self.waiting],
        }

    def expect(self, digest: str | None) -> None:
        """Refuse to go on with a plan other than the reviewed one. Raises `UnsafePlan`."""
        if digest is not None and digest != self.digest:
            raise UnsafePlan(
                f"the plan is {self.digest}, not the reviewed {digest}",
                help="look at `postops plan` again: something became due or was changed since",
            )


class Guard(NamedTuple):
    """The blast radius: how much one run may do to one account."""

    publishes: int = 50
    withdraws: int = 3


class Files(NamedTuple):
    """The posts' files on the content branch: blobs by path, and what is wrong with some, in words.

    `unread` are those of which not even the id is known.
    """

    blobs: Mapping[str, str | None] = MappingProxyType({})
    faulty: Mapping[str, str] = MappingProxyType({})
    unread: frozenset[str] = frozenset()


class Past(NamedTuple):
    """The commits that the tip of the content branch descends from, and itself.

    `cut`: of a shallow clone, which does not know them all.
    """

    commits: Container[str] = frozenset()
    cut: bool = False


class Terms(NamedTuple):
    """What a plan is made under.

    `horizon` takes in posts that become due so soon that this run will still be there. `now_for`
    are posts whose time a person overrode. `platforms` names every configured account's platform.
    Posts in `now_for` also go out in quiet hours, but keep to the account's other limits; `force`
    lifts spacing, daily caps and the budgets in the ledger.
    `passed` is what the guard let through earlier in the same run: it counts once, and for the run.
    """

    now: datetime
    platforms: Mapping[str, str]
    clock_skew: timedelta = timedelta(minutes=2)
    horizon: timedelta = timedelta(0)
    guard: Guard | None = Guard()
    passed: Collection[Action] = ()
    now_for: Collection[str] = ()
    backfill: bool = False
    posts: Collection[str] | None = None
    accounts: Container[str] | None = None
    paces: Mapping[str, Pace] = MappingProxyType({})
    force: bool = False
    files: Files = Files()
    past: Past = Past()

    def covers(self, post: str, account: str) -> bool:
        """Whether `--post`, `--account` and `--shard` leave this delivery in."""
        return (self.posts is None or post in self.posts) and (
            self.accounts is None or account in self.accounts
        )


# ------------------------------------------------------------------------ times as text


def iso(at: datetime | None) -> str | None:
    """UTC with `Z`, as in every JSON of postops; `None` stays `None`."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def parse(text: str | None) -> datetime | None:
    """The way back from `iso`."""
    return None if text is None else datetime.fromisoformat(text)
