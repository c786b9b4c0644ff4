"""What goes out by the platform's own clock: handing over ahead, taking back, looking after it.

Pure like all of the plan. Chosen from what a platform says it takes (`Wish.native`), never from its
name. A post that cannot be handed over, for whatever reason, is simply sent by a run.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from postops.plan.hours import quiet_until
from postops.plan.values import Action, Waiting, iso, parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from postops.ledger.state import DeliveryState, LedgerState
    from postops.plan.values import ActionName, Terms, Wish

AHEAD = timedelta(hours=24)
"""How long before its time a post may be handed over. Ticks of a hosted cron are hours late, not
days; and whatever waits there has to be taken back when its file is edited."""

MARGIN = timedelta(minutes=10)
"""Besides the platform's own lead: time to claim, to upload and to ask again."""

AFTER = timedelta(minutes=1)
"""How long after its time a platform is first asked whether it has published."""


def ahead(
    found: Action | Waiting | None, done: DeliveryState, terms: Terms
) -> Action | Waiting | None:
    """Hand over what would otherwise wait for its time."""
    if not isinstance(found, Waiting) or found.reason != "not-due" or found.wish is None:
        return found
    wish, due = found.wish, found.wish.due_at
    if wish.native is None or due is None or wish.parts != 1 or not wish.credentials:
        return found
    expired = wish.expires_at is not None and wish.expires_at <= due
    if done.refused_due == iso(due) or expired or not in_time(due, wish.native.lead, terms):
        return found
    return Action(wish.delivery, wish.post, wish.account, wish.platform, "schedule", due, 1, wish)


def in_time(due: datetime, lead: int, terms: Terms) -> bool:
    """Whether the platform may still take it, and it is not too early to give it away."""
    left = due - terms.now
    return timedelta(seconds=lead) + MARGIN + terms.clock_skew < left <= AHEAD


def standing(wish: Wish | None, done: DeliveryState, terms: Terms) -> Action | Waiting:
    """What becomes of a delivery that waits at the platform. `wish` `None`: no file asks for it."""
    due, until = parse(done.due_at), parse(done.until)
    platform = terms.platforms.get(done.account)
    if platform is None:
        return Waiting(done.name, "unknown-account", detail=done.account)
    changed = _changed(wish, done, due, terms)
    late = due is None or due + terms.clock_skew + AFTER <= terms.now
    if not changed and not late:
        return Waiting(done.name, "scheduled", due, wish=wish)
    if wish is not None and not wish.credentials:
        return Waiting(done.name, "no-credentials", detail=changed, wish=wish)
    if until is not None and until > terms.now:
        return Waiting(done.name, "deferred", until, done.reason, wish)
    name: ActionName = "cancel" if changed else "confirm"
    return Action(done.name, done.post, done.account, platform, name, due, 1, wish)


def _changed(
    wish: Wish | None, done: DeliveryState, due: datetime | None, terms: Terms
) -> str | None:
    """Why it must not go out as it waits there; `None` while it may."""
    if wish is None:
        return "it is not wished any more"
    pace = terms.paces.get(done.account)
    reasons = (
        (wish.draft, "a draft"),
        (wish.hold, "on hold"),
        (wish.invalid is not None, wish.invalid),
        (wish.native is None or wish.parts != 1, "a run is to send it"),
        (wish.payload not in (None, done.payload), "edited"),
        (iso(wish.due_at) != done.due_at, "another time"),
        (wish.post in terms.now_for, "to be sent now"),
        (wish.expires_at is not None and due is not None and wish.expires_at <= due, "expires"),
        (pace is not None and due is not None and quiet_until(due, pace) > due, "quiet hours"),
    )
    return next((why for holds, why in reasons if holds), None)


def within(actions: Iterable[Action], state: LedgerState, waiting: list[Waiting]) -> list[Action]:
    """Leave to a run what the platform has no room for: it takes so many in all, so many a day.

    What others put there nobody here knows: it is refused, and left to a run then.
    """
    actions = list(actions)
    if not any(action.action == "schedule" for action in actions):
        return actions
    there: Counter[tuple[str, str]] = Counter()
    for done in state.deliveries.values():
        under_way = done.claim is not None and done.action == "schedule"
        if done.scheduled_id is not None or under_way:
            there.update(_places(done.account, parse(done.due_at)))
    kept = []
    for action in actions:
        native = action.wish.native if action.wish else None
        if action.action != "schedule" or native is None:
            kept.append(action)
            continue
        whole, day = _places(action.account, action.due_at)
        if there[whole] < native.pending and there[day] < native.per_day:
            there.update((whole, day))
            kept.append(action)
        else:
            detail = f"a run sends it: {action.platform} holds no more of them"
            waiting.append(left(action, detail))
    return kept


def left(action: Action, detail: str | None = None) -> Waiting:
    """To be sent by a run at its time, after all."""
    return Waiting(action.delivery, "not-due", action.due_at, detail, action.wish)


def _places(account: str, due: datetime | None) -> tuple[tuple[str, str], tuple[str, str]]:
    return (account, ""), (account, due.astimezone(UTC).date().isoformat() if due else "?")
