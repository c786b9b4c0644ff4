"""A platform that publishes by itself what it was handed ahead, and all that can go wrong with that.

Words decide what its server does: `slow` ones come ten minutes late, `dropped` ones never. In all
others there is a moment in which a post waits no longer, and is not there yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from postops.errors import Rejected
from postops.model import Certainty, Entries, Entry, NativeSchedule, Outgoing, Source
from tests.simulation.clock import START, moment
from tests.simulation.platforms import BY_NAME, Keyed, SimPlatform, can, receipt

if TYPE_CHECKING:
    from datetime import datetime

    from postops.model import Receipt
    from postops.platforms.base import Prepared

LEAD = 300
GAP = 5.0  # seconds, at most: less than the listing may lag
SLOW = 600.0
_EXACT = timedelta(seconds=1)


@dataclass(slots=True)
class Kept:
    """What waits at the server. `since` and `due` in seconds of the world."""

    id: str
    outgoing: Outgoing
    since: float
    due: float


class Native(Keyed):
    """As `keyed`, and publishes by itself. Its key says nothing about what is handed ahead."""

    name = "native"
    capabilities = can(
        Certainty.IDEMPOTENCY_KEY,
        Certainty.SEARCH,
        idempotency_seconds=3600,
        search_lag_seconds=10,
        native_schedule=NativeSchedule(LEAD, 300, 25, Source("the simulation", "2026-01-01")),
    )

    async def schedule(
        self, outgoing: Outgoing, prepared: Prepared, at: datetime
    ) -> Entry | Receipt:
        what = f"{outgoing.message.post}@{outgoing.message.account} #1 ahead"
        self.world.checker.handing(self.machine, self.server, outgoing, at)
        due = (at - START).total_seconds()
        answer: Entry | Receipt = await self._call(
            "publish", what, lambda: self._keep(outgoing, due), doubt=True
        )
        return answer

    def _keep(self, outgoing: Outgoing, due: float) -> Entry | Receipt:
        now, server = self.world.loop.at, self.server
        if due <= now:
            return receipt(self.create(outgoing))
        if due <= now + LEAD:
            raise Rejected("that is too soon", status=422)
        server.handed += 1
        kept = Kept(f"{server.account}-later-{server.handed}", outgoing, now, due)
        server.entries[kept.id] = kept
        late = SLOW if "slow" in outgoing.part.text else 0.0
        self.world.loop.at_time(due + late, lambda: self._due(kept))
        return Entry(kept.id, moment(due))

    def _due(self, kept: Kept) -> None:
        if self.server.entries.pop(kept.id, None) is None:
            return
        self.world.checker.by_itself(self.server, kept)
        if "dropped" not in kept.outgoing.part.text:
            gap = self.world.lag(GAP)
            self.world.loop.at_time(self.world.loop.at + gap, lambda: self.create(kept.outgoing))

    async def scheduled(
        self, outgoing: Outgoing, at: datetime, *, known: frozenset[str]
    ) -> Entries:
        def waiting() -> Entries:
            return Entries(
                tuple(
                    Entry(one.id, moment(one.due))
                    for one in self.server.entries.values()
                    if one.id not in known
                    and one.outgoing.part.text == outgoing.part.text
                    and abs(moment(one.due) - at) < _EXACT
                )
            )

        found: Entries = await self._call("read", f"waiting {outgoing.message.post}", waiting)
        return found

    async def pending(self, entry: str) -> Entry | None:
        def there() -> Entry | None:
            kept = self.server.entries.get(entry)
            return Entry(kept.id, moment(kept.due)) if kept else None

        found: Entry | None = await self._call("read", f"pending {entry}", there)
        return found

    async def unschedule(self, entry: str) -> bool:
        def gone() -> bool:
            return self.server.entries.pop(entry, None) is not None

        was: bool = await self._call("change", f"unschedule {entry}", gone)
        return was


def kind_of(name: str) -> type[SimPlatform]:
    """The class of simulated platforms with this name."""
    return Native if name == Native.name else BY_NAME[name]
