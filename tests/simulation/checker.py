"""What must hold in every world, whatever goes wrong in it. Names as in the list of invariants.

The checker sees what no machine sees: every remote post, every line of the ledger as it landed,
and the time. It shares no code with the publisher but the fold of the final ledger.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from postops.errors import PostopsError
from postops.ledger.state import fold
from postops.model import Certainty
from postops.plan import iso
from tests.simulation.ahead import Ahead
from tests.simulation.apart import Apart
from tests.simulation.clock import moment, seconds
from tests.simulation.endings import Endings
from tests.simulation.forward import Forward
from tests.simulation.orphans import Orphans
from tests.simulation.pacing import Pacing
from tests.simulation.restraint import WEAK, Restraint
from tests.simulation.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from postops.ledger.journal import Ledger
    from postops.ledger.state import DeliveryState
    from postops.model import Outgoing
    from postops.plan import Plan
    from postops.publish.ports import Result
    from tests.ledger.memory_remote import MemoryHead
    from tests.simulation.content import Commit
    from tests.simulation.machine import Machine
    from tests.simulation.native import Kept
    from tests.simulation.platforms import Remote, Server
    from tests.simulation.world import World

ACCEPTED = "state/accepted.jsonl"
_CLOSING = frozenset(
    {"failed", "deferred", "released", "skipped", "in_doubt", "scheduled", "unscheduled"}
)
_LEDGER = "state/ledger/"
_EXACT = timedelta(seconds=1)
_SECOND = 1.5  # a platform tells its time in whole seconds, and an answer is not read at once


class Checker:
    """Hears of everything; `violations` is what was wrong."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self.lateness: list[float] = []
        self.ended: set[str] = set()
        self.looked: dict[str, str] = {}  # ids, and who looked last
        self.flagged: set[str] = set()  # deliveries a person was told to look at
        self.paces = Pacing(self)
        self.verdicts = Verdicts(self)
        self._skew: dict[str, float] = {}
        self._commit: dict[str, Commit] = {}
        self._claims: dict[str, dict[str, Any]] = {}
        self._open: dict[str, dict[str, Any]] = {}
        self._parts: set[tuple[str, int]] = set()
        self._rejected: set[str] = set()
        self._unknown: set[tuple[str, str]] = set()
        self._withdrawing: set[str] = set()
        self._theirs: set[str] = set()
        self.ahead = Ahead(world, self.say)
        self.forward = Forward(world, self.say)
        self.apart = Apart(world)
        self.endings = Endings(world)
        self.orphans = Orphans(world)
        self.restraint = Restraint(world, self.say)
        self.last_recorded, self._last_by = -math.inf, ""
        self._owners: dict[str, str] = {}
        self._first_claim: dict[str, float] = {}
        self._told: defaultdict[str, set[str]] = defaultdict(set)  # the same, by the ledger alone
        self._taken: set[tuple[str, int]] = set()
        self.cut = False
        self._before_cut: dict[str, dict[str, Any]] = {}
        self._forgotten: set[tuple[str, int]] = set()
        self._recast: set[str] = set()  # read otherwise than the ledger says, since a cut
        self._handles: dict[tuple[str, int], str] = {}

    def say(self, rule: str, what: str) -> None:
        self.violations.append(f"{rule} at {self.world.loop.at:.3f}: {what}")

    # ------------------------------------------------------------------ machines

    def began(self, machine: Machine, skew: float) -> None:
        self._skew[machine.name] = skew
        self.endings.began(machine, skew)
        self.apart.began(machine, skew)

    def swept(self, machine: Machine, commit: Commit) -> None:
        self._commit[machine.name] = commit
        self.ahead.swept(machine, commit)
        self.apart.swept(machine)

    def told(self, machine: Machine, result: Result) -> None:
        self.counts[f"told {result.outcome}"] += 1
        self.ahead.told(machine, result)
        self.apart.told(machine, result)
        if result.outcome == "unknown":
            self._unknown.add((machine.name, self.world.first_name(result.delivery)))

    def gave_up(self, machine: Machine, error: PostopsError) -> None:
        self.counts["gave up"] += 1
        self.apart.gave_up(machine, error)
        if self.world.faults.calm:
            self.say("I12", f"{machine.name} gave up without a fault: {error}")

    def broke(self, machine: Machine, error: Exception) -> None:
        self.say("bug", f"{machine.name}: {type(error).__name__}: {error}")

    def rejected(self, what: str) -> None:
        self._rejected.add(what.removeprefix("prepare ").partition(" #")[0])

    def was_refused(self, delivery: str) -> bool:
        """Whether the platform said no to it for good."""
        return delivery in self._rejected

    def was_claimed(self, delivery: str) -> bool:
        """Whether anybody ever set about it: an account that was never reached has a flood guard."""
        return delivery in self._claims

    def finished(self, machine: Machine) -> None:
        """A run that came to its own end leaves no claim open but where nobody knows."""
        self.ended.add(machine.name)
        self.ahead.finished(machine)
        self.apart.finished(machine)
        for name, claim in self._open.items():
            mine = claim["run"] == machine.name and (machine.name, name) not in self._unknown
            if mine and self._before_cut.get(name, {}).get("id") != claim["id"]:
                self.say("I12", f"{machine.name} ended, and still holds {name}")

    def unraised(self) -> None:
        """Errors in tasks nobody waited for."""
        for context in self.world.loop.faults:
            error = context.get("exception")
            if isinstance(error, Exception) and not isinstance(error, PostopsError):
                self.say("bug", f"unseen: {type(error).__name__}: {error}")

    # ------------------------------------------------------------------ calls

    def calling(self, machine: Machine, server: Server, outgoing: Outgoing) -> None:
        """Before an irreversible call leaves the machine."""
        number = outgoing.part.number
        name = self.world.first_name(f"{outgoing.message.post}@{outgoing.message.account}")
        claim, now = self._claimed(machine, name, number), self.world.loop.at
        if claim is None:
            return
        if seconds(claim["lease_until"]) < now + self._skew[machine.name]:
            self.say("I10", f"{machine.name} sends {name} #{number} after its lease")
        due = seconds(claim["due_at"]) if "due_at" in claim else now
        if now < due - 0.001:  # whatever this machine's clock says
            self.say("I4", f"{name} #{number} is sent before its time")
        if self._is_wrong(machine.name):
            self.say("clock", f"{machine.name} sends {name} although its clock is wrong")
        if server.blocked_until.get(machine.name, 0.0) > now + 0.01:
            self.say("I13", f"{name} #{number} is sent although {server.account} asked to wait")
        self._content(machine, outgoing, claim, name)
        if number > 1:
            self._thread(machine, server, outgoing, name)

    def handing(self, machine: Machine, server: Server, outgoing: Outgoing, at: datetime) -> None:
        """Before a post is handed over to be published ahead of its time."""
        name = self.world.first_name(f"{outgoing.message.post}@{outgoing.message.account}")
        claim, now = self._claimed(machine, name, 1), self.world.loop.at
        if claim is None:
            return
        if claim.get("action") != "schedule":
            self.say("I5", f"{name} is handed over under a claim to {claim.get('action')} it")
        if seconds(claim["lease_until"]) < now + self._skew[machine.name]:
            self.say("I10", f"{machine.name} hands {name} over after its lease")
        if server.blocked_until.get(machine.name, 0.0) > now + 0.01:
            self.say("I13", f"{name} is handed over although {server.account} asked to wait")
        self._content(machine, outgoing, claim, name)
        spec = self._commit[machine.name].posts.get(outgoing.message.post)
        if spec is not None and (spec.due is None or abs(moment(spec.due) - at) > _EXACT):
            self.say("I4", f"{name} is handed over for {iso(at)}, which is not its time")

    def by_itself(self, server: Server, kept: Kept) -> None:
        """A platform publishes what was handed over."""
        self.counts["by itself"] += 1
        self.ahead.published(server, kept)

    def _claimed(self, machine: Machine, name: str, number: int) -> dict[str, Any] | None:
        claim = self._claims.get(name)
        if claim is None or claim["run"] != machine.name:
            claim = self._before_cut.get(name)
        if claim is None or claim["run"] != machine.name:
            self.say("I5", f"{machine.name} sends {name} #{number} without a claim in the ledger")
            return None
        if machine.stop.signal is not None:
            self.say("stop", f"{machine.name} sends {name} #{number} after it was asked to stop")
        return claim

    def held_by_another(self, machine: Machine, name: str) -> bool:
        claim = self._open.get(name)
        return claim is not None and claim["run"] != machine.name

    def _is_wrong(self, run: str) -> bool:
        """Whether a run's clock is off by more than is allowed."""
        return abs(self._skew.get(run, 0.0)) > self.world.scenario.skew + _SECOND

    def _content(
        self, machine: Machine, outgoing: Outgoing, claim: Mapping[str, Any], name: str
    ) -> None:
        number, text = outgoing.part.number, outgoing.part.text
        if number > 1:
            then = self.world.content.commits[claim["commit"]].posts[outgoing.message.post]
            if then.texts[number - 1] != text:
                self.say("I3", f"{name} #{number} is not what its commit says")
            return
        spec = self._commit[machine.name].posts.get(outgoing.message.post)
        if self.counts["cuts"] and any(one == name for one, _ in self._parts):
            return  # a thread under way, whose first part alone was forgotten
        if spec is None or spec.draft or spec.hold or text not in spec.texts[:1]:
            self.say("I9", f"{name} is sent although {machine.name} saw the change")
        elif (spec.expires or math.inf) <= self.world.loop.at + self._skew[machine.name]:
            self.say("I4", f"{name} is sent after it expired")

    def _thread(self, machine: Machine, server: Server, outgoing: Outgoing, name: str) -> None:
        number = outgoing.part.number
        before = (name, number - 1)
        mine = {(self.world.first_name(known), n) for known, n in machine.recorded}
        if before not in self._parts and before not in mine:
            self.say("I8", f"{name} #{number} is sent before #{number - 1} is written down")
        parent = outgoing.parent.remote_id if outgoing.parent else ""
        there = (p for p in server.posts if p.id == parent and (p.live or p.taken or not p.kept))
        post = next(there, None)
        if post is not None and (post.delivery, post.part) in self._forgotten:
            return  # found again, under whatever name it was sent the first time
        if post is None and self.counts["cuts"]:
            return  # withdrawn, which nobody knows any more
        if post is not None and post.part == number - 1 and self._is_only(post, name):
            return  # made for another of the same words, and both may have been sent by then
        if post is None or (post.delivery, post.part) != before:
            self.say("I8", f"{name} #{number} answers {parent or 'nothing'}")

    def created(self, server: Server, post: Remote) -> None:
        """A remote post came to be."""
        self.counts["posts"] += 1
        claim = self._claims.get(post.delivery, {})
        due = claim.get("due_at")
        if due is not None and post.part == 1:
            self.lateness.append(post.created - seconds(due))
        self._once(server, post)
        resumed = self.counts["cuts"] and any(name == post.delivery for name, _ in self._parts)
        paced = self.world.scenario.paces and not resumed  # a thread that was begun is finished
        if paced and post.part == 1 and post.kept:  # nobody saw the others
            self.paces.sent(server, post, claim.get("recorded_at"))
            if (post.delivery, post.part) in self._forgotten:
                self.paces.never_mind(post)  # its claim was cut off while its run went on
        for other in server.posts:
            if other.live and post.live and other.text == post.text:
                self._twins(other, post)

    def _once(self, server: Server, post: Remote) -> None:
        """Nothing is there twice, or again after people took it away."""
        part = (post.delivery, post.part)
        if part in self._taken:
            self.say("I1", f"{post.delivery} #{post.part} was deleted by people, and is sent again")
        for other in server.posts:
            same = (other.delivery, other.part) == part
            # The same words of another post that was wished as well: that one has taken it for its own.
            theirs = self._owners.get(other.id, post.delivery) != post.delivery
            told = self._told.get(other.id, set())  # more than what a dead machine had on its disk
            theirs = theirs or bool(told and post.delivery not in told)
            if same and other.live and other is not post and post.live and not theirs:
                if part in self._forgotten and not self._is_listed(server, other, post):
                    self.counts["sent again: nobody knew"] += 1
                    continue
                self.counts["duplicates"] += 1
                self.say(
                    "I1", f"{post.delivery} #{post.part} is there twice: {other.id}, {post.id}"
                )

    def _is_listed(self, server: Server, other: Remote, post: Remote) -> bool:
        """Whether the platform would have shown the same words, had it been asked."""
        lists = Certainty.SEARCH in server.kind.capabilities.certainty
        alike = (other.text, other.parent) == (post.text, post.parent)
        return lists and alike and post.created - other.created > server.kind.lag

    def recorded(self, event: Mapping[str, Any]) -> None:
        """A machine wrote down whose a post is."""
        if "remote_id" in event:
            self._owners[event["remote_id"]] = self.world.first_name(event["delivery"])

    def taken(self, post: Remote) -> None:
        """People deleted a post. Where the ledger has it, it stays deleted."""
        self.counts["deleted by people"] += 1
        self._taken.add((post.delivery, post.part))
        if (post.delivery, post.part) not in self._parts:
            self.paces.never_mind(post)
            self._let_go()

    def _let_go(self) -> None:
        """Of a thread, what stands behind a part that is neither there nor written down."""
        for name, number in self._taken - self._parts:
            self._forgotten |= {(name, later) for later in range(number, number + 9)}
        self._taken &= self._parts

    def _twins(self, one: Remote, two: Remote) -> None:
        """The same words from two posts are fine only where both were wished at once."""
        ids = {post.delivery.rpartition("@")[0] for post in (one, two)}
        if any(ids <= commit.posts.keys() for commit in self.world.content.commits.values()):
            return
        if (one.delivery, one.part) in self._forgotten or one.delivery in self._recast:
            self.counts["sent again: nobody knew"] += 1
            return
        self.say("I1", f"{one.delivery} was sent again as {two.delivery}")

    def updating(self, post: Remote, text: str) -> None:
        name = self._claimant("update", post)
        claim = self._claim_to("update", name)
        self.forward.updating(claim, name, post, text)

    def _claim_to(self, action: str, name: str) -> Mapping[str, Any]:
        """The claim to do it, as the ledger has it or had it when the call was made."""
        known = (self._claims.get(name, {}), self._before_cut.get(name, {}))
        return next((claim for claim in known if claim.get("action") == action), {})

    def _claimant(self, action: str, post: Remote) -> str:
        """Who is about to change it: two may have taken it for their own, one by a person's word."""
        names = (self._owner(post), post.delivery)
        return next((name for name in names if self._claim_to(action, name)), names[0])

    def _owner(self, post: Remote) -> str:
        """Whose it counts as: another post of the same words may have taken it for its own."""
        return self._owners.get(post.id, post.delivery)

    def _is_only(self, post: Remote, name: str) -> bool:
        """Whether it could take the post for its own, and the ledger knows of nobody else who did."""
        mine = self._owner(post) == name and self._told[post.id] <= {name}
        since = self._first_claim.get(name, math.inf) - self.world.scenario.skew
        return mine and (since <= post.created or self.counts["cuts"] > 0)  # or claimed before that

    def deleting(self, server: Server, post: Remote) -> None:
        name = self._claimant("withdraw", post)
        claim = self._claim_to("withdraw", name)
        self.orphans.deleting(server, post, self._forgotten)
        spec = self.world.content.tip.posts.get(name.rpartition("@")[0])
        if claim.get("action") != "withdraw":
            self.say("I5", f"{post.delivery} is deleted without a claim")
        if spec is not None and server.account in spec.accounts:
            self.counts["deleted while edited back"] += 1

    # ------------------------------------------------------------------ the ledger

    def pushed(self, machine: Machine, before: MemoryHead, changes: Mapping[str, bytes]) -> None:
        """A push landed: lines are only ever added, and nobody settles what another holds."""
        if self.cut:
            if set(changes) != {ACCEPTED}:
                self.say("I6", f"{machine.name} writes while everything is held: {sorted(changes)}")
            self.cut = False
        for path, data in changes.items():
            if not path.startswith(_LEDGER):
                continue
            known = before.files.get(path, b"")
            if not data.startswith(known):
                self.say("I6", f"{path} was rewritten")
                continue
            for line in data[len(known) :].splitlines():
                self._event(orjson.loads(line))

    def _event(self, event: dict[str, Any]) -> None:
        kind, name = event["type"], self.world.first_name(event.get("delivery", ""))
        held, now = self._open.get(name), seconds(event["recorded_at"])
        self.forward.event(event, name, held, self._commit)
        self.endings.event(event)
        self.restraint.event(event, name, held)
        behind = self.last_recorded > now + self.world.scenario.skew
        if kind == "claimed" and behind and event["run"] != self._last_by:
            self.say("clock", f"{event['run']} claims {name} on a ledger from its future")
        self.last_recorded, self._last_by = now, event["run"]
        if kind == "in_doubt":
            self.flagged.add(name)
        if kind == "claimed":
            if held is not None and held["run"] != event["run"]:
                self._not_yet(held, event, "claims")
            self._claims[name] = self._open[name] = event
            self._first_claim.setdefault(name, now)
            if event.get("action") == "withdraw":
                self._withdrawing.add(name)
        elif kind == "skipped" and self._is_wrong(event["run"]):
            self.say("clock", f"{event['run']} gives {name} up although its clock is wrong")
        elif kind in _CLOSING and held is not None:
            if event.get("claim", held["id"]) != held["id"] or kind == "skipped":
                return
            if held["run"] != event["run"]:
                self._not_yet(held, event, "settles")
            del self._open[name]
        elif kind == "published":
            self._owners[event.get("remote_id", "")] = name
            self._told[event.get("remote_id", "")].add(name)
            number, whole = event.get("part", 1), event.get("parts", 1)
            self._parts.add((name, number))
            # After a cut, a late outbox may have told of the last part before the first.
            if number == whole or all((name, n) in self._parts for n in range(1, whole + 1)):
                self._open.pop(name, None)
        elif kind == "handle":
            self._handles[name, event.get("part", 1)] = event["id"]
        elif kind in ("updated", "withdrawn", "resolved"):
            self._open.pop(name, None)
            self._recast.discard(name)
            if event.get("outcome") == "published":
                self._parts.add((name, event.get("part", 1)))
            elif kind == "resolved":  # a person looked, and wants it there again
                self._taken.discard((name, event.get("part", 1)))

    def was_cut(self) -> None:
        """The state branch was rewritten. From here on what it says now is what counts.

        Promised: nothing is written until a person accepts, and nothing is sent but under a claim
        that had landed. After that, what the accepted ledger has as sent is not sent again, and
        where it has an open claim, the platform is asked first. A part that is in neither is
        forgotten: it is new to everybody, and may be sent again (`sent again: nobody knew`).
        """
        days = {p: d for p, d in self.world.cloud.head.files.items() if p.startswith(_LEDGER)}
        known = fold(days)
        self.endings.cut(b"".join(days[path] for path in sorted(days)))
        deliveries = {self.world.first_name(d.name): d for d in known.deliveries.values()}
        self.counts["cuts"] += 1
        self.cut = True
        self._before_cut |= self._claims
        sent = {name: d.parts.keys() for name, d in deliveries.items()}
        for name, claim in self._claims.items():
            done = deliveries.get(name)
            for number in range(1, 1 + max(claim.get("parts", 1), done.parts_total if done else 1)):
                changing = claim.get("action") == "update"  # it may read either way by now
                asked = self._is_claimed(done, number) and not changing
                if number not in sent.get(name, ()) and not asked:
                    self._forgotten.add((name, number))
        self._recast = {name for name, done in deliveries.items() if self._is_recast(done)}
        self._open = {n: d.claim for n, d in deliveries.items() if d.claim is not None}
        self.forward.cut(deliveries.items())
        self.restraint.cut(known)
        self._claims = dict(self._open)
        self._parts = {(name, number) for name, numbers in sent.items() for number in numbers}
        self._let_go()
        self._told.clear()
        for name, done in deliveries.items():
            for part in done.parts.values():
                self._told[part.remote_id].add(name)
        self.looked.clear()
        self.paces.forget(self._forgotten, self._parts)
        last = known.last_recorded_at
        self.last_recorded = seconds(last) if last else -math.inf

    def _is_claimed(self, done: DeliveryState | None, number: int) -> bool:
        """Whether the platform can be asked for a part, by what the ledger has of its claim."""
        if done is None or done.claim is None or self._was_edited(done, number):
            return False
        way = self.world.servers[done.account].kind.capabilities.certainty[0]
        if way in WEAK:  # a person says of the first what they see; those behind it were not sent
            return all(n in done.parts for n in range(1, number))
        handle = self._handles.get((self.world.first_name(done.name), number))
        return way is not Certainty.HANDLE or done.prepared.get(number, {}).get("id") == handle

    def _was_edited(self, done: DeliveryState, number: int) -> bool:
        """Whether a part reads otherwise than its claim says, by an update that was cut off."""
        post, then = (
            self.truth(done).get(number),
            self.world.content.commits.get(done.commit or ""),
        )
        spec = then.posts.get(done.post) if then is not None else None
        return post is not None and spec is not None and post.text != spec.texts[number - 1]

    def _is_recast(self, done: DeliveryState) -> bool:
        """Whether an update was cut off with its claim: moved, it is new to everybody."""
        update = (done.action == "update" and done.claim) or done.perhaps_changed
        return not update and any(self._was_edited(done, number) for number in done.parts)

    def _not_yet(self, held: Mapping[str, Any], event: Mapping[str, Any], does: str) -> None:
        if seconds(event["recorded_at"]) < seconds(held["lease_until"]):
            self.say(
                "I10", f"{event['run']} {does} {event['delivery']} while {held['run']} holds it"
            )

    # ------------------------------------------------------------------ the end

    def truth(self, done: DeliveryState) -> dict[int, Remote]:
        """What is there of a delivery."""
        posts, name = self.world.servers[done.account].posts, self.world.first_name(done.name)
        return {p.part: p for p in posts if p.live and p.delivery == name}

    def final(self, ledger: Ledger, plan: Plan) -> None:
        """Everything that was wished is there once, or the ledger says why not."""
        state = fold(
            {p: d for p, d in self.world.cloud.head.files.items() if p.startswith(_LEDGER)}
        )
        self._theirs = {
            part.remote_id for done in state.deliveries.values() for part in done.parts.values()
        }
        first = self.world.first_name
        waiting = {first(w.delivery): w.reason for w in plan.waiting}
        self.verdicts.doubts(state)
        self.endings.final(state)
        self.orphans.final(self._forgotten)
        for done in state.deliveries.values():
            self.counts[done.phase] += 1
            self._delivery(done, waiting)
        known = {first(name) for name in state.deliveries}
        for wish in self.world.content.wishes(self.world.content.tip, state):
            name = first(wish.delivery)
            if name not in known and name not in waiting:
                self.say("I2", f"{wish.delivery} is lost: nothing says why it was not sent")

    def _delivery(self, done: DeliveryState, waiting: Mapping[str, str]) -> None:
        truth, name = self.truth(done), self.world.first_name(done.name)
        mine = {n: part for n, part in done.parts.items() if not part.withdrawn}
        for number, part in mine.items():
            post = truth.pop(number, None)
            if post is None:
                self._missing(done, number)
            elif post.id != part.remote_id and (name, number) not in self._forgotten:
                self.say("I1", f"{done.name} #{number} is {post.id}, not {part.remote_id}")
        for number in [n for n, post in truth.items() if post.id in self._theirs]:
            del truth[number]  # the same words, known as another post that was wished as well
            self.counts["twins adopted"] += 1
        truth = {n: post for n, post in truth.items() if (name, n) not in self._forgotten}
        if truth and done.phase != "in_doubt":
            self.say("I2", f"{done.name} #{sorted(truth)} is there, and the ledger does not know")
        match done.phase:
            case "failed" if any(name == one for one, _ in self._forgotten):
                self.counts["refused after a cut: it was there"] += 1
            case "failed" if name not in self._rejected:
                self.say("I2", f"{done.name} failed without a refusal: {done.error}")
            case "claimed" if self._by_another_name(done):
                self.counts["claimed under a name nobody uses"] += 1
            case "claimed":
                self.say("I12", f"{done.name} is still claimed")
            case "scheduled":
                self.say("I12", f"{done.name} is still said to wait at the platform")
            case "partial" if name not in waiting:
                self.say("I2", f"half of {done.name} is there, and nothing says why")
            case "new" | "released" | "deferred" if name not in waiting and self._wished(done):
                self.say("I2", f"{done.name} is {done.phase}, and nothing says why")

    def _by_another_name(self, done: DeliveryState) -> bool:
        """A cut may take the renaming, and a late outbox bring what was sent under the new name."""
        unused = done.account not in self.world.content.tip.platforms
        name = self.world.first_name(done.name)
        return bool(self.counts["cuts"]) and unused and any(n == name for n, _ in self._parts)

    def _wished(self, done: DeliveryState) -> bool:
        spec = self.world.content.tip.posts.get(done.post)
        return spec is not None and done.account in spec.accounts

    def _missing(self, done: DeliveryState, number: int) -> None:
        posts = self.world.servers[done.account].posts
        gone = [p for p in posts if p.id == done.parts[number].remote_id]
        if gone and gone[0].taken:
            return
        if gone and gone[0].live and gone[0].delivery != self.world.first_name(done.name):
            self.counts["twins adopted"] += 1  # the same words, of a post that is in doubt
            return
        if gone and self.world.first_name(done.name) in self._withdrawing:
            self.counts["withdrawals given back"] += 1  # after it was deleted, and wished again
            return
        if gone and not gone[0].kept:
            if self.looked.get(gone[0].id) in self.ended:
                self.say(
                    "I2",
                    f"{done.name} #{number} was seen to be dropped, and the ledger does not say so",
                )
            self.counts["dropped unseen"] += 1
            return
        self.counts["losses"] += 1
        self.say("I2", f"{done.name} #{number} is not there, and the ledger says it is")

    def digest(self) -> str:
        """Of everything that happened: the same seed gives the same."""
        total = hashlib.sha256(repr(self.world.trace).encode())
        for path, data in sorted(self.world.cloud.head.files.items()):
            total.update(path.encode() + data)
        return total.hexdigest()
