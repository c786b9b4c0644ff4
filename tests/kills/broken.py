"""Publishers with a guard taken out. A judge that cannot tell them apart is no judge."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.errors import LedgerConflict
from postops.ledger.events import stamp
from postops.ledger.journal import Ledger
from postops.model import Receipt
from postops.publish import claims, send
from postops.publish.ports import Terms
from postops.publish.run import Run
from postops.publish.settle import Absent, Found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Broken(NamedTuple):
    """`shows`: the word a violation begins with; `point`: the kill that brings it to light, if it
    takes one.
    """

    apply: Callable[[], None]
    shows: str
    point: str = ""


def _claims_stay_here() -> None:
    """The claim is written down, but not pushed before the call."""

    async def claim(self: Ledger, drafts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        events = [stamp(draft, self._clock, self.run) for draft in drafts]
        for event in events:
            self._pending.add(self.state, event)
        return events

    Ledger.claim = claim  # type: ignore[method-assign]


def _unknown_is_not_sent() -> None:
    """Nobody answered, so it is taken for not sent, and no list is asked."""

    async def settle(*_: Any, **__: Any) -> Absent:
        return Absent()

    async def unlisted(*_: Any) -> None:
        return None

    send.settle = settle
    send._listed_since = unlisted


def _unknown_is_sent() -> None:
    """Nobody answered, so it is taken for sent."""

    async def settle(desk: Any, outgoing: Any, **_: Any) -> Found:
        url = f"https://example.org/{outgoing.key}"
        return Found(Receipt(outgoing.key, url, desk.clock.now(), {"cid": "none"}))

    send.settle = settle


PUBLISHERS: dict[str, Broken] = {
    "claims-stay-here": Broken(_claims_stay_here, "duplicate", "create.acted"),
    "unknown-is-not-sent": Broken(_unknown_is_not_sent, "duplicate", "create.acted"),
    "unknown-is-sent": Broken(_unknown_is_sent, "loss", "create.before"),
}


# ------------------------------------------------------------------------ all of a crowd


def _refused_is_claimed() -> None:
    """Whether the push was refused is not looked at; nor do all publishers make the same keys, for
    with these the platforms would cover for it.
    """
    claim, seed = Ledger.claim, claims.seed

    async def claiming(self: Ledger, drafts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            return await claim(self, drafts)
        except LedgerConflict:
            events = [stamp(draft, self._clock, self.run) for draft in drafts]
            for event in events:
                self._pending.add(self.state, event)
            return events

    def seeding(genesis: str, *rest: Any) -> bytes:
        return seed(f"{genesis}{os.getpid()}", *rest)

    Ledger.claim = claiming  # type: ignore[method-assign]
    claims.seed = seeding  # type: ignore[assignment]


def _plans_stay_true() -> None:
    """What others did since it was planned, and a push of ours has fetched, is not looked at."""
    Run._as_it_stood = Run._as_planned = lambda *_: True  # type: ignore[method-assign]


def _one_race_is_too_many() -> None:
    """Whoever loses a race leaves it to a person, though others have sent it all."""
    Terms.races = property(lambda _: 0)  # type: ignore[assignment]


RACERS: dict[str, Broken] = {
    "refused-is-claimed": Broken(_refused_is_claimed, "duplicate"),
    "claims-stay-here": Broken(_claims_stay_here, "claimed twice"),
    "plans-stay-true": Broken(_plans_stay_true, "claimed twice"),
    "one-race-is-too-many": Broken(_one_race_is_too_many, "unquiet"),
}
