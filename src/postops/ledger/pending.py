"""Events that are recorded and not pushed yet, shown in the state and taken back when it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.ledger.state import apply

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from postops.ledger.state import Binding, DeliveryState, LedgerState


class Pending:
    """An ordered overlay on a `LedgerState`.

    Others' events belong before ours in the chain. Rather than folding all over again, what ours
    touched is put back, theirs are applied, and ours once more on top.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._deliveries: dict[str, DeliveryState | None] = {}
        self._bound: dict[str, Binding | None] = {}
        self._budgets: dict[str, dict[str, Any] | None] = {}
        self.stuck = False  # a renaming touches too much to be put back

    def add(self, state: LedgerState, event: dict[str, Any]) -> None:
        """Record an event and show it."""
        self.events.append(event)
        self._show(state, event)

    def take_back(self, state: LedgerState) -> None:
        """Leave the state as it was without these events. Not possible where `stuck`."""
        _restore(state.deliveries, self._deliveries)
        _restore(state.bound, self._bound)
        _restore(state.budgets, self._budgets)
        self.stuck = False

    def show_again(self, state: LedgerState, landed: Iterable[str]) -> None:
        """Drop what is in the ledger by now; show the rest on top."""
        gone = set(landed)
        self.events = [event for event in self.events if event["id"] not in gone]
        for event in self.events:
            self._show(state, event)

    def _show(self, state: LedgerState, event: dict[str, Any]) -> None:
        if "delivery" in event:
            name = event["delivery"]
            self.stuck = self.stuck or name.rpartition("@")[2] in state.renamed
            if name not in self._deliveries:
                known = state.deliveries.get(name)
                self._deliveries[name] = known.copy() if known else None
        elif "account" in event:
            self._bound.setdefault(event["account"], state.bound.get(event["account"]))
            self._budgets.setdefault(event["account"], state.budgets.get(event["account"]))
            self.stuck = self.stuck or "was" in event or event["account"] in state.renamed
        apply(state, event)


def _restore(kept: MutableMapping[str, Any], before: dict[str, Any]) -> None:
    for name, value in before.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    before.clear()
