"""What goes out by the platform's own clock: handing over ahead, taking back, looking after it.

Pure like all of the plan. Chosen from what a platform says it takes (`Wish.native`), never from its
name. A post that cannot be handed over, for whatever reason, is simply sent by a run.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from postops.plan.deferred import deferred
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

APART = timedelta(hours=2)
"""How near to a post that waits there another with the same words is not sent: a lost answer of
one would be looked for where the other may have appeared, for as long as runs may fail to come."""


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
    due = parse(done.due_at)
    platform = terms.platforms.get(done.account)
    if platform is None:
        return Waiting(done.name, "unknown-account", detail=done.account)
    changed = _changed(wish, done, due, terms)
    asked = _asked_at(due, terms)
    late = asked is None or asked <= terms.now
    if not changed and not late:
        return Waiting(done.name, "scheduled", due, wish=wish)
    if wish is not None and not wish.credentials:
        return Waiting(done.name, "no-credentials", detail=changed, wish=wish)
    if later := deferred(done, terms.now, wish):
        return later
    name: ActionName = "cancel" if changed else "confirm"
    return Action(done.name, done.post, done.account, platform, name, due, 1, wish)


def _asked_at(due: datetime | None, terms: Terms) -> datetime | None:
    """When the platform should be done, by whichever clock is slower."""
    return due + terms.clock_skew + AFTER if due else None


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


def fitting(
    actions: Iterable[Action], state: LedgerState, terms: Terms, waiting: list[Waiting]
) -> list[Action]:
    """Leave out, for now, what cannot be told apart from what waits, or finds no room there.

    What others put there nobody here knows: that is refused, and left to a run then.
    """
    actions = list(actions)
    if not any(action.action in ("publish", "schedule") for action in actions):
        return actions
    there = _There(state, terms)
    kept = []
    for action in actions:
        why = there.refuses(action)
        if why is not None:
            waiting.append(why)
        else:
            there.take(action)
            kept.append(action)
    return kept


def left(action: Action, detail: str | None = None) -> Waiting:
    """To be sent by a run at its time, after all."""
    return Waiting(action.delivery, "not-due", action.due_at, detail, action.wish)


class _There:
    """What waits at the platforms, or is about to: by account and day, and by its words."""

    def __init__(self, state: LedgerState, terms: Terms) -> None:
        self._terms = terms
        self._count: Counter[tuple[str, str]] = Counter()
        self._words: dict[tuple[str, str | None], tuple[str, datetime | None]] = {}
        self._sending: set[tuple[str, str | None]] = set()
        for done in state.deliveries.values():
            if done.scheduled_id is not None or (done.claim and done.action == "schedule"):
                self._add(done.name, done.account, done.payload, parse(done.due_at))
            elif done.claim and done.action == "publish":
                self._sending.add((done.account, done.payload))

    def _add(self, name: str, account: str, payload: str | None, due: datetime | None) -> None:
        self._count.update(_places(account, due))
        self._words[account, payload] = name, due

    def take(self, action: Action) -> None:
        payload = action.wish.payload if action.wish else None
        if action.action == "schedule":
            self._add(action.delivery, action.account, payload, action.due_at)
        elif action.action == "publish":
            self._sending.add((action.account, payload))

    def refuses(self, action: Action) -> Waiting | None:
        """Why it has to wait, or to be left to a run."""
        wish = action.wish
        if wish is None or action.action not in ("publish", "schedule"):
            return None
        words = (action.account, wish.payload)
        other, due = self._words.get(words, (None, None))
        if action.action == "publish":
            if other in (None, action.delivery) or (
                due is not None and due > self._terms.now + APART
            ):
                return None
            until = _asked_at(due, self._terms)
            until = until if until is not None and until > self._terms.now else None
            return Waiting(action.delivery, "same-words", until, f"as {other}", wish)
        if other is not None or words in self._sending:
            return left(action, "the same words are under way: whose they are could not be told")
        whole, day = _places(action.account, action.due_at)
        most = wish.native
        if most is None or (self._count[whole] < most.pending and self._count[day] < most.per_day):
            return None
        return left(action, f"a run sends it: {action.platform} holds no more of them")


def _places(account: str, due: datetime | None) -> tuple[tuple[str, str], tuple[str, str]]:
    return (account, ""), (account, due.astimezone(UTC).date().isoformat() if due else "?")
