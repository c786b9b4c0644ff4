"""A change that a run saw in time is honoured, although the post waits at the platform.

The truth is the moment in which the platform publishes by itself: no run that could have taken the
post back, and came to its own end well before, may have known that it was not wished like this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.plan import Plan
    from postops.publish.ports import Result
    from tests.simulation.content import Commit, PostSpec
    from tests.simulation.machine import Machine
    from tests.simulation.native import Kept
    from tests.simulation.platforms import Server
    from tests.simulation.world import World

# A run cannot take back what another is at, or while the platform or a clock forbids it.
_STOPPED = frozenset({"claimed", "deferred", "clock", "unknown-account", "no-credentials"})
_COULD_NOT = frozenset({"failed", "unsent", "unknown", "in-doubt", "held", "deferred"})


@dataclass
class Look:
    """What one run saw last, and what hindered it. `known` is when it asked for the ledger."""

    known: float
    commit: Commit
    ended: float | None = None
    stopped: bool = False
    accounts: set[str] = field(default_factory=set)
    deliveries: set[str] = field(default_factory=set)


class Ahead:
    """Hears what the checker hears, as far as it is about posts that wait at platforms."""

    def __init__(self, world: World, say: Callable[[str, str], None]) -> None:
        self._world = world
        self._say = say
        self._known: dict[str, float] = {}
        self._looks: dict[str, Look] = {}

    def fetching(self, machine: Machine) -> None:
        self._known[machine.name] = self._world.loop.at

    def swept(self, machine: Machine, commit: Commit) -> None:
        self._looks[machine.name] = Look(self._known[machine.name], commit)

    def planned(self, machine: Machine, plan: Plan) -> None:
        look = self._looks[machine.name]
        stopped = (w.delivery for w in plan.waiting if w.reason in _STOPPED)
        look.deliveries |= {self._world.first_name(name) for name in stopped}

    def told(self, machine: Machine, result: Result) -> None:
        if result.outcome in _COULD_NOT:
            name = self._world.first_name(result.delivery)
            self._looks[machine.name].accounts.add(name.rpartition("@")[2])

    def finished(self, machine: Machine) -> None:
        look = self._looks.get(machine.name)
        if look is not None:
            look.ended, look.stopped = self._world.loop.at, machine.stop.asked

    def published(self, server: Server, kept: Kept) -> None:
        post = kept.outgoing.message.post
        name = f"{post}@{server.account}"
        for run, look in self._looks.items():
            hindered = look.stopped or server.account in look.accounts or name in look.deliveries
            if look.ended is None or look.ended >= kept.due or look.known < kept.since or hindered:
                continue
            spec = look.commit.posts.get(post)
            names = {n for n, one in self._world.servers.items() if one is server}
            if not _wished(spec, names, kept):
                self._say("I9", f"{run} saw that {name} had changed, and out it goes")


def _wished(spec: PostSpec | None, names: set[str], kept: Kept) -> bool:
    if spec is None or not names & set(spec.accounts) or spec.hold or spec.draft:
        return False
    same = spec.texts == (kept.outgoing.part.text,) and spec.due is not None
    return same and spec.native and abs((spec.due or 0.0) - kept.due) < 1.0
