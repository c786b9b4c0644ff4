"""A delivery comes to one end, and only people lead out of it (I7).

Published as a whole, failed, skipped, in doubt and withdrawn are ends. Kept line by line as they
land, apart from the publisher's fold, and compared with what is on the servers. Out of an end leads

- a person's word: `resolved`, `retried`, `adopted`;
- a person's edit, as far as it shows in the next claim: other words where it had failed, another
  time where it was given up, a removal of what is there;
- what is true, however late it is heard of: that it was sent;
- doubt about what counts as sent, where the server has another of it, or does not have it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from tests.simulation.clock import START

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.ledger.state import LedgerState
    from tests.simulation.machine import Machine
    from tests.simulation.platforms import Remote
    from tests.simulation.world import World

Line = dict[str, Any]
ENDS = frozenset({"published", "failed", "skipped", "in_doubt", "withdrawn"})
_CHANGES = frozenset({"update", "withdraw"})
_GIVEN_BACK = frozenset({"deferred", "released", "unscheduled"})


@dataclass
class Life:
    """One delivery. `ended` is the line that told of its end, `since` when that landed.

    `parts` are remote ids by number; `gone` are those that were withdrawn. `dropped` is what was
    accepted and then not found. `deleting`: the last doubt was whether a part was deleted.
    """

    end: str | None = None
    ended: Line = field(default_factory=dict)
    since: float = 0.0
    claim: Line | None = None
    parts: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    total: int = 1
    generation: int = 1
    waits: bool = False
    dropped: str | None = None
    deleting: bool = False

    @property
    def action(self) -> str:
        return str(self.claim.get("action")) if self.claim else ""

    @property
    def standing(self) -> str | None:
        """What its parts say, whatever came of the last claim."""
        if self.parts and self.parts.keys() <= self.gone:
            return "withdrawn"
        return "published" if len(self.parts) >= self.total else None


class Endings:
    """Part of the checker: hears of every line of the ledger as it lands."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lives: defaultdict[str, Life] = defaultdict(Life)
        self._skew: dict[str, float] = {}
        self._looked: defaultdict[str, list[float]] = defaultdict(list)
        self._again = self._was_cut = False
        self._moved: set[str] = set()
        self._split: set[str] = set()

    def began(self, machine: Machine, skew: float) -> None:
        self._skew[machine.name] = skew

    def fetched(self, machine: Machine) -> None:
        """From now on it knows what has landed."""
        self._looked[machine.name].append(self._world.loop.at)

    def cut(self, lines: bytes) -> None:
        """The ledger was rewritten: what it says now is what was."""
        self._lives.clear()
        self._moved.clear()
        self._split.clear()
        self._again = self._was_cut = True
        for line in lines.splitlines():
            self.event(orjson.loads(line))
        self._again = False

    def event(self, event: Line) -> None:
        """A line landed."""
        name, kind = self._world.first_name(event.get("delivery", "")), event["type"]
        if kind == "bound":
            self._bound(event)
        if name.rpartition("@")[2] in self._split:
            return
        life = self._lives[name]
        if kind == "claimed":
            self._claimed(life, event, name)
        elif kind in ("published", "adopted") and not _is_dropped(life, event):
            self._published(life, event, name)
        elif kind == "resolved":
            self._resolved(life, event)
        elif kind == "retried":
            _retried(life, event)
        elif kind == "withdrawn":
            self._withdrawn(life, event, name)
        elif kind == "updated":
            self._updated(life, event)
        elif kind in ("failed", "skipped", "in_doubt") and _counts(life, event):
            self._ended(life, event, name)
        elif kind == "scheduled" and _is_of_its_claim(life, event):
            life.claim, life.waits = None, not life.parts
        elif kind in _GIVEN_BACK and _is_of_its_claim(life, event):
            life.claim = None
            life.waits = life.waits and kind != "unscheduled"

    def final(self, state: LedgerState) -> None:
        """The publisher's fold of the same lines comes to the same ends."""
        for done in state.deliveries.values():
            name = self._world.first_name(done.name)
            if name.rpartition("@")[2] in self._split:
                continue
            mine = self._lives[name].end
            theirs = done.phase if done.phase in ENDS else None
            if mine != theirs:
                self._say(
                    f"{done.name} is {done.phase} by the fold, and {mine or 'open'} by its lines"
                )

    # ------------------------------------------------------------------ lines

    def _bound(self, event: Line) -> None:
        """A run with an older configuration binds a name anew that others had left behind.

        From then on one login has two names in the ledger, and a delivery two lives.
        """
        if event.get("was", event["account"]) != event["account"]:
            self._moved.add(event["was"])
        elif event["account"] in self._moved:
            self._split.add(self._world.first_name(f"@{event['account']}").rpartition("@")[2])

    def _claimed(self, life: Life, event: Line, name: str) -> None:
        action = event.get("action", "publish")
        if event.get("generation", 1) > life.generation:
            if not self._was_cut:  # with the `retried` that it comes from
                self._say(f"{event['run']} begins {name} anew, and nobody asked for that")
            life.generation, life.end = event["generation"], None
            life.parts, life.gone = {}, set()
        if not _may_claim(life, event):
            self._say(f"{event['run']} claims to {action} {name}, which is {life.end or 'open'}")
        if action in ("publish", "schedule"):
            life.end = None
            life.total = event.get("parts", life.total)
        life.claim = event
        life.dropped = None

    def _published(self, life: Life, event: Line, name: str) -> None:
        number, mine = event.get("part", 1), event.get("remote_id", "")
        known = life.parts.get(number)
        if known and mine and known != mine and number not in life.gone:  # two runs each made one
            if life.end != "in_doubt":
                self._drop(life, number)
            self._set(life, event, "in_doubt")
            life.claim = None
            return
        if mine != known:
            life.parts[number] = mine
            life.gone.discard(number)
        life.total = max(event.get("parts", life.total), number)
        life.waits = False
        if life.action in _CHANGES:
            return  # heard of late; what is under way goes on
        if life.standing is None and life.end == "in_doubt":
            return  # of another part than the one that is doubted
        if life.end not in (None, life.standing) and not self._post(event, mine):
            self._say(f"{event['run']} publishes {name}, which is {life.end}: there is no {mine}")
        self._set(life, event, life.standing)
        if life.standing is not None:
            life.claim = None

    def _resolved(self, life: Life, event: Line) -> None:
        life.claim, life.end, life.waits = None, None, False
        if event.get("outcome") == "published":
            life.parts[event.get("part", 1)] = event.get("remote_id", "")
            life.gone.discard(event.get("part", 1))
            life.total = event.get("parts", life.total)
            self._set(life, event, life.standing)
        elif life.deleting:
            life.gone.add(event.get("part", 1))
            self._set(life, event, life.standing)

    def _updated(self, life: Life, event: Line) -> None:
        """What is changed is there, also where the word of that was cut off."""
        life.parts.setdefault(event.get("part", 1), event.get("remote_id", ""))
        if "part" not in event or event["part"] >= min(life.total, event.get("parts", 99)):
            self._set(life, event, "published")
            life.claim = None

    def _withdrawn(self, life: Life, event: Line, name: str) -> None:
        life.gone |= {event["part"]} if "part" in event else life.parts.keys() or {1}
        for number in life.gone:
            life.parts.setdefault(number, "")
        if life.standing == "withdrawn":
            if life.end in ("in_doubt", "skipped") and self._knew(life, event):
                self._say(f"{event['run']} withdraws {name}, which is {life.end}")
            self._set(life, event, "withdrawn")
            life.claim, life.waits = None, False

    def _ended(self, life: Life, event: Line, name: str) -> None:
        """It failed, was given up, or is in doubt."""
        kind, action = event["type"], life.action
        life.claim = None
        if kind == "in_doubt":
            self._doubted(life, event, name, action)
        elif action in _CHANGES:
            return  # it stays what it was
        elif life.end in (None, kind) and life.standing is None:
            self._set(life, event, kind)
        elif life.end == "failed" and self._is_edited(life, event):
            self._set(life, event, kind)  # it would have been sent anew, and that is too late
        elif self._knew(life, event):
            self._say(f"{event['run']} says {kind} of {name}, which is {life.end or life.standing}")

    def _doubted(self, life: Life, event: Line, name: str, action: str) -> None:
        number = event.get("part", 1)
        life.deleting = action == "withdraw"
        if action in _CHANGES:  # what is there stays until a person has looked
            self._set(life, event, "in_doubt")
            return
        if life.end not in (None, "in_doubt") and not self._is_doubtful(life, event, number):
            self._say(f"{event['run']} doubts {name} #{number}, which is {life.end}")
        if life.end != "in_doubt" and number not in life.gone:
            self._drop(life, number)
        self._set(life, event, "in_doubt")

    def _drop(self, life: Life, number: int) -> None:
        """It is asked about; doubt while a change is under way leaves what is there."""
        if life.action not in _CHANGES:
            life.dropped = life.parts.pop(number, None)

    # ------------------------------------------------------------------ which count, and may be

    def _is_edited(self, life: Life, event: Line) -> bool:
        """Whether people have changed the words since they were refused."""
        loaded = self._world.content.load(event["commit"], event["delivery"])
        return loaded.message.digest != life.ended.get("payload")

    def _is_doubtful(self, life: Life, event: Line, number: int) -> bool:
        """Whether the server has another of a part that counts as sent, or not that one."""
        mine = life.parts.get(number)
        post = self._post(event, mine)
        if mine is None or number in life.gone:
            return False
        if post is None or not post.live:
            return True
        what = (post.delivery, post.part)
        return any(
            one is not post and (one.text == post.text or (one.delivery, one.part) == what)
            for one in self._server(event)
        )

    def _post(self, event: Line, remote_id: str | None) -> Remote | None:
        return next((post for post in self._server(event) if post.id == remote_id), None)

    def _server(self, event: Line) -> list[Remote]:
        account = event["delivery"].rpartition("@")[2]
        return self._world.servers[account].posts

    def _knew(self, life: Life, event: Line) -> bool:
        """Whether the run had seen the end when it wrote this."""
        at = (datetime.fromisoformat(event["recorded_at"]) - START).total_seconds()
        at -= self._skew.get(event["run"], 0.0)
        return any(life.since <= seen <= at for seen in self._looked[event["run"]])

    def _set(self, life: Life, event: Line, end: str | None) -> None:
        if end != life.end:
            life.end, life.ended, life.since = end, event, self._world.loop.at

    def _say(self, what: str) -> None:
        if not self._again:
            self._world.checker.say("I7", what)


def _may_claim(life: Life, event: Mapping[str, Any]) -> bool:
    """Whether people changed what it rests on: that is what the claim is made for."""
    match event.get("action", "publish"):
        case "update":
            return life.end == "published"
        case _ if life.end is None:
            return True
        case "withdraw":
            return life.end in ("published", "failed") and bool(life.parts.keys() - life.gone)
        case "publish" | "schedule" if life.end == "failed":
            return not life.parts and event.get("payload") != life.ended.get("payload")
        case "publish" | "schedule" if life.end == "skipped":
            return bool(event.get("due_at") != life.ended.get("due_at"))
    return False


def _counts(life: Life, event: Mapping[str, Any]) -> bool:
    """Whether it ends anything: what names another claim, or gives up what is at work, does not."""
    claim = life.claim
    mine = claim is None or claim["run"] == event["run"]
    if event["type"] == "in_doubt" and life.end == "withdrawn" and claim is None:
        return bool(event.get("candidates"))  # what was deleted is only asked about if it is there
    if event["type"] == "skipped":
        return mine and not life.waits
    if claim is not None and "claim" not in event:  # a second look, at what counts as sent
        return mine or bool(event["recorded_at"] >= claim["recorded_at"])
    return "claim" not in event or _is_of_its_claim(life, event)


def _retried(life: Life, event: Mapping[str, Any]) -> None:
    """A person wants it again. What was there begins anew; what was not, goes on."""
    if life.claim is not None:
        return
    if life.end in ("published", "withdrawn"):
        life.generation = max(event.get("generation", 0), life.generation + 1)
        life.parts, life.gone = {}, set()
    life.end = None


def _is_of_its_claim(life: Life, event: Mapping[str, Any]) -> bool:
    claim, number = life.claim, event.get("part", 1)
    if claim is None or event.get("claim", claim["id"]) != claim["id"]:
        return False
    if life.action in _CHANGES:
        return True
    if event["type"] == "in_doubt" and number in life.parts.keys() - life.gone:
        return False  # the dead run's own word of it came in first
    return all(earlier in life.parts for earlier in range(1, number))


def _is_dropped(life: Life, event: Mapping[str, Any]) -> bool:
    """A dead run's word of what was seen to be missing: that is in doubt, and stays so."""
    dropped = life.end == "in_doubt" and life.dropped
    return bool(dropped) and event.get("remote_id") == life.dropped
