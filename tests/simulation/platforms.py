"""Platforms as honest as their documents: one class for each way a publish can be made certain.

A `Server` is the truth: what people see of one account. A `SimPlatform` is the adapter, one for
each invocation. Effects happen at the server at their own time, whether or not the machine that
asked for them is still there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from postops.errors import AuthExpired, NotSent, RateLimited, Rejected
from postops.model import (
    Capabilities,
    Certainty,
    Finding,
    Identity,
    Outgoing,
    Receipt,
    Source,
    TextLimit,
)
from postops.platforms._http import doubtful
from postops.platforms.base import Platform, Prepared
from tests.simulation.clock import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tests.simulation.machine import Machine
    from tests.simulation.world import World

_TEXT = TextLimit(10_000, "characters", Source("the simulation", "2026-01-01"))
TIMEOUT = 60.0  # seconds: `Timeouts.total`, the longest a request without media may be under way
PAGE = 4
PAGES = 10


@dataclass(slots=True, eq=False)
class Remote:
    """A remote post. `delivery` and `part` are for the checker: no platform shows them."""

    id: str
    text: str
    key: str
    parent: str | None
    created: float
    visible: float
    delivery: str
    part: int
    machine: str
    live: bool = True
    kept: bool = True
    taken: bool = False  # by people, on the platform itself


@dataclass(slots=True)
class Container:
    """What `prepare` makes where publishing takes two steps."""

    id: str
    created: float
    post: Remote | None = None


@dataclass(slots=True)
class Server:
    """One account. `quirks` are what its server does differently from its documents."""

    account: str
    kind: type[SimPlatform]
    posts: list[Remote] = field(default_factory=list)
    keys: dict[str, tuple[float, Remote]] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    blocked_until: dict[str, float] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)  # handed ahead, by id
    handed: int = 0
    calls: int = 0

    def by_id(self, remote_id: str) -> Remote | None:
        return next((p for p in self.posts if p.id == remote_id and p.live), None)


def receipt(post: Remote) -> Receipt:
    return Receipt(post.id, f"https://sim.test/{post.id}", moment(post.created))


class SimPlatform(Platform):
    """The calls, and how each of them can go wrong."""

    capabilities = Capabilities(_TEXT, (Certainty.NONE,), update=True)
    Settings = Options = object
    credentials = (("token",),)
    lag: ClassVar[float] = 0.0  # how far the listing really is behind, at most
    harmless: ClassVar[bool] = False  # whether the same call twice makes one post

    def __init__(self, world: World, machine: Machine, server: Server) -> None:
        super().__init__(None, {}, None)  # type: ignore[arg-type]
        self.world = world
        self.machine = machine
        self.server = server

    @classmethod
    def count(cls, text: str, *, content_warning: str | None = None) -> int:
        return len(text)

    @classmethod
    def facets(cls, text: str) -> list[Any]:
        return []

    # ------------------------------------------------------------------ the wire

    async def _call(
        self, kind: str, what: str, effect: Callable[[], Any], *, doubt: bool = False
    ) -> Any:
        """One request. `doubt`: nobody can tell from a lost answer whether it had its effect."""
        world, machine, server = self.world, self.machine, self.server
        fault = world.step(machine, kind, what) or world.storm(server.account, kind)
        server.calls += 1
        now = world.loop.at
        reached = now + world.latency()
        if fault not in (None, "sigterm") or reached - now > 1.0:
            world.checker.apart.trouble(machine, server.account)
        lost = partial(doubtful, doubt)
        match fault:
            case None | "sigterm":
                self.server_date = moment(float(int(reached)))
                return await machine.answer(reached, effect)
            case "crash-after":

                def last() -> None:
                    quiet(effect)()
                    machine.kill()

                return await machine.answer(reached, last)
            case "no-connection":
                await machine.until(reached)
                raise NotSent("no connection")
            case "rate-limit" | "rate-limit-long":
                wait = 20.0 if fault == "rate-limit" else 3000.0
                await machine.until(reached)
                if kind == "publish":
                    server.blocked_until[machine.name] = reached + wait
                raise RateLimited("slow down", retry_after=wait)
            case "auth":
                await machine.until(reached)
                raise AuthExpired("the token is not taken", status=401)
            case "reject":
                await machine.until(reached)
                world.checker.rejected(what)
                raise Rejected("the platform said no", status=422)
            case "error-before":
                await machine.until(reached)
                raise lost("a server error", status=500)
            case "error-after":
                await machine.answer(reached, effect)
                raise lost("a server error", status=500)
            case "lost-request":
                await machine.until(now + TIMEOUT)
                raise lost("no answer in time")
            case "lost-answer":
                world.loop.at_time(reached, quiet(effect))
                await machine.until(now + TIMEOUT)
                raise lost("no answer in time")
            case "cut-answer":
                await machine.answer(reached, quiet(effect))
                raise lost("the connection broke")
            case "late":
                world.loop.at_time(now + world.late(TIMEOUT), quiet(effect))
                await machine.until(reached)
                raise lost("the connection broke")
        raise AssertionError(fault)

    async def whoami(self) -> Identity:
        account = self.server.account
        await self._call("read", f"whoami {account}", lambda: None)
        return Identity(account, f"@{account}", f"https://sim.test/@{account}")

    async def prepare(self, outgoing: Outgoing) -> Prepared:
        return {}

    async def publish(self, outgoing: Outgoing, prepared: Prepared) -> Receipt:
        what = f"{self._name(outgoing)} #{outgoing.part.number}"
        self.world.checker.calling(self.machine, self.server, outgoing)
        answer: Receipt = await self._call(
            "publish", what, lambda: receipt(self.accept(outgoing, prepared)), doubt=True
        )
        return answer

    def accept(self, outgoing: Outgoing, prepared: Prepared) -> Remote:
        """The server's side of a publish. Raises what its answer would be."""
        return self.create(outgoing)

    def said_before(self, outgoing: Outgoing) -> Remote | None:
        """The post that stands with the same words, for platforms that refuse them."""
        for post in self.server.posts:
            if post.live and post.text == outgoing.part.text:
                if (post.delivery, post.part) != (self._name(outgoing), outgoing.part.number):
                    self.world.checker.rejected(self._name(outgoing))
                return post
        return None

    def create(self, outgoing: Outgoing, *, kept: bool = True) -> Remote:
        world, server = self.world, self.server
        now = world.loop.at
        post = Remote(
            id=f"{server.account}-{len(server.posts) + 1}",
            text=outgoing.part.text,
            key=outgoing.key,
            parent=outgoing.parent.remote_id if outgoing.parent else None,
            created=now,
            visible=now + world.lag(self.lag),
            delivery=self._name(outgoing),
            part=outgoing.part.number,
            machine=self.machine.name,
            live=kept,
            kept=kept,
        )
        server.posts.append(post)
        world.checker.created(server, post)
        return post

    async def find(self, outgoing: Outgoing, *, known: frozenset[str]) -> Finding:
        what = f"find {self._name(outgoing)} #{outgoing.part.number}"
        found: Finding = await self._call("read", what, lambda: self.look(outgoing, known))
        return found

    def look(self, outgoing: Outgoing, known: frozenset[str]) -> Finding:
        return Finding((), complete=False)

    def listed(self, outgoing: Outgoing, known: frozenset[str]) -> Finding:
        """The account's own posts, newest first, page by page, as far as the index has come."""
        now, since = self.world.loop.at, outgoing.since
        parent = outgoing.parent.remote_id if outgoing.parent else None
        shown = [p for p in reversed(self.server.posts) if p.live and p.visible <= now]
        found, complete = [], len(shown) <= PAGE * PAGES
        for post in shown[: PAGE * PAGES]:
            if moment(post.created + 1 + self.world.terms.clock_skew.total_seconds()) < since:
                complete = True
                break
            if post.id not in known and (post.text, post.parent) == (outgoing.part.text, parent):
                found.append(receipt(post))
        return Finding(tuple(found), complete)

    async def delete(self, receipt: Receipt) -> None:
        def gone() -> None:
            post = self.server.by_id(receipt.remote_id)
            if post is not None:
                self.world.checker.deleting(self.server, post)
                post.live = False

        await self._call("change", f"delete {receipt.remote_id}", gone)

    async def update(self, outgoing: Outgoing, prepared: Prepared, receipt: Receipt) -> Receipt:
        def changed() -> Receipt:
            post = self.server.by_id(receipt.remote_id)
            if post is None:
                raise Rejected("there is no such post", status=404)
            self.world.checker.updating(post, outgoing.part.text)
            post.text = outgoing.part.text
            return receipt

        answer: Receipt = await self._call("change", f"update {receipt.remote_id}", changed)
        return answer

    async def metrics(self, receipts: Sequence[Receipt]) -> list[Any]:
        return []

    def _name(self, outgoing: Outgoing) -> str:
        return self.world.first_name(f"{outgoing.message.post}@{outgoing.message.account}")


def quiet(effect: Callable[[], Any]) -> Callable[[], None]:
    """An effect whose answer nobody hears."""

    def happen() -> None:
        try:
            effect()
        except Rejected:
            return

    return happen


def can(*certainty: Certainty, **more: Any) -> Capabilities:
    return Capabilities(_TEXT, certainty, update=True, **more)


class ClientId(SimPlatform):
    """The client chooses the id: a second post under it is the first."""

    name = "client"
    capabilities = can(Certainty.CLIENT_ID)
    harmless = True

    @classmethod
    def claim_key(cls, seed: bytes, at: datetime, part: int) -> str:
        """Keys that sort by time, as record keys do: another time is another key."""
        return f"{at.timestamp():.3f}-{part}-{super().claim_key(seed, at, part)}"

    def accept(self, outgoing: Outgoing, prepared: Prepared) -> Remote:
        for post in self.server.posts:
            if post.live and post.key == outgoing.key:
                return post
        return self.create(outgoing)

    def look(self, outgoing: Outgoing, known: frozenset[str]) -> Finding:
        live = [p for p in self.server.posts if p.live and p.key == outgoing.key]
        if any(post.id in known or post.text != outgoing.part.text for post in live):
            return Finding((), complete=False)
        return Finding(tuple(map(receipt, live)))


class Keyed(SimPlatform):
    """A key brings back the first post, for an hour from its first use; own posts can be listed."""

    name = "keyed"
    capabilities = can(
        Certainty.IDEMPOTENCY_KEY, Certainty.SEARCH, idempotency_seconds=3600, search_lag_seconds=10
    )
    lag = 10.0
    window: ClassVar[float] = 3600.0

    def accept(self, outgoing: Outgoing, prepared: Prepared) -> Remote:
        used = self.server.keys.get(outgoing.key)
        if used is not None and self.world.loop.at - used[0] < self.window:
            return used[1]
        post = self.create(outgoing)
        self.server.keys[outgoing.key] = (self.world.loop.at, post)
        return post

    look = SimPlatform.listed


class KeyOnly(Keyed):
    """A key, and nothing to look at. Not among those that worlds are drawn from: see `wider`."""

    name = "key-only"
    capabilities = can(Certainty.IDEMPOTENCY_KEY, idempotency_seconds=3600)

    look = SimPlatform.look


class KeyIgnored(Keyed):
    """Says it knows keys, as related servers do, and does not: the listing has to do."""

    name = "key-ignored"
    window = 0.0


class Dropping(Keyed):
    """Answers with a post it does not keep, where a filter dislikes it."""

    name = "dropping"
    capabilities = can(
        Certainty.IDEMPOTENCY_KEY,
        Certainty.SEARCH,
        idempotency_seconds=3600,
        search_lag_seconds=10,
        confirm=True,
    )

    def create(self, outgoing: Outgoing, *, kept: bool = True) -> Remote:
        if outgoing.parent and self.server.by_id(outgoing.parent.remote_id) is None:
            self.world.checker.rejected(self._name(outgoing))
            raise Rejected("there is no post to answer", status=404)
        return super().create(outgoing, kept="spam" not in outgoing.part.text)

    async def confirm(self, receipts: Sequence[Receipt]) -> frozenset[str]:
        ids = [receipt.remote_id for receipt in receipts]

        def there() -> frozenset[str]:
            self.world.checker.looked |= dict.fromkeys(ids, self.machine.name)
            return frozenset(i for i in ids if self.server.by_id(i) is not None)

        kept: frozenset[str] = await self._call("read", f"confirm {', '.join(ids)}", there)
        return kept


class Searchable(SimPlatform):
    """Nothing but a list of own posts, a minute behind; it is given a quarter of an hour."""

    name = "search"
    capabilities = can(Certainty.SEARCH, search_lag_seconds=60, search_alone_seconds=900)
    lag = 60.0

    look = SimPlatform.listed


class Refusing(SimPlatform):
    """A list of own posts, and the same words are refused while they stand."""

    name = "refusing"
    capabilities = can(
        Certainty.SEARCH,
        Certainty.DUPLICATE_REJECTION,
        search_lag_seconds=60,
        refuses_duplicates=True,
    )
    lag = 60.0

    def accept(self, outgoing: Outgoing, prepared: Prepared) -> Remote:
        if self.said_before(outgoing) is not None:
            raise Rejected("you said that already", status=403, duplicate=True)
        return self.create(outgoing)

    look = SimPlatform.listed


class Naming(SimPlatform):
    """No list. The same words are refused, and the refusal names the post that stands."""

    name = "naming"
    capabilities = can(Certainty.DUPLICATE_REJECTION, refuses_duplicates=True)

    def __init__(self, world: World, machine: Machine, server: Server) -> None:
        super().__init__(world, machine, server)
        self._named: dict[str, Remote] = {}

    def accept(self, outgoing: Outgoing, prepared: Prepared) -> Remote:
        if (post := self.said_before(outgoing)) is not None:
            self._named[outgoing.key] = post
            raise Rejected("you said that already", status=422, duplicate=True)
        return self.create(outgoing)

    def look(self, outgoing: Outgoing, known: frozenset[str]) -> Finding:
        post = self._named.get(outgoing.key)
        if post is None or post.id in known:
            return Finding((), complete=False)
        return Finding((receipt(post),))


class Blind(Refusing):
    """The same words are refused, and that is all anybody learns."""

    name = "blind"
    capabilities = can(Certainty.DUPLICATE_REJECTION, refuses_duplicates=True)

    look = SimPlatform.look


class Nothing(SimPlatform):
    """One call, and no way to ask after it."""

    name = "none"
    capabilities = can(Certainty.NONE)


class Handled(SimPlatform):
    """Two steps: a container that can be asked later, then its publication. Lives for a day."""

    name = "handle"
    capabilities = can(Certainty.HANDLE)
    life: ClassVar[float] = 86_400.0

    async def prepare(self, outgoing: Outgoing) -> Prepared:
        def make() -> Prepared:
            old = self._container(outgoing)
            if old is not None and self._lives(old):
                return {"container": old.id}
            name = f"c{len(self.server.containers) + 1}"
            self.server.containers[name] = Container(name, self.world.loop.at)
            return {"container": name}

        made: Prepared = await self._call("prepare", f"prepare {self._name(outgoing)}", make)
        return made

    def _container(self, outgoing: Outgoing) -> Container | None:
        handle = getattr(outgoing, "handle", None) or {}
        return self.server.containers.get(handle.get("container", ""))

    def _lives(self, container: Container) -> bool:
        return self.world.loop.at - container.created < self.life

    def accept(self, outgoing: Outgoing, prepared: Prepared) -> Remote:
        container = self.server.containers[prepared["container"]]
        if container.post is not None:
            raise Rejected("it was published", status=400, duplicate=True)
        if not self._lives(container):
            raise NotSent("the container has expired")
        container.post = self.create(outgoing)
        return container.post

    def look(self, outgoing: Outgoing, known: frozenset[str]) -> Finding:
        container = self._container(outgoing)
        if container is None:
            return Finding(())  # none was made, or none that could have been used
        return Finding((receipt(container.post),) if container.post else ())


ALL: tuple[type[SimPlatform], ...] = (
    ClientId,
    Handled,
    Keyed,
    KeyIgnored,
    Dropping,
    Searchable,
    Refusing,
    Naming,
    Blind,
    Nothing,
)
BY_NAME = {kind.name: kind for kind in (*ALL, KeyOnly)}
