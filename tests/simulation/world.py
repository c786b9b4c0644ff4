"""One world: machines, platforms, a remote and a content branch on one clock, from one scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from postops.plan import PASSING, Past, looks
from postops.plan import Terms as PlanTerms
from postops.publish.ports import Terms
from tests.simulation import runners
from tests.simulation.checker import Checker
from tests.simulation.clock import START, SimClock, moment
from tests.simulation.content import Content, PostSpec
from tests.simulation.faults import Faults
from tests.simulation.loop import Loop
from tests.simulation.machine import Killed, Machine
from tests.simulation.native import kind_of
from tests.simulation.platforms import TIMEOUT, Server, SimPlatform
from tests.simulation.remote import Cloud

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from postops.config import Pace
    from postops.ledger.journal import Ledger
    from postops.plan import Plan
    from tests.simulation.upsets import Upset

HOUR = 3600.0
_PACED = frozenset({"quiet-hours", "spacing", "daily-cap"})
PATIENCE = 10  # runs after the last fault, by which everything has to have come to an end


@dataclass(frozen=True)
class Start:
    """One invocation. `slot` is the machine's disk; `keeps` whether the next one there finds it."""

    at: float
    slot: int = 0
    wait: float = 0.0
    skew: float = 0.0
    keeps: bool = True


@dataclass(frozen=True)
class Edit:
    """The content branch moves. `spec` `None`: the post is removed."""

    at: float
    post: str
    spec: PostSpec | None


@dataclass(frozen=True)
class Storm:
    """For a while every call of one kind to an account goes wrong in one way."""

    account: str
    begins: float
    ends: float
    kind: str
    fault: str


@dataclass(frozen=True)
class Scenario:
    """All that happens. With `plan`, exactly these faults; else they are drawn from `seed`.

    `slow` is the share of requests that take up to most of a minute, `near` of those that come back
    just before their time-out. `overdue`: a request that was given up lands within so many times
    its time-out; more than 1 is outside of what is assumed. `later`: also faults of `LATER` are drawn.
    """

    seed: int
    accounts: tuple[tuple[str, str], ...]
    posts: tuple[PostSpec, ...]
    starts: tuple[Start, ...]
    edits: tuple[Edit, ...] = ()
    storms: tuple[Storm, ...] = ()
    plan: dict[int, str] | None = None
    rate: float = 0.0
    crash: float = 0.0
    lease: float = 1200.0
    skew: float = 120.0
    slow: float = 0.0
    resolves: bool = True
    upsets: tuple[Upset, ...] = ()
    paces: tuple[tuple[str, Pace], ...] = ()
    asks: bool = False
    near: float = 0.0
    overdue: float = 1.0
    later: bool = False


@dataclass
class Verdict:
    """What came of it."""

    violations: list[str]
    runs: int
    steps: int
    digest: str
    trace: list[tuple[Any, ...]] = field(repr=False)
    happened: dict[int, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    lateness: list[float] = field(default_factory=list, repr=False)


class World:
    """Carries a scenario out."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.loop = Loop()
        self._chance = Random(scenario.seed)
        self._faults_rng = Random(scenario.seed + 1)
        drawn = scenario.plan is None and (scenario.rate or scenario.crash)
        self.faults = Faults(
            scenario.plan,
            self._faults_rng if drawn else None,
            scenario.rate,
            scenario.crash,
            Random(f"later {scenario.seed}") if scenario.later else None,
        )
        self.terms = Terms(
            lease=timedelta(seconds=scenario.lease), clock_skew=timedelta(seconds=scenario.skew)
        )
        self.cloud = Cloud()
        self.content = Content(scenario.posts, dict(scenario.accounts))
        self.servers = {name: Server(name, kind_of(kind)) for name, kind in scenario.accounts}
        self.checker = Checker(self)
        self.disks: dict[int, list[bytes]] = {}
        self.names: dict[str, str] = {}  # the first name of every account that was renamed
        self.steps = 0
        self.runs = 0
        self.trace: list[tuple[Any, ...]] = []

    # ------------------------------------------------------------------ ports

    def step(self, machine: Machine, kind: str, what: str) -> str | None:
        """Number a call of a port, and say what goes wrong with it."""
        machine.check()
        self.steps += 1
        fault = self.faults.at(self.steps, kind)
        self.trace.append((self.loop.at, machine.name, self.steps, kind, what, fault))
        if fault == "crash-before":
            machine.kill()
            raise Killed
        if fault == "sigterm":
            machine.stop.ask(15)
        return fault

    def disk_step(self, machine: Machine) -> Callable[[str, str], Callable[[], None]]:
        def step(kind: str, what: str) -> Callable[[], None]:
            fault = self.step(machine, kind, what)

            def after() -> None:
                if fault == "crash-after":
                    machine.kill()
                    machine.check()

            return after

        return step

    def storm(self, account: str, kind: str) -> str | None:
        for storm in self.scenario.storms:
            raging = storm.begins <= self.loop.at < storm.ends and not self.faults.calm
            if raging and (storm.account, storm.kind) == (account, kind):
                return storm.fault
        return None

    def latency(self) -> float:
        """Mostly quick; sometimes most of a minute, where the scenario is slow."""
        drawn = self._chance.random()
        if self.scenario.near and self._chance.random() < self.scenario.near:
            return TIMEOUT - 0.5 - 9.0 * drawn
        if self._chance.random() < self.scenario.slow:
            return 1.0 + 50.0 * drawn
        return 0.02 + 0.6 * drawn

    def late(self, bound: float) -> float:
        """When a request that was given up arrives: within its time-out, as is assumed."""
        return self._chance.random() * bound * self.scenario.overdue

    def lag(self, most: float) -> float:
        return self._chance.random() * most if most else 0.0

    def adapter(self, machine: Machine, account: str) -> SimPlatform:
        server = self.servers[account]
        return server.kind(self, machine, server)

    def first_name(self, delivery: str) -> str:
        """A delivery by the name its account had at first."""
        if not self.names:
            return delivery
        post, _, account = delivery.rpartition("@")
        return f"{post}@{self.names.get(account, account)}"

    def paces(self) -> Mapping[str, Pace]:
        """By the names that the accounts have now."""
        paces = dict(self.scenario.paces)
        now = {name: self.names.get(name, name) for name in self.servers} if paces else {}
        return {name: paces[first] for name, first in now.items() if first in paces}

    # ------------------------------------------------------------------ what happens

    def run(self) -> Verdict:
        scenario = self.scenario
        for edit in scenario.edits:
            self.loop.at_time(edit.at, lambda e=edit: self._edit(e))
        for start in scenario.starts:
            self.loop.at_time(start.at, lambda s=start: self._begin(s))
        for upset in scenario.upsets:
            self.loop.at_time(upset.at, lambda u=upset: self._upset(u))
        self.loop.run()
        self.faults.calm = True
        self._quiet()
        self.checker.unraised()
        return self._verdict()

    def _edit(self, edit: Edit) -> None:
        self.trace.append((self.loop.at, "people", 0, "edit", edit.post, None))
        self.content.edit(self.loop.at, edit.post, edit.spec)

    def _upset(self, upset: Upset) -> None:
        self.trace.append((self.loop.at, "people", 0, "upset", repr(upset), None))
        upset.happen(self)

    def rename(self, old: str, new: str) -> None:
        """An account gets another name. Who looks for it by the old one still finds it."""
        self.names[new] = self.names.get(old, old)
        self.servers[new] = self.servers[old]
        self.content.rename(old, new)

    def accept(self) -> None:
        """A person accepts the head of the ledger as it is."""
        machine = Machine(f"person{self.steps}", self.loop, [])
        clock = SimClock(machine, self.loop, 0.0, self._chance)
        self.loop.create_task(runners.accept(self, machine, clock))

    def person(self, drafts: list[dict[str, Any]], skew: float = 0.0) -> None:
        """A person writes something into the ledger."""
        machine = Machine(f"person{self.runs}", self.loop, [])
        clock = SimClock(machine, self.loop, skew, self._chance)
        self.loop.create_task(runners.resolve(self, machine, clock, drafts))

    def _begin(self, start: Start) -> Any:
        self.runs += 1
        disk = self.disks.setdefault(start.slot, []) if start.keeps else []
        if not start.keeps:
            self.disks[start.slot] = disk
        machine = Machine(f"r{self.runs}", self.loop, disk)
        clock = SimClock(machine, self.loop, start.skew, self._chance)
        self.checker.began(machine, start.skew)
        return self.loop.create_task(self._one(machine, clock, start))

    async def _one(self, machine: Machine, clock: SimClock, start: Start) -> Ledger | None:
        try:
            ledger = await runners.ended(self, machine, clock, start.wait)
        except Killed:
            return None
        except Exception as error:
            self.checker.broke(machine, error)
            return None
        self.trace.append((self.loop.at, machine.name, 0, "end", "", None))
        if ledger is not None and not machine.dead:
            self.checker.finished(machine)
        return ledger

    # ------------------------------------------------------------------ and after

    def _quiet(self) -> None:
        """No more faults: everything comes to an end, and then nothing is left to do."""
        # Past every time a file names, or a wait for it would look like one for us.
        for post in self.content.tip.posts.values():
            last = max((post.due or 0.0) + post.grace, post.expires or 0.0)
            self.loop.at = max(self.loop.at, last)
        if self.checker.cut:
            self.accept()
            self.loop.run()
        patience = PATIENCE * (1 + len(self.content.tip.posts) * len(self.scenario.paces))
        for _ in range(patience):
            ledger = self._tick()
            if ledger is None:
                continue
            plan = self._plan(ledger)
            doubts = self.checker.verdicts.doubts(ledger.state) if self.scenario.resolves else []
            if doubts:
                self.person(doubts)
                self.loop.run()
            elif not self._moving(plan) and not self._unlooked(ledger):
                break
            self._sleep(plan)
        else:
            self.checker.say("I12", f"still moving after {patience} quiet runs")
            return
        self.checker.final(ledger, plan)
        self._idle()

    def _sleep(self, plan: Plan) -> None:
        """Through what an account's own limits hold, which may be days."""
        until = [w.until for w in plan.waiting if w.reason in _PACED and w.until is not None]
        if until and not plan.actions:
            self.loop.at = max(self.loop.at, (min(until) - START).total_seconds())
        self.loop.at = max(self.loop.at, self.checker.last_recorded)  # nobody acts on the future

    def _tick(self) -> Ledger | None:
        self.loop.at += HOUR + self.scenario.lease + 3 * self.scenario.skew
        task = self._begin(Start(self.loop.at, slot=0, keeps=True))
        self.loop.run(task.done)
        self.loop.run()
        ledger: Ledger | None = task.result()
        return ledger

    def _unlooked(self, ledger: Ledger) -> bool:
        """Whether something was sent again, and the time to look for it once more will come."""
        if not any(done.again_at for done in ledger.state.deliveries.values()):
            return False
        return any(a.action == "look" for a in self._plan(ledger, looks.AFTER).actions)

    def _plan(self, ledger: Ledger, ahead: timedelta = timedelta(0)) -> Plan:
        terms = PlanTerms(
            now=moment(self.loop.at) + ahead,
            platforms=self.content.tip.platforms,
            clock_skew=self.terms.clock_skew,
            paces=self.paces(),
            past=Past(self.content.tip.past),
        )
        return self.content.plan(self.content.tip, ledger.state, terms)

    def _moving(self, plan: Plan) -> bool:
        waits = {
            "claimed",
            "scheduled",
            "same-words",
            "not-due",
            "guard",
            "late",
            "expired",
            "clock",
        } | PASSING
        return bool(plan.actions) or any(w.reason in waits for w in plan.waiting)

    def _idle(self) -> None:
        """I11: a run after everything came to an end changes nothing."""
        # With a pace, what waits for a person may become late meanwhile: that is written down once.
        for _ in range(3 if self.scenario.paces else 1):
            commits, calls = self.cloud.commits, sum(s.calls for s in self.servers.values())
            self._tick()
            if self.cloud.commits == commits:
                break
        else:
            self.checker.say("I11", "a run with nothing to do moved the ledger")
        if sum(s.calls for s in self.servers.values()) != calls:
            self.checker.say("I11", "a run with nothing to do called a platform")

    def _verdict(self) -> Verdict:
        return Verdict(
            violations=self.checker.violations,
            runs=self.runs,
            steps=self.steps,
            digest=self.checker.digest(),
            trace=self.trace,
            happened=self.faults.happened,
            counts=self.checker.counts,
            lateness=self.checker.lateness,
        )
