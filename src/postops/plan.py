"""PURE: wishes + ledger state + config + now -> Plan.

A `Wish` is what the files say should become of one delivery; the ledger's state is what has been
done. `make_plan` compares them and answers, for every delivery that is not settled, either with an
action or with the reason why it waits. Nothing here reads a file, a clock or the network, so the
plan reviewed on a pull request is the plan that is carried out (`Plan.digest`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from postops.errors import UnsafePlan
from postops.model import digest as sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from postops.ledger.state import DeliveryState, LedgerState
    from postops.model import Late

ActionName = Literal["publish", "resume", "reconcile", "update", "withdraw"]

Reason = Literal[
    "not-due",  # its time has not come
    "draft",  # draft: true
    "hold",  # hold: true
    "unpushed",  # committed here, but not on the content branch of the remote
    "invalid",  # error diagnostics
    "no-credentials",  # the environment does not hold what the account needs
    "unknown-account",  # the account is not, or no longer, in postops.yaml
    "claimed",  # another run is at it
    "in-doubt",  # nobody can know whether it exists: `postops resolve`
    "failed",  # the platform said no: edit it, or `postops retry`
    "deferred",  # the platform asked to wait
    "ask",  # missed its time, and the file says to ask
    "late",  # missed its time, and the file says to skip
    "expired",  # `expires_at` has passed
    "before-account",  # was due before the account was known: `postops adopt` or `--backfill`
    "renamed",  # looks like a published post under a new name: `id:` says which it is
    "guard",  # more than the guard allows in one run
    "edited",  # published, then edited: `on_edit` or the platform says to leave it
    "removed",  # published, then removed, and `on_remove: keep`
]

SKIPS: frozenset[str] = frozenset({"late", "expired"})
"""Reasons that end a delivery: publish records them as `skipped`."""

ALARMS: frozenset[str] = frozenset({"in-doubt", "failed", "guard", "no-credentials", "invalid"})
"""Reasons a person has to do something about: publish exits 1. The others are fine."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the files say about one delivery.

    `due_at` is UTC, `None` where nobody can know when the post reached the content branch (a
    shallow clone). `source` and `payload` are `None` for a post that was not read because its blob
    is settled. `invalid` holds the first error diagnostic.
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


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `part` is the first part that is still to be sent."""

    delivery: str
    post: str
    account: str
    platform: str
    action: ActionName
    due_at: datetime | None
    part: int = 1
    wish: Wish | None = field(default=None, compare=False)

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


@dataclass(frozen=True, slots=True)
class Plan:
    """An immutable value: sorted, printable, hashable."""

    at: datetime
    actions: tuple[Action, ...]
    waiting: tuple[Waiting, ...]

    @property
    def digest(self) -> str:
        """Over what would be done and with which text; not over the time of asking."""
        lines = sorted(
            f"{a.action} {a.delivery} {a.part} {iso(a.due_at)} {a.wish.payload if a.wish else ''}"
            for a in self.actions
        )
        return sha256("\n".join(lines).encode())

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


@dataclass(frozen=True, slots=True)
class Guard:
    """The blast radius: how much one run may do to one account."""

    publishes: int = 50
    withdraws: int = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan is made under.

    `horizon` takes in posts that become due so soon that this run will still be there. `now_for`
    are posts whose time a person overrode. `platforms` names every configured account's platform.
    `passed` is what the guard let through earlier in the same run: it counts once, and for the run.
    """

    now: datetime
    platforms: Mapping[str, str]
    clock_skew: timedelta = timedelta(minutes=2)
    horizon: timedelta = timedelta(0)
    guard: Guard | None = field(default_factory=Guard)
    passed: Collection[Action] = ()
    now_for: Collection[str] = ()
    backfill: bool = False
    posts: Collection[str] | None = None
    accounts: Collection[str] | None = None

    def covers(self, post: str, account: str) -> bool:
        """Whether `--post` and `--account` leave this delivery in."""
        return (self.posts is None or post in self.posts) and (
            self.accounts is None or account in self.accounts
        )


def make_plan(wishes: Iterable[Wish], state: LedgerState, terms: Terms) -> Plan:
    """Compare what is wished with what was done."""
    actions: list[Action] = []
    waiting: list[Waiting] = []
    wished = {wish.delivery: wish for wish in wishes}
    for wish in wished.values():
        if terms.covers(wish.post, wish.account):
            _sort(_decide(wish, state.delivery(wish.delivery), state, terms), actions, waiting)
    for name, done in state.deliveries.items():
        if name not in wished and terms.covers(done.post, done.account):
            _sort(_decide_unwished(done, terms), actions, waiting)
    actions.sort(key=_order)
    actions = _guarded(actions, terms, waiting)
    return Plan(terms.now, tuple(actions), tuple(sorted(waiting, key=lambda w: w.delivery)))


def _sort(found: Action | Waiting | None, actions: list[Action], waiting: list[Waiting]) -> None:
    if isinstance(found, Action):
        actions.append(found)
    elif found is not None:
        waiting.append(found)


def _order(action: Action) -> tuple[datetime, str]:
    return (action.due_at or datetime.min.replace(tzinfo=UTC), action.delivery)


# ------------------------------------------------------------------------ one delivery


def _decide(
    wish: Wish, done: DeliveryState, state: LedgerState, terms: Terms
) -> Action | Waiting | None:
    """What becomes of one wished delivery. `None`: it is settled."""
    if done.claim is not None:
        return _open_claim(done, terms, wish)
    match done.phase:
        case "in_doubt":
            return Waiting(wish.delivery, "in-doubt", detail=done.reason, wish=wish)
        case "withdrawn":
            return None
        case "published":
            return _published(wish, done)
        case "partial":
            return _held(wish) or _poor(wish) or _act(wish, "resume", part=_next_part(done))
        case "failed" if done.parts or wish.payload in (None, done.payload):
            return Waiting(wish.delivery, "failed", detail=done.error, wish=wish)
        case "skipped" if iso(wish.due_at) == done.due_at:
            return None
        case "deferred" if (until := parse(done.until)) is not None and until > terms.now:
            return Waiting(wish.delivery, "deferred", until, done.reason, wish)
    if done.retried_at is not None:  # a person asked for it: neither too late nor old news
        return _held(wish) or _early(wish, terms) or _poor(wish) or _act(wish, "publish")
    return _fresh(wish, state, terms)


def _fresh(wish: Wish, state: LedgerState, terms: Terms) -> Action | Waiting:
    """A delivery of which nothing exists yet."""
    if held := _held(wish) or _renamed(wish):
        return held
    if wish.post in terms.now_for:
        due = min(wish.due_at or terms.now, terms.now)
        return _poor(wish) or replace(_act(wish, "publish"), due_at=due)
    return (
        _expired(wish, terms)
        or _early(wish, terms)
        or _late(wish, terms)
        or _before_account(wish, state, terms)
        or _poor(wish)
        or _act(wish, "publish")
    )


def _held(wish: Wish) -> Waiting | None:
    """What a person has to change before anything can be sent."""
    if wish.draft:
        return Waiting(wish.delivery, "draft", wish=wish)
    if wish.hold:
        return Waiting(wish.delivery, "hold", wish=wish)
    if wish.unpushed:
        return Waiting(wish.delivery, "unpushed", detail="push it, or merge its pull request")
    if wish.invalid is not None:
        return Waiting(wish.delivery, "invalid", detail=wish.invalid, wish=wish)
    return None


def _poor(wish: Wish) -> Waiting | None:
    """Due, and nothing to log in with."""
    return None if wish.credentials else Waiting(wish.delivery, "no-credentials", wish=wish)


def _renamed(wish: Wish) -> Waiting | None:
    if wish.renamed_from is None:
        return None
    detail = f"looks like {wish.renamed_from}: add `id: {wish.renamed_from}`, or another `id:`"
    return Waiting(wish.delivery, "renamed", detail=detail, wish=wish)


def _expired(wish: Wish, terms: Terms) -> Waiting | None:
    if wish.expires_at is None or terms.now < wish.expires_at:
        return None
    return Waiting(wish.delivery, "expired", wish.expires_at, wish=wish)


def _early(wish: Wish, terms: Terms) -> Waiting | None:
    if wish.due_at is None or wish.due_at <= terms.now + terms.horizon:
        return None
    return Waiting(wish.delivery, "not-due", wish.due_at, wish=wish)


def _late(wish: Wish, terms: Terms) -> Waiting | None:
    if wish.due_at is None or wish.late == "post" or terms.now - wish.due_at <= wish.grace:
        return None
    return Waiting(wish.delivery, "ask" if wish.late == "ask" else "late", wish.due_at, wish=wish)


def _before_account(wish: Wish, state: LedgerState, terms: Terms) -> Waiting | None:
    """The first-run flood guard: what was due before the account was known is not news."""
    if terms.backfill:
        return None
    bound = state.bound.get(wish.account)
    since = parse(bound.bound_at) if bound is not None else None
    if wish.due_at is None:
        if since is not None:
            return None
        detail = "a shallow clone cannot tell when it was merged: check out with `fetch-depth: 0`"
    elif wish.due_at >= (since or terms.now) - wish.grace:
        return None
    else:
        detail = "due before the account was known: `postops adopt`, or publish with `--backfill`"
    return Waiting(wish.delivery, "before-account", wish.due_at, detail, wish)


def _open_claim(done: DeliveryState, terms: Terms, wish: Wish | None) -> Action | Waiting:
    """A claim that nobody settled: another run is at it, or died at it."""
    claim = done.claim or {}
    lease = parse(claim.get("lease_until"))
    if lease is not None and lease + terms.clock_skew > terms.now:
        detail = f"by run {claim.get('run')}"
        return Waiting(done.name, "claimed", lease + terms.clock_skew, detail, wish)
    return _reconcile(done, terms, wish)


def _reconcile(done: DeliveryState, terms: Terms, wish: Wish | None) -> Action | Waiting:
    platform = terms.platforms.get(done.account)
    if platform is None:
        return Waiting(done.name, "unknown-account", detail=done.account)
    if wish is not None and (poor := _poor(wish)):
        return poor
    due = parse(done.due_at)
    part = _next_part(done)
    return Action(done.name, done.post, done.account, platform, "reconcile", due, part, wish)


def _published(wish: Wish, done: DeliveryState) -> Action | Waiting | None:
    if wish.source is None or wish.source == done.source:
        return None
    if wish.on_edit != "update":
        return Waiting(wish.delivery, "edited", detail="on_edit: ignore", wish=wish)
    if not wish.can_update:
        detail = f"{wish.platform} cannot change what was published"
        return Waiting(wish.delivery, "edited", detail=detail, wish=wish)
    if wish.parts != done.parts_total:
        detail = f"it has {done.parts_total} parts there and {wish.parts} here"
        return Waiting(wish.delivery, "edited", detail=detail, wish=wish)
    return _held(wish) or _poor(wish) or _act(wish, "update")


def _decide_unwished(done: DeliveryState, terms: Terms) -> Action | Waiting | None:
    """A delivery in the ledger that no file asks for any more."""
    if done.claim is not None:
        return _open_claim(done, terms, None)
    if done.phase == "in_doubt":
        return Waiting(done.name, "in-doubt", detail=done.reason)
    if done.phase != "published" or done.on_remove != "withdraw":
        return None
    platform = terms.platforms.get(done.account)
    if platform is None:
        return Waiting(done.name, "unknown-account", detail=done.account)
    return Action(done.name, done.post, done.account, platform, "withdraw", parse(done.due_at))


def _act(wish: Wish, action: ActionName, *, part: int = 1) -> Action:
    return Action(
        wish.delivery, wish.post, wish.account, wish.platform, action, wish.due_at, part, wish
    )


def _next_part(done: DeliveryState) -> int:
    """The first part that is not live."""
    number = 1
    while (part := done.parts.get(number)) is not None and not part.withdrawn:
        number += 1
    return number


# ------------------------------------------------------------------------ the guard


def _guarded(actions: list[Action], terms: Terms, waiting: list[Waiting]) -> list[Action]:
    """Hold the excess of each account, never the whole plan."""
    if terms.guard is None:
        return actions
    allowed = {"publish": terms.guard.publishes, "withdraw": terms.guard.withdraws}
    seen = Counter((action.account, action.action) for action in terms.passed)
    passed = {(action.delivery, action.action) for action in terms.passed}
    kept: list[Action] = []
    for action in actions:
        if (action.delivery, action.action) in passed:
            kept.append(action)
            continue
        seen[action.account, action.action] += 1
        limit = allowed.get(action.action)
        if limit is not None and seen[action.account, action.action] > limit:
            detail = f"over {limit} of {action.action} to {action.account} in one run: --force"
            waiting.append(Waiting(action.delivery, "guard", None, detail, action.wish))
        else:
            kept.append(action)
    return kept


def only(plan: Plan, action: ActionName) -> Plan:
    """The plan with one kind of action left."""
    return replace(plan, actions=tuple(a for a in plan.actions if a.action == action))


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
