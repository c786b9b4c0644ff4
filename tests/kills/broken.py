"""Publishers with a guard taken out. A judge that cannot tell them apart is no judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.ledger.events import stamp
from postops.ledger.journal import Ledger
from postops.model import Receipt
from postops.publish import send
from postops.publish.settle import Absent, Found

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Broken(NamedTuple):
    """`shows`: the word a violation begins with; `point`: the kill that brings it to light."""

    apply: Callable[[], None]
    shows: str
    point: str


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
