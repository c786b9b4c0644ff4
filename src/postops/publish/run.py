"""One invocation of the publisher, in rounds: connect, reconcile, claim, send, plan anew.

Claims of all lanes go out in one push; each account is then a lane of its own, so that a slow or
failing one never holds up another. A lost race costs nothing but a new plan. Deliveries whose
absence was proven come back in the next round, under a new claim with the same key.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from postops.errors import LedgerConflict, PostopsError
from postops.plan import iso
from postops.publish import change, claims, look, schedule, send
from postops.publish.budget import Budget, calls
from postops.publish.desk import Desk
from postops.publish.lanes import by_account, to_their_ends
from postops.publish.ports import Result
from postops.publish.pusher import Pusher
from postops.publish.sessions import Held, bind, connect, misnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from postops.clock import Clock
    from postops.model import Identity
    from postops.plan import Action, Plan, Waiting
    from postops.publish.ports import Ledger, Loaded, Loader, Login, Replan, Terms
    from postops.publish.stop import Stop


class Claimed(NamedTuple):
    """An action this run may carry out, with the event that says so."""

    action: Action
    loaded: Loaded | None
    event: dict[str, Any]


class Run:
    """What one invocation knows beyond the ledger: who is logged in, what is over, what came out."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        logins: Mapping[str, Login],
        loader: Loader,
        replan: Replan,
        clock: Clock,
        terms: Terms,
        stop: Stop,
        on_result: Callable[[Result], None] = lambda _: None,
    ) -> None:
        self.ledger = ledger
        self.logins = logins
        self.loader = loader
        self.replan = replan
        self.clock = clock
        self.terms = terms
        self.stop = stop
        self.on_result = on_result
        self.pusher = Pusher(ledger, clock, terms)
        self.results: dict[str, Result] = {}
        self._connected: set[str] = set()
        self._held: dict[str, str] = {}
        self._waits: dict[str, str] = {}
        self._low: dict[str, dict[str, Any]] = {}
        self._fast: dict[str, timedelta] = {}
        self._over: set[str] = set()
        self._looked: set[str] = set()
        self._rounds: Counter[str] = Counter()
        self._races = 0
        self._planned_on: dict[str, tuple[Any, ...]] = {}
        self._planned_at = 0

    async def carry_out(self, plan: Plan) -> list[Result]:
        """Do what the plan says, and what becomes possible by doing it. Results by delivery.

        Raises `LedgerError` when the last push does not get through; the outcomes are then in the
        outbox, and the next run brings them in.
        """
        loop = asyncio.get_running_loop()
        self.stop.when_asked = lambda: loop.call_soon_threadsafe(self.pusher.hurry)
        try:
            following: Plan | None = plan
            while following is not None and not self.stop.asked:
                following = await self._round(following)
        finally:
            self.stop.when_asked = None
            for event in (*self._low.values(), *self._listed()):
                self.pusher.record(event)  # for the runs to come: this one looks for itself
            await self.pusher.close()
        return sorted(self.results.values())

    async def _round(self, plan: Plan) -> Plan | None:
        """One turn. The next plan, or `None` when there is nothing left to do."""
        self._planned_on = {a.delivery: self._stand(a) for a in plan.actions}
        self._planned_at = self.ledger.moved
        todo = [a for a in plan.actions if a.delivery not in self._over and not self._idle(a)]
        skips = [w for w in plan.skips if w.delivery not in self._over]
        wished = {skip.wish.account for skip in skips if skip.wish is not None}
        if await self._connect({a.account for a in todo} | wished):
            return self.replan()  # by its new name: what the ledger has moved to it
        self._record_skips(skips)
        todo = [a for a in todo if self._usable(a)]
        if asking := [a for a in todo if a.action in ("reconcile", "look")]:
            asking.sort(key=self._since)
            await to_their_ends(self._asking_lane(*lane) for lane in by_account(asking).items())
            return self.replan()
        if not todo or self.stop.asked:
            return None
        return await self._claim_and_send(todo)

    def _idle(self, action: Action) -> bool:
        """One look in a run (without an answer the next one looks), and nobody misses it."""
        seen = action.delivery in self._looked or action.account not in self.logins
        return action.action == "look" and seen

    # ------------------------------------------------------------------ connect

    async def _connect(self, accounts: set[str]) -> bool:
        """Log in where that was not done yet. Whether an account took over another's history."""
        new = sorted(accounts - self._connected - self._held.keys())
        for name in new:
            if name not in self.logins:
                self._held[name] = f"{name}: no such account, or no credentials for it"
        known = [name for name in new if name in self.logins]
        found = await asyncio.gather(*(self._log_in(name) for name in known))
        took = False
        for name, identity in zip(known, found, strict=True):
            if identity is not None:
                took = self._bind(name, identity) or took
        return took

    async def _log_in(self, name: str) -> Identity | None:
        try:
            found = await connect(name, self.logins[name], self.clock, self.terms)
            self._fast[name] = found.fast
            return found.identity
        except Held as held:
            self._held[name] = str(held)
            return None

    def _bind(self, name: str, identity: Identity) -> bool:
        """Whether the account took over another's history."""
        try:
            event = bind(name, self.logins[name], identity, self.ledger.state)
        except Held as held:
            self._held[name] = str(held)
            return False
        self._connected.add(name)
        if event is not None:
            self.pusher.record(event)
        return event is not None and "was" in event

    def _why_held(self, account: str) -> str | None:
        return self._held.get(account) or misnamed(account, self.ledger.state)

    def _usable(self, action: Action) -> bool:
        why = self._why_held(action.account)
        if why is not None:
            self._held[action.account] = why
            self._finish(Result(action.delivery, "held", error=why))
        return why is None and action.account not in self._waits

    def _must_not_send(self, account: str) -> bool:
        held = self._why_held(account) is not None
        return self.stop.asked or held or account in self._waits

    # ------------------------------------------------------------------ reconcile

    def _since(self, action: Action) -> str:
        """Whoever reads a list from there on has read it for those that come after."""
        return min(self.ledger.state.delivery(action.delivery).part_since.values(), default="")

    async def _asking_lane(self, account: str, actions: Sequence[Action]) -> None:
        desk = self._desk(account)
        for action in actions:
            if self.stop.asked:
                return
            if action.action == "look":
                self._looked.add(action.delivery)
                result = await look.once(desk, action, self.loader)
            else:
                result = await self._reconcile(desk, action)
            if result is not None:
                self._heed(account, result)

    async def _reconcile(self, desk: Desk, action: Action) -> Result | None:
        claim = self.ledger.state.delivery(action.delivery).claim
        if claim is None or not self._as_it_stood([action]):
            return None  # another runner has settled it meanwhile, or claimed it anew
        if schedule.concerns(claim, self.ledger.state.delivery(action.delivery)):
            return await schedule.reconcile(desk, action, self.loader, claim)
        if claim.get("action") in ("update", "withdraw"):
            return await self._settle_change(desk, action, claim)
        try:
            loaded = self.loader.load(action.delivery, claim.get("commit"))
        except PostopsError as error:
            return Result(action.delivery, "unknown", error=str(error))
        if claim.get("payload") != loaded.message.digest:
            event = send.about(claim, action.part)
            return send.doubt(desk, event, "this postops renders it differently than was sent")
        result = await send.reconcile(desk, action, loaded, claim)
        if result is not None and result.repeat and not self._is_open(action, claim):
            return None  # another runner was faster at settling it
        return result and await self._repeat(desk, action, loaded, claim, result)

    def _is_open(self, action: Action, claim: dict[str, Any]) -> bool:
        now = self.ledger.state.delivery(action.delivery).claim
        return now is not None and now["id"] == claim["id"]

    async def _settle_change(
        self, desk: Desk, action: Action, claim: dict[str, Any]
    ) -> Result | None:
        """What a dead run was changing follows what is wished now, not what was wished then."""
        if claim["action"] == "update":
            change.let_go(desk, claim, action.part)
            return None
        if (action.wish or action.kept) and not claim.get("by"):
            return change.wished_again(desk, claim, action.kept)
        again = replace(action, action="withdraw", part=1, asked=bool(claim.get("by")))
        claimed = await self._claim_one(again, None, settling=True)
        return claimed and await self._carry(desk, claimed)

    async def _repeat(
        self, desk: Desk, action: Action, loaded: Loaded, claim: dict[str, Any], result: Result
    ) -> Result:
        """Send what nobody can tell of once more, exactly as it was, where that is harmless."""
        if not result.repeat or self._rounds[action.delivery] >= self.terms.rounds:
            return result
        if not self._is_open(action, claim):
            return result  # another runner has taken it over
        if not self._still_wished(action, result.repeat):
            event = send.about(claim, result.repeat)
            return send.doubt(desk, event, f"{result.error}; and it is not wished any more")
        again = replace(action, action="resume", part=result.repeat)
        self._planned_on[again.delivery] = self._stand(again)
        claimed = await self._claim_one(again, loaded, claims.ONCE_MORE, settling=True)
        if claimed is None:
            return result
        sent = await send.publish(desk, again, loaded, claimed.event)
        return await self._repeat(desk, again, loaded, claimed.event, sent)

    def _still_wished(self, action: Action, part: int) -> bool:
        """Sending once more sends it, if it is not there: then the file has to want that."""
        wish, done = action.wish, self.ledger.state.delivery(action.delivery)
        if wish is None or wish.draft or wish.hold or wish.unpushed or wish.invalid:
            return False
        edited = wish.payload not in (None, done.payload)
        expired = wish.expires_at is not None and wish.expires_at <= self.clock.now()
        begun = part > 1 or bool(done.live)  # then it is brought to its end
        return begun or not (edited or expired)

    # ------------------------------------------------------------------ claim and send

    async def _claim_and_send(self, todo: list[Action]) -> Plan | None:
        loaded = self._load(todo)
        strong = [a for a in todo if a.delivery in loaded and not self._weak(a, loaded)]
        weak = [a for a in todo if a.delivery in loaded and self._weak(a, loaded)]
        batch = self._in_time(strong)
        sending = sorted({action.account for action in todo if loaded.get(action.delivery)})
        ready = {name: asyncio.create_task(self._get_ready(name)) for name in sending}
        try:
            claimed = await self._claim(batch, loaded)
            if claimed is None:
                return await self._after_a_lost_race(batch)
            unclaimed = [(action, loaded[action.delivery]) for action in weak]
            await self._send_all(claimed, unclaimed, ready)
        finally:
            for task in ready.values():
                task.cancel()
            await asyncio.gather(*ready.values(), return_exceptions=True)
        return self.replan() if self._more(todo) else None

    async def _get_ready(self, account: str) -> None:
        # Whatever is the matter comes up again where it counts.
        with contextlib.suppress(PostopsError):
            await self.logins[account].platform.get_ready()

    async def _send_all(
        self,
        claimed: Sequence[Claimed],
        unclaimed: Sequence[tuple[Action, Loaded | None]],
        ready: Mapping[str, asyncio.Task[None]],
    ) -> None:
        """All lanes to their ends, and then once more what the platforms accepted."""
        by_lane: dict[str, list[Claimed | tuple[Action, Loaded | None]]] = defaultdict(list)
        for item in claimed:
            by_lane[item.action.account].append(item)
        for action, loaded in unclaimed:
            by_lane[action.account].append((action, loaded))
        desks = {name: self._desk(name) for name in by_lane}

        async def lane(name: str) -> None:
            if name in ready:
                await ready[name]
            await self._lane(desks[name], name, by_lane[name])

        try:
            await to_their_ends(map(lane, by_lane))
        finally:
            await self._confirm(desks.values())

    def _load(self, todo: Iterable[Action]) -> dict[str, Loaded | None]:
        """The message of every action; one that cannot be had ends that delivery only."""
        found: dict[str, Loaded | None] = {}
        for action in todo:
            done = self.ledger.state.delivery(action.delivery)
            commit = done.commit if action.action == "resume" else None
            try:
                bare = action.action in ("withdraw", "cancel", "confirm")
                found[action.delivery] = None if bare else self.loader.load(action.delivery, commit)
            except PostopsError as error:
                self._finish(Result(action.delivery, "unsent", error=str(error)))
        return found

    def _weak(self, action: Action, loaded: dict[str, Loaded | None]) -> bool:
        message = loaded[action.delivery]
        return message is not None and send.is_weak(self.logins[action.account].platform, message)

    def _in_time(self, strong: Sequence[Action]) -> list[Action]:
        """What fits one lease, lane by lane; the rest is claimed in the next round."""
        taken: Counter[str] = Counter()
        kept = []
        for action in strong:
            taken[action.account] += 1
            if taken[action.account] <= claims.fits_the_lease(len(strong), self.terms):
                kept.append(action)
        return kept

    async def _claim(
        self,
        batch: Sequence[Action],
        loaded: Mapping[str, Loaded | None],
        why: str | None = None,
        *,
        settling: bool = False,
    ) -> list[Claimed] | None:
        """One push for all. `None`: another runner was faster, nothing is claimed.

        `settling`: it takes over a claim that is open, whatever would be planned without that.
        """
        if not batch:
            return []
        if self.ledger.state.genesis is None:
            await self.pusher.push()  # keys are made from the ledger's first event: it has to be in
        now = self.clock.now()
        drafts = [
            claims.draft(
                action,
                loaded[action.delivery],
                type(self.logins[action.account].platform),
                self.ledger.state,
                now,
                self.terms,
                self.ledger.accepted_at,
            )
            | {"reason": why}
            for action in batch
        ]
        check = self._as_it_stood if settling else self._as_planned
        try:
            events = await self.pusher.claim(drafts, lambda: check(batch))
        except LedgerConflict:
            return None
        self._races = 0  # in a row: beside other shards every push of theirs is a race lost here
        for action in batch:
            self._rounds[action.delivery] += 1
        return [
            Claimed(action, loaded[action.delivery], event)
            for action, event in zip(batch, events, strict=True)
        ]

    def _stand(self, action: Action) -> tuple[Any, ...]:
        """What a plan for this delivery rests on."""
        done = self.ledger.state.delivery(action.delivery)
        return done.generation, done.attempt, done.phase, done.claim, len(done.live)

    def _as_it_stood(self, batch: Sequence[Action]) -> bool:
        return all(self._stand(a) == self._planned_on[a.delivery] for a in batch)

    def _as_planned(self, batch: Sequence[Action]) -> bool:
        """Others may also have done what changes a plan from outside: sent it under its old name."""
        if not self._as_it_stood(batch) or any(self._why_held(a.account) for a in batch):
            return False
        if self.ledger.moved == self._planned_at:
            return True
        planned = {(action.delivery, action.action) for action in self.replan().actions}
        return all((action.delivery, action.action) in planned for action in batch)

    async def _after_a_lost_race(self, batch: Sequence[Action]) -> Plan | None:
        return self.replan() if await self._lost_race(batch) else None

    async def _lost_race(self, batch: Sequence[Action]) -> bool:
        """Back off and see what the other runner did. False: it was one race too many."""
        self._races += 1
        if self._races > self.terms.races:
            for action in batch:
                why = f"another runner was faster {self._races} times in a row"
                self._finish(Result(action.delivery, "unsent", error=why))
            return False
        await self.clock.sleep(min(8.0, 0.2 * 2**self._races) * (0.5 + self.clock.random()))
        await self.pusher.refresh()
        return True

    # ------------------------------------------------------------------ lanes

    async def _lane(
        self, desk: Desk, account: str, items: Sequence[Claimed | tuple[Action, Loaded | None]]
    ) -> None:
        budget = Budget(desk)
        for item in items:
            if not await budget.allows(calls(*item[:2])):
                self._waits[account] = budget.until or ""
            claimed = item if isinstance(item, Claimed) else await self._claim_one(*item)
            if claimed is None:
                continue
            if self._must_not_send(account):
                self._release(claimed)
                continue
            result = await self._carry(desk, claimed)
            budget.look()
            self._heed(account, result)
        if low := budget.event(account, self.ledger.state.budgets.get(account)):
            self._low[account] = low

    async def _confirm(self, desks: Iterable[Desk]) -> None:
        """Ask the platforms once more for what they accepted, while the outcomes are pushed."""
        asking = [desk for desk in desks if desk.confirming]
        if asking and not self.stop.asked:
            self.pusher.push_soon()
            for dropped in await asyncio.gather(*map(send.confirmed, asking)):
                for result in dropped:
                    self._finish(result)

    async def _claim_one(
        self,
        action: Action,
        loaded: Loaded | None,
        why: str | None = None,
        *,
        settling: bool = False,
    ) -> Claimed | None:
        """Where an unknown outcome could not be settled, only one claim is open at a time."""
        if self._must_not_send(action.account):
            return None
        claimed = await self._claim([action], {action.delivery: loaded}, why, settling=settling)
        if claimed is None and self._as_it_stood([action]):
            await self._lost_race([action])  # otherwise it was not a race: somebody else has it
        return claimed[0] if claimed else None

    async def _carry(self, desk: Desk, claimed: Claimed) -> Result:
        action, loaded, event = claimed
        if schedule.concerns(event, self.ledger.state.delivery(action.delivery)):
            if loaded is not None:
                return await schedule.hand_over(desk, loaded, event)
            return await schedule.carry(desk, action, self.loader, event)
        if loaded is None:
            return await change.withdraw(desk, action, event)
        if action.action == "update":
            return await change.update(desk, action, loaded, event)
        result = await send.publish(desk, action, loaded, event)
        return await self._repeat(desk, action, loaded, event, result)

    def _release(self, claimed: Claimed) -> None:
        action = claimed.action
        event = send.about(claimed.event, action.part) | {"unsent": True}
        if until := self._waits.get(action.account):
            why = "the platform asked to wait"
            self.pusher.record(event | {"type": "deferred", "until": until, "reason": why})
            self._finish(Result(action.delivery, "deferred", error=why))
            return
        held = self._why_held(action.account)
        why = held or "the run was stopped"
        self.pusher.record(event | {"type": "released", "reason": why})
        self._finish(Result(action.delivery, "held" if held else "unsent", error=why))

    # ------------------------------------------------------------------ the rest

    def _listed(self) -> Iterator[dict[str, Any]]:
        """What finding out has cost."""
        for name in sorted(self._connected):
            if posts := self.logins[name].platform.posts_listed:
                yield {"type": "listed", "account": name, "posts": posts}

    def _record_skips(self, skips: Sequence[Waiting]) -> None:
        """Give up what is too late, by a clock that was compared and a login that is the account's."""
        for waiting in skips:
            wish = waiting.wish
            if wish is None or wish.account not in self.logins:
                continue
            if why := self._why_held(wish.account):
                self._finish(Result(waiting.delivery, "held", error=why))
                continue
            self.pusher.record(
                {
                    "type": "skipped",
                    "delivery": waiting.delivery,
                    "account": wish.account,
                    "reason": waiting.reason,
                    "due_at": iso(wish.due_at),
                    "commit": wish.commit,
                    "blob": wish.blob,
                    "path": wish.path,
                }
            )
            self._finish(Result(waiting.delivery, "skipped", error=waiting.reason))

    def _heed(self, account: str, result: Result) -> None:
        """What one delivery came to may concern all of the account's."""
        if result.until:  # the platform asked the account to wait, not only this post
            self._waits[account] = result.until
            none = {"remaining": 0, "reset_at": result.until}
            self._low[account] = {"type": "budget", "account": account, "budget": none}
        if result.outcome == "held":
            self._held[account] = result.error or account
        self._finish(result)

    def _finish(self, result: Result) -> None:
        """Final for this run, unless its absence was proven and a round is left."""
        self.results[result.delivery] = result
        again = result.again and self._rounds[result.delivery] < self.terms.rounds
        if not again:
            self._over.add(result.delivery)
        if not again or result.outcome in ("scheduled", "cancelled"):
            self.on_result(result)

    def _more(self, todo: Sequence[Action]) -> bool:
        return any(action.delivery not in self._over for action in todo)

    def _desk(self, account: str) -> Desk:
        login = self.logins[account]
        return Desk(
            login.platform,
            self.ledger,
            self.pusher,
            self.clock,
            self.terms,
            self.stop,
            ask=login.ask,
            fast=self._fast[account],
        )
