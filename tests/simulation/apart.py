"""What is the matter with one account is no matter of another's (I15).

A run that came to its own end has done what it had planned for every account that answered all it
was asked, whatever became of the others; and no run is ended by what a platform does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from postops.errors import LedgerConflict

if TYPE_CHECKING:
    from postops.errors import PostopsError
    from postops.plan import Plan
    from postops.publish.ports import Result
    from tests.simulation.machine import Machine
    from tests.simulation.world import World

_SHARED = frozenset({"fetch", "content", "push"})
_PACED = frozenset({"spacing", "daily-cap", "quiet-hours", "rate-limit"})
_AT_ONCE = frozenset({"publish", "resume", "update", "withdraw"})


@dataclass
class Errand:
    """What one run had planned since its last look at the content, and what is left of it.

    `behind`: another run's line was of its future, so that it could trust no time. `others`: what
    another run was at meanwhile, whatever became of that, or a pace held. `cuts`: how often the
    ledger had been rewritten when the run began.
    """

    troubled: set[str] = field(default_factory=set)
    planned: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    told: dict[str, Result] = field(default_factory=dict)
    looks: bool = False
    behind: bool = False
    others: set[str] = field(default_factory=set)
    cuts: int = 0


class Apart:
    """Part of the checker: hears of plans, of calls that go wrong, and of how runs end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._errands: defaultdict[str, Errand] = defaultdict(Errand)
        self._skew: dict[str, float] = {}

    def began(self, machine: Machine, skew: float) -> None:
        self._skew[machine.name] = skew
        self._errands[machine.name].cuts = self._world.checker.counts["cuts"]

    def swept(self, machine: Machine) -> None:
        """Another look: what was planned before is planned anew."""
        errand = self._errands[machine.name]
        errand.planned, errand.left, errand.told = {}, {}, {}
        errand.looks = True

    def planned(self, machine: Machine, plan: Plan) -> None:
        """The first plan after a look is what the run sets out to do; the last, what is left."""
        errand = self._errands[machine.name]
        errand.behind |= any(waiting.reason == "clock" for waiting in plan.waiting)
        held = {w.delivery for w in plan.waiting if w.reason == "claimed"}
        if held:  # a new name waits while another run is at the old one
            held |= {w.delivery for w in plan.waiting if w.reason == "renamed"}
        # Behind what turned out to be there already: that leaves room, which the next run sees.
        held |= {w.delivery for w in plan.waiting if w.reason in _PACED}
        errand.others |= held
        todo: dict[str, str] = {a.delivery: a.action for a in plan.actions if a.action != "look"}
        if errand.looks:
            errand.planned, errand.looks = todo, False
        errand.left = todo

    def trouble(self, machine: Machine, account: str) -> None:
        """A call to the account went wrong, or took long."""
        self._errands[machine.name].troubled.add(account)

    def told(self, machine: Machine, result: Result) -> None:
        self._errands[machine.name].told[result.delivery] = result

    def gave_up(self, machine: Machine, error: PostopsError) -> None:
        """For nothing that the ledger or the content branch did; others may be faster, too."""
        cut = self._world.checker.counts["cuts"] > self._errands[machine.name].cuts
        shared = self._stumbled(machine) or self._world.checker.cut or cut
        if not shared and not isinstance(error, LedgerConflict):
            self._say(f"{machine.name} gave up, though what all accounts share was there: {error}")

    def finished(self, machine: Machine) -> None:
        errand = self._errands[machine.name]
        off = abs(self._skew[machine.name]) > self._world.scenario.skew or errand.behind
        if off or machine.stop.asked or self._stumbled(machine):
            return
        for name, action in errand.planned.items():
            account = self._world.first_name(name).rpartition("@")[2]
            told = errand.told.get(name)
            left = errand.left.get(name) == action or (told and told.outcome == "deferred")
            named_anew = name.rpartition("@")[2] not in self._world.content.tip.platforms
            if account in errand.troubled or named_anew or name in errand.others:
                continue
            # Finding out takes the time it takes, and may come to nothing yet.
            if left and (action in _AT_ONCE or not told):
                why = told.error if told else "nobody says why"
                self._say(f"{machine.name} did not {action} {name}, and {account} is well: {why}")
            elif errand.troubled and told:
                self._world.checker.counts["served beside one in trouble"] += 1

    def _stumbled(self, machine: Machine) -> bool:
        """Whether what all accounts share failed it: the ledger, the content branch."""
        return any(
            name == machine.name and kind in _SHARED and fault is not None
            for _, name, _, kind, _, fault in self._world.trace
        )

    def _say(self, what: str) -> None:
        self._world.checker.say("I15", what)
