"""What people do to a world besides editing posts, each at its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from postops.plan import iso
from tests.ledger.memory_remote import MemoryHead
from tests.simulation.clock import moment

if TYPE_CHECKING:
    from tests.simulation.world import World

AGAIN = 600.0  # seconds until a person whom something did not work for tries again


@dataclass(frozen=True)
class Upset:
    """Something that happens at a time."""

    at: float

    def happen(self, world: World) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Cut(Upset):
    """The state branch is forced `back` commits, or deleted (`None`). The anchor stays.

    After `accepted` seconds a person says that this is the ledger now.
    """

    back: int | None
    accepted: float

    def happen(self, world: World) -> None:
        cloud = world.cloud
        head: MemoryHead | None = cloud.head
        for _ in range(99_999 if self.back is None else self.back):
            head = head.parent if head is not None else None
        if head is cloud.head or cloud.head.anchor is None:
            return
        whole = head or MemoryHead(None, None, {})
        cloud.head = replace(whole, anchor=cloud.head.anchor)
        world.checker.was_cut()
        world.loop.at_time(world.loop.at + self.accepted, lambda: self._looked(world))

    def _looked(self, world: World) -> None:
        if world.checker.cut and not world.faults.calm:
            world.accept()
            world.loop.at_time(world.loop.at + AGAIN, lambda: self._looked(world))


@dataclass(frozen=True)
class Gone(Upset):
    """People delete a post on the platform: the newest but `which`."""

    account: str
    which: int = 0

    def happen(self, world: World) -> None:
        server = world.servers[self.account]
        live = [post for post in reversed(server.posts) if post.live]
        if live:
            post = live[self.which % len(live)]
            post.live, post.taken = False, True
            world.checker.taken(post)


@dataclass(frozen=True)
class Rewound(Upset):
    """The tip is an older commit again, by `back` commits, for so many seconds, or (`None`) for good.

    What is edited meanwhile goes on from there; then the newer one is merged into it.
    """

    back: int
    lasts: float | None

    def happen(self, world: World) -> None:
        was = world.content.rewind(self.back)
        if was is None:
            return
        world.checker.counts["rewound"] += 1
        older = world.content.tip
        if self.lasts is not None:
            until = world.loop.at + self.lasts
            world.loop.at_time(until, lambda: world.content.restore(was, older))


@dataclass(frozen=True)
class Renaming(Upset):
    """An account is renamed in the configuration, with `was:`."""

    account: str
    to: str

    def happen(self, world: World) -> None:
        world.rename(self.account, self.to)


@dataclass(frozen=True)
class Ahead(Upset):
    """A machine whose clock is `by` seconds ahead writes something harmless into the ledger."""

    by: float

    def happen(self, world: World) -> None:
        account = next(iter(world.content.tip.platforms))
        budget = {"remaining": 1, "limit": 9, "reset_at": iso(moment(0.0))}
        world.person([{"type": "budget", "account": account, "budget": budget}], skew=self.by)
