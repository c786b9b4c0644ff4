"""One account's desk with a platform that does what a test wrote down, and a real ledger.

For what a whole run on the stage cannot reach: answers no emulated platform gives, and clocks that
pass in the middle of a step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from postops.diagnostics import Span
from postops.ledger.journal import Ledger
from postops.model import (
    Capabilities,
    Certainty,
    Entries,
    Entry,
    Finding,
    Identity,
    Measure,
    Message,
    Part,
    Receipt,
    Source,
    TextLimit,
)
from postops.plan import Action
from postops.platforms.base import Platform
from postops.publish import claims
from postops.publish.desk import Desk
from postops.publish.ports import Loaded, Terms
from postops.publish.pusher import Pusher
from postops.publish.stop import Stop
from tests.ledger.memory_remote import Cloud, MemoryOutbox, MemoryRemote
from tests.ledger.ticking import Ticking

if TYPE_CHECKING:
    from collections.abc import Callable

DELIVERY = "a@acme"
_LIMIT = TextLimit(100, "characters", Source("a test", "2026-11-21"))
_MEASURE = Measure(1, 1, 100, "characters", True)


class Played(Platform):
    """Takes from `answers[call]` one after the other: raises errors, calls functions, gives values.

    Without an answer left it does well. `calls` are the calls made, with the part's number or id.
    """

    name = "played"
    capabilities = Capabilities(text=_LIMIT, certainty=(Certainty.CLIENT_ID,), update=True)

    def __init__(self, clock: Ticking, **capabilities: Any) -> None:
        super().__init__(None, {}, None)  # type: ignore[arg-type]
        self.capabilities = type(self).capabilities._replace(**capabilities)  # type: ignore[misc]
        self.clock = clock
        self.answers: dict[str, list[Any]] = {}
        self.calls: list[tuple[str, int | str]] = []
        self.outgoing: list[Any] = []

    def certainty_for(self, message: Message) -> tuple[Certainty, ...]:  # type: ignore[override]
        return self.capabilities.certainty

    def made(self, call: str) -> list[int | str]:
        """What a call was made for, in order."""
        return [what for name, what in self.calls if name == call]

    def _play(self, call: str, what: int | str, otherwise: Any) -> Any:
        self.calls.append((call, what))
        left = self.answers.get(call)
        answer = left.pop(0) if left else otherwise
        if callable(answer):
            answer = answer()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @classmethod
    def count(cls, text, *, content_warning=None):
        return len(text)

    @classmethod
    def facets(cls, text):
        return []

    async def whoami(self):
        return self._play("whoami", "", Identity("1", "acme", "https://p.test/acme"))

    async def prepare(self, outgoing):
        return self._play("prepare", outgoing.part.number, {"container": outgoing.part.number})

    async def publish(self, outgoing, prepared):
        self.outgoing.append(outgoing)
        return self._play("publish", outgoing.part.number, self.receipt(outgoing.part.number))

    async def confirm(self, receipts):
        ids = [receipt.remote_id for receipt in receipts]
        return self._play("confirm", " ".join(ids), frozenset(ids))

    async def find(self, outgoing, *, known):
        self.outgoing.append(outgoing)
        return self._play("find", outgoing.part.number, Finding(()))

    async def delete(self, receipt):
        self._play("delete", receipt.remote_id, None)

    async def update(self, outgoing, prepared, receipt):
        self.outgoing.append(outgoing)
        return self._play("update", outgoing.part.number, receipt._replace(extra={"edit": "1"}))

    async def schedule(self, outgoing, prepared, at):
        self.outgoing.append(outgoing)
        return self._play("schedule", outgoing.part.number, Entry("e1", at))

    async def scheduled(self, outgoing, at, *, known):
        return self._play("scheduled", outgoing.part.number, Entries(()))

    async def pending(self, entry):
        return self._play("pending", entry, None)

    async def unschedule(self, entry):
        return self._play("unschedule", entry, True)

    async def metrics(self, receipts):
        return []

    def receipt(self, part: int, name: str = "id") -> Receipt:
        return Receipt(f"{name}-{part}", f"https://p.test/{name}-{part}", self.clock.at)


@dataclass
class Bench:
    """A desk, and what lies on it."""

    desk: Desk
    platform: Played
    ledger: Ledger
    clock: Ticking
    cloud: Cloud
    parts: int = 1
    due_at: Any = None
    read: list[int] = field(default_factory=list)

    @property
    def done(self) -> Any:
        return self.ledger.state.delivery(DELIVERY)

    @property
    def loaded(self) -> Loaded:
        parts = tuple(
            Part(number, f"Part {number}", _MEASURE, Span("posts/a.md"))
            for number in range(1, self.parts + 1)
        )
        message = Message("a", "acme", "played", parts, digest="sha256:payload")
        return Loaded(
            message, "sha256:source", "c1", "b1", "posts/a.md", "update", "withdraw", lambda _: ()
        )

    def load(self, delivery: str, commit: str | None = None) -> Loaded:
        """As a `Loader`."""
        return self.loaded

    def action(self, name: str = "publish", part: int = 1) -> Action:
        return Action(DELIVERY, "a", "acme", "played", name, self.due_at, part)  # type: ignore[arg-type]

    async def claim(self, action: Action | None = None, **changes: Any) -> dict[str, Any]:
        """Claim the delivery as a run would."""
        action = action or self.action()
        bare = action.action in ("withdraw", "cancel", "confirm")
        loaded = None if bare else self.loaded
        desk = self.desk
        now = self.clock.now()
        draft = claims.draft(action, loaded, Played, self.ledger.state, now, desk.terms)
        [event] = await self.ledger.claim([draft | changes])
        return event

    def events(self) -> list[dict[str, Any]]:
        """What was recorded and not pushed yet, or else what was pushed, in the order of writing."""
        import orjson

        pushed = [
            orjson.loads(line)
            for path, data in sorted(self.cloud.head.files.items())
            if path.startswith("state/ledger/") and path.endswith(".jsonl")
            for line in data.splitlines()
        ]
        return [*pushed, *self.ledger._pending.events]

    def said(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events() if event["type"] == kind]


async def bench(
    *, parts: int = 1, terms: Terms | None = None, due_in: float | None = None, **capabilities: Any
) -> Bench:
    """A desk with one delivery. `due_in` is in seconds from now."""
    clock, cloud, terms = Ticking(), Cloud(), terms or Terms()
    ledger = await Ledger.open(MemoryRemote(cloud), MemoryOutbox(), clock, "run-1")
    platform = Played(clock, **capabilities)
    pusher = Pusher(ledger, clock, terms)
    desk = Desk(platform, ledger, pusher, clock, terms, Stop())
    due_at = None if due_in is None else clock.at + timedelta(seconds=due_in)
    return Bench(desk, platform, ledger, clock, cloud, parts, due_at)


def passing(clock: Ticking, seconds: float, error: BaseException) -> Callable[[], BaseException]:
    """An answer that takes its time and then is an error."""

    def answer() -> BaseException:
        clock.pause(seconds)
        return error

    return answer
