"""The run behind `postops publish`, from opening the ledger to the exit code."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.cli import _open
from postops.cli._ahead import Ahead
from postops.cli._signals import stopping
from postops.cli._staging import stage
from postops.cli._sweep import Asked, Sweep, sweep
from postops.errors import LedgerDamaged
from postops.output.results import counts
from postops.plan import ALARMS as WAITING_ALARMS
from postops.plan import PASSING, Plan, Waiting
from postops.publish.ports import ALARMS, Result
from postops.publish.run import Run
from postops.publish.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.clock import Clock
    from postops.ledger.journal import Ledger
    from postops.plan import Action
    from postops.plan.shards import Shard
    from postops.publish.ports import Login, Replan

LEAD = timedelta(seconds=90)
"""How long before its time a post is claimed, so that it leaves on the second."""


class Request(NamedTuple):
    """What the command line asks for."""

    posts: Sequence[str] | None = None
    accounts: Sequence[str] | None = None
    shard: Shard | None = None
    now: bool = False
    wait: timedelta | None = None
    force: bool = False
    backfill: bool = False
    digest: str | None = None
    dry_run: bool = False
    sandbox: bool = False

    def asked(self) -> Asked:
        horizon = min(self.wait, LEAD) if self.wait else timedelta(0)
        return Asked(
            posts=self.posts,
            accounts=self.accounts,
            shard=self.shard,
            now=self.now,
            force=self.force,
            backfill=self.backfill,
            horizon=horizon,
            everything=self.dry_run,
        )


class Watcher:
    """Hears of the plan before it is carried out, and of every result as it comes."""

    def planned(self, plan: Plan) -> None:
        """Called for every sweep."""

    def waits(self, until: datetime) -> None:
        """Called before the run sleeps until shortly before a post is due."""

    def result(self, result: Result) -> None:
        """Called for each delivery of a sweep. Must not raise: the run would be cut off.

        Once, but for what is first taken back from the platform and then sent otherwise.
        """


class Outcome(NamedTuple):
    """What a run came to. `plan` is as things stand at its end."""

    run: str
    dry_run: bool
    results: tuple[Result, ...]
    plan: Plan
    notes: tuple[str, ...]
    signal: int | None = None

    @property
    def untold(self) -> tuple[Waiting, ...]:
        """What waits, and was not already a result of this run."""
        told = {result.delivery for result in self.results}
        return tuple(w for w in self.plan.waiting if w.delivery not in told)

    @property
    def alarms(self) -> tuple[Waiting, ...]:
        """Of that, what waits for a person."""
        return tuple(w for w in self.untold if w.reason in WAITING_ALARMS)

    @property
    def exit_code(self) -> int:
        if self.signal is not None:
            return 128 + self.signal
        bad = any(result.outcome in ALARMS for result in self.results)
        return 1 if bad or self.alarms else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "run": self.run,
            "dry_run": self.dry_run,
            "results": [result.as_json() for result in self.results],
            "waiting": [waiting.as_json() for waiting in self.plan.waiting],
            "plan_digest": self.plan.digest,
            "summary": counts(self.results) | {"waiting": len(self.plan.waiting)},
        }


async def publish(invocation: Invocation, request: Request, watcher: Watcher) -> Outcome:
    """Carry out the request. Raises `PostopsError` where nothing could be started."""
    with _open.place(invocation, sandbox=request.sandbox) as at:
        if request.dry_run:
            return _dry(at, request)
        if at.world is None:
            at = at._replace(ahead=Ahead())
        async with _open.ledger(at) as ledger:
            _check_held(ledger.held)
            return await _run(at, ledger, request, watcher)


def _check_held(why: str | None) -> None:
    if why is not None:
        help_ = "look at the state branch, then `postops ledger accept`"
        raise LedgerDamaged(f"everything is held: {why}", help=help_)


def _dry(at: Place, request: Request) -> Outcome:
    """The plan and no more: not even what a dead run left behind is touched."""
    seen = _open.view(at)
    _check_held(seen.held)
    now = at.clock.now()
    swept = sweep(at, seen, request.asked(), now)
    plan = swept.plan(now)
    plan.expect(request.digest)
    return Outcome("", dry_run=True, results=(), plan=plan, notes=tuple(swept.notes()))


class _Planner:
    """The plans of one run: one guard for all of them, and nothing beyond a reviewed one."""

    def __init__(self, clock: Clock, digest: str | None) -> None:
        self._clock = clock
        self._digest = digest
        self._reviewed: frozenset[str] | None = None
        self._passed: dict[tuple[str, str], Action] = {}

    def plan(self, swept: Sweep) -> Plan:
        """What is to be done now. Raises `UnsafePlan` where the first is not the reviewed one."""
        plan = swept.plan(self._clock.now(), self._passed.values())
        if self._digest is not None:
            if self._reviewed is None:
                plan.expect(self._digest)
                self._reviewed = frozenset(action.delivery for action in plan.actions)
            kept = [action for action in plan.actions if action.delivery in self._reviewed]
            plan = plan._replace(actions=tuple(kept))
        self._passed |= {(action.delivery, action.action): action for action in plan.actions}
        return plan


async def _run(at: Place, ledger: Ledger, request: Request, watcher: Watcher) -> Outcome:
    """Sweep, and with `--wait` sweep again until nothing more becomes due in time."""
    ends = at.clock.now() + (request.wait or timedelta(0))
    planner, stop = _Planner(at.clock, request.digest), Stop()
    found: dict[str, Result] = {}
    with stopping(stop):
        while True:
            swept = sweep(at, ledger, request.asked(), at.clock.now())
            plan = planner.plan(swept)
            watcher.planned(plan)
            stage(ledger, swept)  # goes with the first claim: a push of its own takes as long
            replan = partial(planner.plan, swept)
            results = await _carry_out(at, ledger, swept, plan, replan, stop, watcher)
            found |= {result.delivery: result for result in results}
            plan = replan() if results else plan
            if stop.asked or not await _wait(at, plan, ends, stop, watcher):
                break
            await ledger.refresh()
    await ledger.push()
    notes = (*swept.notes(), *ledger.repairs)
    ordered = tuple(sorted(found.values()))
    return Outcome(
        ledger.run, dry_run=False, results=ordered, plan=plan, notes=notes, signal=stop.signal
    )


async def _carry_out(
    at: Place,
    ledger: Ledger,
    swept: Sweep,
    plan: Plan,
    replan: Replan,
    stop: Stop,
    watcher: Watcher,
) -> list[Result]:
    config = swept.config
    async with AsyncExitStack() as stack:
        logins: dict[str, Login] = {}
        if plan.actions or plan.skips:
            # All of them: a later round may find something due for an account this plan leaves
            # alone. With nothing to do there is no later round, and nobody to talk to.
            there = _open.logged_in(at._replace(config=config), config.accounts)
            logins = await stack.enter_async_context(there)
        run = Run(
            ledger=ledger,
            logins=logins,
            loader=swept.loader(),
            replan=replan,
            clock=at.clock,
            terms=_open.terms(config),
            stop=stop,
            on_result=watcher.result,
        )
        return await run.carry_out(plan)


async def _wait(at: Place, plan: Plan, ends: datetime, stop: Stop, watcher: Watcher) -> bool:
    """Sleep until just before the next post that becomes due in time. False: there is none."""
    coming = [w for one in plan.waiting if (w := _wake(one, ends)) is not None]
    if not coming:
        return False
    wake, until = min(coming)
    watcher.waits(until)
    while at.clock.now() < wake and not stop.asked:
        await at.clock.sleep(1.0)
    return not stop.asked


def _wake(waiting: Waiting, ends: datetime) -> tuple[datetime, datetime] | None:
    """When to look again, and for what moment: a post is claimed before it is due."""
    until = waiting.until
    if until is None or until > ends:
        return None
    if waiting.reason == "not-due":
        return until - LEAD / 2, until
    return (until, until) if waiting.reason in PASSING else None
