"""One invocation of the publisher, wired as `cli/_publishing.py` wires it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from postops.errors import LedgerDamaged, LedgerError, PostopsError
from postops.ledger.journal import Ledger
from postops.plan import PASSING, Past
from postops.plan import Terms as PlanTerms
from postops.publish.ports import Login
from postops.publish.run import Run
from tests.simulation.machine import Disk, Killed
from tests.simulation.remote import SimRemote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from postops.plan import Plan
    from postops.publish.ports import Loaded
    from tests.simulation.clock import SimClock
    from tests.simulation.content import Commit
    from tests.simulation.machine import Machine
    from tests.simulation.world import World

LEAD = timedelta(seconds=90)  # as in cli/_publishing.py


class Sweep:
    """One look at the content branch: the plan as often as it is asked for, and the loader."""

    def __init__(self, world: World, commit: Commit, ledger: Ledger, terms: PlanTerms) -> None:
        self.world = world
        self.commit = commit
        self.ledger = ledger
        self.terms = terms

    def plan(self, now: datetime) -> Plan:
        return self.world.content.plan(self.commit, self.ledger.state, self.terms._replace(now=now))

    def load(self, delivery: str, commit: str | None = None) -> Loaded:
        return self.world.content.load(commit or self.commit.name, delivery)


async def sweep(
    world: World, machine: Machine, ledger: Ledger, clock: SimClock, wait: float
) -> Sweep:
    """Fetch the content branch. Raises `PostopsError` where it cannot be reached."""
    fault = world.step(machine, "content", "content")
    await machine.until(world.loop.at + world.latency())
    if fault == "unreachable":
        raise PostopsError("the content branch cannot be reached")
    terms = PlanTerms(
        now=clock.now(),
        platforms=world.content.tip.platforms,
        clock_skew=world.terms.clock_skew,
        horizon=min(timedelta(seconds=wait), LEAD),
        paces=world.paces(),
        past=Past(world.content.tip.past),
    )
    found = Sweep(world, world.content.tip, ledger, terms)
    world.checker.swept(machine, found.commit)
    if fault == "crash-after":
        machine.kill()
    return found


async def invocation(world: World, machine: Machine, clock: SimClock, wait: float) -> Ledger:
    """`postops publish --wait`. Returns the ledger as it leaves it."""
    disk = Disk(machine, world.disk_step(machine), world.checker.recorded)
    world.checker.ahead.fetching(machine)
    ledger = await Ledger.open(SimRemote(world, machine), disk, clock, machine.name)
    if ledger.held is not None:
        raise LedgerDamaged(f"everything is held: {ledger.held}")
    ends = clock.now() + timedelta(seconds=wait)
    while True:
        swept = await sweep(world, machine, ledger, clock, wait)
        await carry_out(world, machine, ledger, clock, swept)
        plan = swept.plan(clock.now())
        world.checker.apart.planned(machine, plan)
        if machine.stop.asked or not await waited(world, clock, machine, plan, ends):
            break
        world.checker.ahead.fetching(machine)
        await ledger.refresh()
    await ledger.push()
    return ledger


async def carry_out(
    world: World, machine: Machine, ledger: Ledger, clock: SimClock, swept: Sweep
) -> None:
    def planned() -> Plan:
        plan = swept.plan(clock.now())
        world.checker.ahead.planned(machine, plan)
        world.checker.apart.planned(machine, plan)
        return plan

    plan = planned()
    skipped = {skip.wish.account for skip in plan.skips if skip.wish is not None}
    accounts = sorted({action.account for action in plan.actions} | skipped)
    run = Run(
        ledger=ledger,
        logins={
            name: Login(
                world.adapter(machine, name), swept.commit.was.get(name), world.scenario.asks
            )
            for name in accounts
        },
        loader=swept,
        replan=planned,
        clock=clock,
        terms=world.terms,
        stop=machine.stop,
    )
    for result in await run.carry_out(plan):
        world.checker.told(machine, result)


async def waited(
    world: World, clock: SimClock, machine: Machine, plan: Plan, ends: datetime
) -> bool:
    """Sleep until just before the next post that becomes due in time. False: there is none."""
    # Worlds without a pace are older than waiting for what passes, and stay as they were.
    passing = PASSING if world.scenario.paces else frozenset[str]()
    wakes = [
        w.until - LEAD / 2 if w.reason == "not-due" else w.until
        for w in plan.waiting
        if w.until is not None and w.until <= ends and w.reason in passing | {"not-due"}
    ]
    if not wakes:
        return False
    while clock.now() < min(wakes) and not machine.stop.asked:
        await clock.sleep(1.0)
    return not machine.stop.asked


async def ended(world: World, machine: Machine, clock: SimClock, wait: float) -> Ledger | None:
    """An invocation to its end, whatever that is. `None`: it died, or said why it could not."""
    try:
        return await invocation(world, machine, clock, wait)
    except Killed:
        return None
    except PostopsError as error:
        world.checker.gave_up(machine, error)
        return None


async def resolve(
    world: World, machine: Machine, clock: SimClock, drafts: Sequence[dict[str, object]]
) -> None:
    """A person writes a verdict into the ledger, as `postops resolve` and `retry` do."""
    disk = Disk(machine, world.disk_step(machine), world.checker.recorded)
    try:
        ledger = await Ledger.open(SimRemote(world, machine), disk, clock, machine.name)
        ledger.record(*drafts)
        await ledger.push()
    except LedgerError as error:
        world.checker.gave_up(machine, error)


async def accept(world: World, machine: Machine, clock: SimClock) -> bool:
    """A person looks at a head that was rewritten, and says that it is right."""
    disk = Disk(machine, world.disk_step(machine), world.checker.recorded)
    try:
        ledger = await Ledger.open(SimRemote(world, machine), disk, clock, machine.name)
        return await ledger.accept("a person")
    except (Killed, LedgerError):
        return False
