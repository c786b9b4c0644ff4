"""Compare what is wished with what was done, delivery by delivery."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from postops.plan import scheduled
from postops.plan.deferred import deferred
from postops.plan.forward import stays
from postops.plan.looks import look
from postops.plan.pace import Queue, affordable, paced, queues
from postops.plan.removed import heirs, removed
from postops.plan.values import SKIPS, Action, ActionName, Plan, Terms, Waiting, Wish, iso, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from postops.ledger.state import DeliveryState, LedgerState


def make_plan(wishes: Iterable[Wish], state: LedgerState, terms: Terms) -> Plan:
    """Compare what is wished with what was done."""
    actions: list[Action] = []
    waiting: list[Waiting] = []
    wished = {wish.delivery: wish for wish in wishes}
    queued = queues(state, terms)
    for wish in wished.values():
        if terms.covers(wish.post, wish.account):
            done, queue = state.delivery(wish.delivery), queued.get(wish.account)
            found = _decide(wish, done, state, terms, queue)
            _sort(scheduled.ahead(found, done, terms), actions, waiting)
    may_be = heirs(wished.values())
    for name, done in state.deliveries.items():
        if name not in wished and terms.covers(done.post, done.account):
            _sort(_decide_unwished(done, state, terms, may_be), actions, waiting)
    actions.sort(key=_order)
    actions = scheduled.fitting(actions, state, terms, waiting)
    actions = paced(actions, queued, terms, waiting)
    actions = affordable(actions, state, terms, waiting)
    actions = _guarded(actions, terms, waiting)
    if ahead := _from_the_future(state, terms):
        actions, waiting = [], [*_stopped(actions, waiting, ahead)]
    return Plan(terms.now, tuple(actions), tuple(sorted(waiting, key=lambda w: w.delivery)))


def _from_the_future(state: LedgerState, terms: Terms) -> datetime | None:
    """When the ledger was last written to, if that is yet to come: no lease can be trusted then."""
    last = parse(state.last_recorded_at)
    return last if last is not None and last > terms.now + terms.clock_skew else None


def _stopped(
    actions: Iterable[Action], waiting: Iterable[Waiting], ahead: datetime
) -> Iterator[Waiting]:
    """Hold everything; what would be given up as late or expired might not be."""
    detail = f"the ledger was written to at {iso(ahead)}: set this machine's clock right"
    for action in actions:
        yield Waiting(action.delivery, "clock", None, detail, action.wish)
    for one in waiting:
        yield (
            replace(one, reason="clock", until=None, detail=detail) if one.reason in SKIPS else one
        )


def _sort(found: Action | Waiting | None, actions: list[Action], waiting: list[Waiting]) -> None:
    if isinstance(found, Action):
        actions.append(found)
    elif found is not None:
        waiting.append(found)


def _order(action: Action) -> tuple[datetime, str]:
    """As they are due; what has to be taken back comes first, lest the platform tire of others."""
    due = None if action.action == "cancel" else action.due_at
    return (due or datetime.min.replace(tzinfo=UTC), action.delivery)


# ------------------------------------------------------------------------ one delivery


def _decide(
    wish: Wish, done: DeliveryState, state: LedgerState, terms: Terms, queue: Queue | None
) -> Action | Waiting | None:
    """What becomes of one wished delivery. `None`: it is settled."""
    if done.claim is not None:
        return _open_claim(done, terms, wish)
    if due := look(done, terms, wish):
        return due
    match done.phase:
        case "in_doubt":
            return Waiting(wish.delivery, "in-doubt", detail=done.reason, wish=wish)
        case "scheduled":
            return scheduled.standing(wish, done, terms)
        case "withdrawn":
            return None
        case "published":
            return _published(wish, done, terms)
        case "failed" if done.parts or wish.payload in (None, done.payload):
            return Waiting(wish.delivery, "failed", detail=done.error, wish=wish)
        case "skipped" if iso(wish.due_at) == done.due_at:
            return None
        case "deferred" if (later := deferred(done, terms.now, wish)) is not None:
            return later
    if done.live:
        return _held(wish) or _poor(wish) or _act(wish, "resume", part=_next_part(done))
    if done.retried_at is not None:  # a person asked for it: neither too late nor old news
        wish = wish._replace(expires_at=None)
        return _held(wish) or _early(wish, terms) or _poor(wish) or _act(wish, "publish")
    return _fresh(wish, state, terms, queue)


def _fresh(wish: Wish, state: LedgerState, terms: Terms, queue: Queue | None) -> Action | Waiting:
    """A delivery of which nothing exists yet."""
    if held := _held(wish) or _renamed(wish):
        return held
    if wish.post in terms.now_for:
        due = min(wish.due_at or terms.now, terms.now)
        wish = wish._replace(expires_at=None)
        return _poor(wish) or replace(_act(wish, "publish"), due_at=due)
    return (
        _expired(wish, terms)
        or _early(wish, terms)
        or _late(wish, terms, queue)
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
    old = wish.renamed_from
    detail = f"looks like {old}: add `id: {old}`, or put the file of {old} back beside it"
    return Waiting(wish.delivery, "renamed", detail=detail, wish=wish)


def _expired(wish: Wish, terms: Terms) -> Waiting | None:
    if wish.expires_at is None or terms.now < wish.expires_at:
        return None
    return Waiting(wish.delivery, "expired", wish.expires_at, wish=wish)


def _early(wish: Wish, terms: Terms) -> Waiting | None:
    if wish.due_at is None or wish.due_at <= terms.now + terms.horizon:
        return None
    return Waiting(wish.delivery, "not-due", wish.due_at, wish=wish)


def _late(wish: Wish, terms: Terms, queue: Queue | None) -> Waiting | None:
    """Grace counts from when the account's own limits let it go: keeping to them is not lateness."""
    if wish.due_at is None or wish.late == "post" or terms.now - wish.due_at <= wish.grace:
        return None
    if queue is not None and terms.now - queue.free(wish.due_at)[1] <= wish.grace:
        return None
    return Waiting(wish.delivery, "ask" if wish.late == "ask" else "late", wish.due_at, wish=wish)


def _before_account(wish: Wish, state: LedgerState, terms: Terms) -> Waiting | None:
    """The first-run flood guard: what was due before the account was known is not news."""
    if terms.backfill:
        return None
    if wish.due_at is None:  # it may be news, or years old
        detail = "a shallow clone cannot tell: check out with `fetch-depth: 0`, or give it a time"
        return Waiting(wish.delivery, "unknown-age", None, detail, wish)
    bound = state.bound.get(wish.account)
    since = parse(bound.bound_at) if bound is not None else None
    if wish.due_at >= (since or terms.now) - wish.grace:
        return None
    detail = "due before the account was known: `postops adopt`, or publish with `--backfill`"
    return Waiting(wish.delivery, "before-account", wish.due_at, detail, wish)


def _open_claim(done: DeliveryState, terms: Terms, wish: Wish | None) -> Action | Waiting:
    """A claim that nobody settled: another run is at it, or died at it.

    Clocks may differ: that is what a run's own deadline stays away from the end of its lease for.
    """
    claim = done.claim or {}
    lease = parse(claim.get("lease_until"))
    if lease is not None and lease > terms.now:
        detail = f"by run {claim.get('run')}"
        return Waiting(done.name, "claimed", lease, detail, wish)
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


def _published(wish: Wish, done: DeliveryState, terms: Terms) -> Action | Waiting | None:
    same = wish.source is None or wish.source == done.source
    if same and not done.perhaps_changed:
        return None
    if wish.on_edit != "update" and not same:
        return Waiting(wish.delivery, "edited", detail="on_edit: ignore", wish=wish)
    if not wish.can_update:
        detail = f"{wish.platform} cannot change what was published"
        return Waiting(wish.delivery, "edited", detail=detail, wish=wish)
    if wish.parts != done.parts_total:
        detail = f"it has {done.parts_total} parts there and {wish.parts} here"
        return Waiting(wish.delivery, "edited", detail=detail, wish=wish)
    kept = _held(wish) or stays(done, terms.past, "edited", wish)
    kept = kept or deferred(done, terms.now, wish)
    return kept or _poor(wish) or _act(wish, "update")


def _decide_unwished(
    done: DeliveryState, state: LedgerState, terms: Terms, heirs: Mapping[tuple[str, str], str]
) -> Action | Waiting | None:
    """A delivery in the ledger that no file asks for any more."""
    if done.claim is not None:
        return _open_unwished(done, state, terms, heirs)
    if done.phase == "in_doubt":
        return Waiting(done.name, "in-doubt", detail=done.reason)
    if done.phase == "scheduled":
        return scheduled.standing(None, done, terms)
    return look(done, terms) or removed(done, state, terms, heirs) if done.live else None


def _open_unwished(
    done: DeliveryState, state: LedgerState, terms: Terms, heirs: Mapping[tuple[str, str], str]
) -> Action | Waiting:
    """What a run died deleting is only deleted where it would be today; or a person asked for it."""
    found, claim = _open_claim(done, terms, None), done.claim or {}
    if not isinstance(found, Action) or claim.get("action") != "withdraw" or "by" in claim:
        return found
    kept = removed(done, state, terms, heirs)
    if not isinstance(kept, Waiting):
        return found
    return kept if kept.reason == "deferred" else replace(found, kept=kept.detail or kept.reason)


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
    publishes = terms.guard.publishes
    allowed = {"publish": publishes, "schedule": publishes, "withdraw": terms.guard.withdraws}
    seen = Counter((action.account, _guarded_as(action)) for action in terms.passed)
    passed = {(action.delivery, action.action) for action in terms.passed}
    kept: list[Action] = []
    for action in actions:
        if (action.delivery, action.action) in passed:
            kept.append(action)
            continue
        seen[action.account, _guarded_as(action)] += 1
        limit = allowed.get(action.action)
        if limit is not None and seen[action.account, _guarded_as(action)] > limit:
            detail = f"over {limit} of {action.action} to {action.account} in one run: --force"
            waiting.append(Waiting(action.delivery, "guard", None, detail, action.wish))
        else:
            kept.append(action)
    return kept


def _guarded_as(action: Action) -> str:
    """What is handed over counts with what is sent."""
    return "publish" if action.action == "schedule" else action.action
