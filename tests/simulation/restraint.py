"""What a run leaves alone: old news, what was put off, and a second claim where the first is doubtful.

Part of the checker: it hears every line of the ledger as it lands, and judges by the lines alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.model import Certainty
from tests.simulation.clock import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from postops.ledger.state import LedgerState
    from tests.simulation.world import World

WEAK = (Certainty.DUPLICATE_REJECTION, Certainty.NONE)
_LOGIN = 600.0  # from the plan to the account's first line: logging in takes what time it takes


class Restraint:
    """Claims that should not have been made."""

    def __init__(self, world: World, say: Callable[[str, str], None]) -> None:
        self.world = world
        self.say = say
        self._bound: dict[str, float] = {}
        self._until: dict[str, str] = {}
        self._begun: set[str] = set()
        self._last: tuple[Any, ...] = ()

    def event(self, event: Mapping[str, Any], name: str, held: Mapping[str, Any] | None) -> None:
        """A line of the ledger landed. `held` is the open claim before it."""
        kind = event["type"]
        if kind == "bound":
            # A dead run's disk may tell of it after others did, and it knew the account first.
            account, at = self._first(event["account"]), seconds(event["recorded_at"])
            self._bound[account] = min(at, self._bound.get(account, at))
        elif kind == "deferred" and held is not None and event.get("claim") == held["id"]:
            self._until[name] = event["until"]
        elif name:
            until = self._until.pop(name, None)
            if kind == "claimed":
                self._put_off(event, name, until)
                self._claimed(event, name)

    def cut(self, known: LedgerState) -> None:
        """The ledger was rewritten: what it has now counts."""
        bound = known.bound.items()
        self._bound = {self._first(name): seconds(one.bound_at) for name, one in bound}
        self._until.clear()

    def _put_off(self, event: Mapping[str, Any], name: str, until: str | None) -> None:
        """Both times are by the clocks of those who wrote them, as they were compared."""
        if until is not None and seconds(event["recorded_at"]) < seconds(until):
            self.say("I13", f"{event['run']} claims {name}, which was put off until {until}")

    def _claimed(self, event: Mapping[str, Any], name: str) -> None:
        if event.get("action") not in ("publish", "schedule"):
            return
        if name not in self._begun:
            self._begun.add(name)
            self._old_news(event, name)
        account, at = event["account"], event["recorded_at"]
        weak = self.world.servers[account].kind.capabilities.certainty[0] in WEAK
        # Between two claims lies a push, and that takes time.
        this = (event["run"], self._first(account), at)
        if weak and this == self._last:
            self.say("bulk", f"{event['run']} claims {name} together with another")
        self._last = this

    def _old_news(self, event: Mapping[str, Any], name: str) -> None:
        """What was due long before anybody knew the account is not sent to it unasked."""
        post, _, account = event["delivery"].rpartition("@")
        bound, due = self._bound.get(self._first(account)), event.get("due_at")
        spec = self.world.content.commits[event["commit"]].posts.get(post)
        if spec is None or bound is None or due is None:
            return
        allowed = spec.grace + _LOGIN + 2 * self.world.scenario.skew
        if seconds(due) < bound - allowed:
            self.say("I4", f"{name} is claimed, and was due before its account was known")

    def _first(self, account: str) -> str:
        return self.world.names.get(account, account)
