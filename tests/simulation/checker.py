"""What must hold in every world, whatever goes wrong in it. Names as in the list of invariants.

The checker sees what no machine sees: every remote post, every line of the ledger as it landed,
and the time. It shares no code with the publisher but the fold of the final ledger.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from postops.errors import PostopsError
from postops.ledger.state import fold
from postops.plan import iso
from postops.publish.claims import ONCE_MORE
from tests.simulation.clock import START, moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.ledger.journal import Ledger
    from postops.ledger.state import DeliveryState, LedgerState
    from postops.model import Outgoing
    from postops.plan import Plan
    from postops.publish.ports import Result
    from tests.ledger.memory_remote import MemoryHead
    from tests.simulation.content import Commit
    from tests.simulation.machine import Machine
    from tests.simulation.platforms import Remote, Server
    from tests.simulation.world import World

_CLOSING = frozenset({"failed", "deferred", "released", "skipped", "in_doubt"})
_LEDGER = "state/ledger/"


def seconds(text: str) -> float:
    return (datetime.fromisoformat(text) - START).total_seconds()


class Checker:
    """Hears of everything; `violations` is what was wrong."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()
        self.lateness: list[float] = []
        self.ended: set[str] = set()
        self.looked: set[str] = set()
        self._skew: dict[str, float] = {}
        self._commit: dict[str, Commit] = {}
        self._claims: dict[str, dict[str, Any]] = {}
        self._open: dict[str, dict[str, Any]] = {}
        self._parts: set[tuple[str, int]] = set()
        self._rejected: set[str] = set()
        self._resolved: set[str] = set()
        self._unknown: set[tuple[str, str]] = set()
        self._withdrawing: set[str] = set()

    def say(self, rule: str, what: str) -> None:
        self.violations.append(f"{rule} at {self.world.loop.at:.3f}: {what}")

    # ------------------------------------------------------------------ machines

    def began(self, machine: Machine, skew: float) -> None:
        self._skew[machine.name] = skew

    def swept(self, machine: Machine, commit: Commit) -> None:
        self._commit[machine.name] = commit

    def told(self, machine: Machine, result: Result) -> None:
        self.counts[f"told {result.outcome}"] += 1
        if result.outcome == "unknown":
            self._unknown.add((machine.name, result.delivery))

    def gave_up(self, machine: Machine, error: PostopsError) -> None:
        self.counts["gave up"] += 1
        if self.world.faults.calm:
            self.say("I12", f"{machine.name} gave up without a fault: {error}")

    def broke(self, machine: Machine, error: Exception) -> None:
        self.say("bug", f"{machine.name}: {type(error).__name__}: {error}")

    def rejected(self, what: str) -> None:
        self._rejected.add(what.removeprefix("prepare ").partition(" #")[0])

    def was_refused(self, delivery: str) -> bool:
        """Whether the platform said no to it for good."""
        return delivery in self._rejected

    def finished(self, machine: Machine) -> None:
        """A run that came to its own end leaves no claim open but where nobody knows."""
        self.ended.add(machine.name)
        for name, claim in self._open.items():
            if claim["run"] == machine.name and (machine.name, name) not in self._unknown:
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
        now, number = self.world.loop.at, outgoing.part.number
        name = f"{outgoing.message.post}@{outgoing.message.account}"
        claim = self._claims.get(name)
        if claim is None or claim["run"] != machine.name:
            self.say("I5", f"{machine.name} sends {name} #{number} without a claim in the ledger")
            return
        if seconds(claim["lease_until"]) < now + self._skew[machine.name]:
            self.say("I10", f"{machine.name} sends {name} #{number} after its lease")
        if (
            "due_at" in claim
            and now + max(0.0, self._skew[machine.name]) < seconds(claim["due_at"]) - 0.001
        ):
            self.say("I4", f"{name} #{number} is sent before its time")
        if server.blocked_until.get(machine.name, 0.0) > now + 0.01:
            self.say("I13", f"{name} #{number} is sent although {server.account} asked to wait")
        self._content(machine, outgoing, claim, name)
        if number > 1:
            self._thread(machine, server, outgoing, name)

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
        # What was claimed and cannot be told of may be repeated word for word, edited or not.
        words = {text} if claim.get("reason") == ONCE_MORE else set(spec.texts[:1] if spec else ())
        if spec is None or spec.draft or spec.hold or text not in words:
            self.say("I9", f"{name} is sent although {machine.name} saw the change")
        elif (spec.expires or math.inf) <= self.world.loop.at + self._skew[machine.name]:
            self.say("I4", f"{name} is sent after it expired")

    def _thread(self, machine: Machine, server: Server, outgoing: Outgoing, name: str) -> None:
        number = outgoing.part.number
        before = (name, number - 1)
        if before not in self._parts and before not in machine.recorded:
            self.say("I8", f"{name} #{number} is sent before #{number - 1} is written down")
        parent = outgoing.parent.remote_id if outgoing.parent else ""
        post = next((p for p in server.posts if p.id == parent and (p.live or not p.kept)), None)
        if post is None or (post.delivery, post.part) != before:
            self.say("I8", f"{name} #{number} answers {parent or 'nothing'}")

    def created(self, server: Server, post: Remote) -> None:
        """A remote post came to be."""
        self.counts["posts"] += 1
        due = self._claims[post.delivery].get("due_at") if post.delivery in self._claims else None
        if due is not None and post.part == 1:
            self.lateness.append(post.created - seconds(due))
        for other in server.posts:
            same = (other.delivery, other.part) == (post.delivery, post.part)
            if same and other.live and other is not post and post.live:
                self.counts["duplicates"] += 1
                self.say(
                    "I1", f"{post.delivery} #{post.part} is there twice: {other.id}, {post.id}"
                )

        for other in server.posts:
            if other.live and post.live and other.text == post.text:
                self._twins(other.delivery, post.delivery)

    def _twins(self, one: str, two: str) -> None:
        """The same words from two posts are fine only where both were wished at once."""
        ids = {name.rpartition("@")[0] for name in (one, two)}
        if not any(ids <= commit.posts.keys() for commit in self.world.content.commits.values()):
            self.say("I1", f"{one} was sent again as {two}")

    def deleting(self, server: Server, post: Remote) -> None:
        claim = self._claims.get(post.delivery, {})
        spec = self.world.content.tip.posts.get(post.delivery.rpartition("@")[0])
        if claim.get("action") != "withdraw":
            self.say("I5", f"{post.delivery} is deleted without a claim")
        if spec is not None and server.account in spec.accounts:
            self.counts["deleted while edited back"] += 1

    # ------------------------------------------------------------------ the ledger

    def pushed(self, machine: Machine, before: MemoryHead, changes: Mapping[str, bytes]) -> None:
        """A push landed: lines are only ever added, and nobody settles what another holds."""
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
        kind, name = event["type"], event.get("delivery", "")
        held = self._open.get(name)
        if kind == "claimed":
            if held is not None and held["run"] != event["run"]:
                self._not_yet(held, event, "claims")
            self._claims[name] = self._open[name] = event
            if event.get("action") == "withdraw":
                self._withdrawing.add(name)
        elif kind in _CLOSING and held is not None:
            if event.get("claim", held["id"]) != held["id"] or kind == "skipped":
                return
            if held["run"] != event["run"]:
                self._not_yet(held, event, "settles")
            del self._open[name]
        elif kind == "published":
            self._parts.add((name, event.get("part", 1)))
            if event.get("part", 1) == event.get("parts", 1):
                self._open.pop(name, None)
        elif kind in ("updated", "withdrawn", "resolved"):
            self._open.pop(name, None)
            if event.get("outcome") == "published":
                self._parts.add((name, event.get("part", 1)))

    def _not_yet(self, held: Mapping[str, Any], event: Mapping[str, Any], does: str) -> None:
        if seconds(event["recorded_at"]) < seconds(held["lease_until"]):
            self.say(
                "I10", f"{event['run']} {does} {event['delivery']} while {held['run']} holds it"
            )

    # ------------------------------------------------------------------ the end

    def doubts(self, state: LedgerState) -> list[dict[str, Any]]:
        """What a person who looks at the platform would write for everything in doubt."""
        doubtful = [done for done in state.deliveries.values() if done.phase == "in_doubt"]
        return [self._verdict(done) for done in doubtful if self._asks_once(done.name)]

    def _asks_once(self, name: str) -> bool:
        """People who see the same doubt come back leave it be."""
        known = name in self._resolved
        self._resolved.add(name)
        return not known

    def _verdict(self, done: DeliveryState) -> dict[str, Any]:
        self.counts["flagged in doubt"] += 1
        number = next(n for n in range(1, 99) if n not in done.parts)
        post = self._truth(done).get(number)
        draft = {"type": "resolved", "delivery": done.name, "account": done.account, "part": number}
        if post is None:
            return draft | {"outcome": "not-published", "by": "a person"}
        return draft | {
            "outcome": "published",
            "parts": done.parts_total,
            "remote_id": post.id,
            "url": f"https://sim.test/{post.id}",
            "published_at": iso(moment(post.created)),
            "by": "a person",
        }

    def _truth(self, done: DeliveryState) -> dict[int, Remote]:
        posts = self.world.servers[done.account].posts
        return {p.part: p for p in posts if p.live and p.delivery == done.name}

    def final(self, ledger: Ledger, plan: Plan) -> None:
        """Everything that was wished is there once, or the ledger says why not."""
        state = fold(
            {p: d for p, d in self.world.cloud.head.files.items() if p.startswith(_LEDGER)}
        )
        waiting = {w.delivery: w.reason for w in plan.waiting}
        for done in state.deliveries.values():
            self.counts[done.phase] += 1
            self._delivery(done, waiting)
        for wish in self.world.content.wishes(self.world.content.tip, state):
            if wish.delivery not in state.deliveries and wish.delivery not in waiting:
                self.say("I2", f"{wish.delivery} is lost: nothing says why it was not sent")

    def _delivery(self, done: DeliveryState, waiting: Mapping[str, str]) -> None:
        truth = self._truth(done)
        mine = {n: part for n, part in done.parts.items() if not part.withdrawn}
        for number, part in mine.items():
            post = truth.pop(number, None)
            if post is None:
                self._missing(done, number)
            elif post.id != part.remote_id:
                self.say("I1", f"{done.name} #{number} is {post.id}, not {part.remote_id}")
        if truth and done.phase != "in_doubt":
            self.say("I2", f"{done.name} #{sorted(truth)} is there, and the ledger does not know")
        match done.phase:
            case "failed" if done.name not in self._rejected:
                self.say("I2", f"{done.name} failed without a refusal: {done.error}")
            case "claimed":
                self.say("I12", f"{done.name} is still claimed")
            case "partial" if done.name not in waiting:
                self.say("I2", f"half of {done.name} is there, and nothing says why")
            case "new" | "released" | "deferred" if done.name not in waiting and self._wished(done):
                self.say("I2", f"{done.name} is {done.phase}, and nothing says why")

    def _wished(self, done: DeliveryState) -> bool:
        spec = self.world.content.tip.posts.get(done.post)
        return spec is not None and done.account in spec.accounts

    def _missing(self, done: DeliveryState, number: int) -> None:
        posts = self.world.servers[done.account].posts
        gone = [p for p in posts if p.id == done.parts[number].remote_id]
        if gone and gone[0].live and gone[0].delivery != done.name:
            self.counts["twins adopted"] += 1  # the same words, of a post that is in doubt
            return
        if gone and done.name in self._withdrawing:
            self.counts["withdrawals given back"] += 1  # after it was deleted, and wished again
            return
        if gone and not gone[0].kept:
            if gone[0].id in self.looked and gone[0].machine in self.ended:
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
