"""Three ways to publish from files in git, each with the state it keeps.

All of them hear of an error as the publisher does, and none sends a key of its own choice: what a
platform could do for them, they do not ask for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

import orjson

from postops.errors import LedgerConflict, LedgerError, PlatformError, PostopsError
from postops.model import Outgoing
from tests.simulation.clock import moment
from tests.simulation.content import message
from tests.simulation.remote import SimRemote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from postops.model import Receipt
    from tests.simulation.content import Commit, PostSpec
    from tests.simulation.machine import Machine
    from tests.simulation.peers.world import PeerWorld

STATE = "state/ledger/processed.json"
TRIES = 5
DEEPEST = 3  # retry files of a retry file, before people give up


@dataclass(frozen=True)
class Seat:
    """One run: its machine, and the files that were added in the push it was started for."""

    world: PeerWorld
    machine: Machine
    added: tuple[str, ...]

    async def content(self) -> Commit:
        """Fetch the content branch. Raises `PostopsError`."""
        fault = self.world.step(self.machine, "content", "content")
        await self.machine.until(self.world.loop.at + self.world.latency())
        if fault == "unreachable":
            raise PostopsError("the content branch cannot be reached")
        if fault == "crash-after":
            self.machine.kill()
        return self.world.content.tip

    async def post(self, spec: PostSpec, account: str) -> None:
        """Send every part, one after the other. Raises `PlatformError` at the first that fails."""
        platform = self.world.adapter(self.machine, account)
        sent = message(spec.id, spec.texts, account, platform.name)
        parent: Receipt | None = None
        for part in sent.parts:
            now, key = moment(self.world.loop.at), f"{self.machine.name} {self.world.steps}"
            outgoing = Outgoing(sent, part, key, now, now, parent=parent)
            prepared = await platform.prepare(outgoing)
            parent = await platform.publish(outgoing, prepared)

    async def tried(self, spec: PostSpec, account: str) -> bool:
        """`post`, and whether it said that it worked."""
        try:
            await self.post(spec, account)
        except PlatformError:
            return False
        return True


class State:
    """A JSON file on a branch of its own."""

    def __init__(self, seat: Seat) -> None:
        self._remote = SimRemote(seat.world, seat.machine)

    async def read(self) -> dict[str, Any]:
        """What is there. Raises `LedgerError`."""
        data = (await self._remote.fetch()).read(STATE)
        return dict(orjson.loads(data)) if data else {}

    async def overwrite(self, what: Mapping[str, Any]) -> None:
        """Replace it, whatever is there by now. Raises `LedgerError`."""
        head = await self._remote.fetch()
        await self._remote.push(head, {STATE: orjson.dumps(what)}, "processed")

    async def add(self, key: str) -> None:
        """Add one line to what is there. Raises `LedgerError` after a few tries."""
        for attempt in range(TRIES):
            head = await self._remote.fetch()
            known = orjson.loads(head.read(STATE) or b"{}")
            if key in known:
                return
            try:
                await self._remote.push(head, {STATE: orjson.dumps(known | {key: True})}, key)
            except LedgerConflict:
                if attempt == TRIES - 1:
                    raise
            else:
                return


class Ending(NamedTuple):
    """How a run ended: `red` where people see that something went wrong.

    `again` are files that come in once more under another name, and for which accounts.
    """

    red: bool = False
    again: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Algorithm(Protocol):
    """One run of it, whatever started it."""

    async def __call__(self, seat: Seat) -> Ending: ...


async def at_the_end(seat: Seat) -> Ending:
    """Read the file, post everything that is not in it, write it once: the last writer wins.

    What failed is in the file as failed, and comes in again as `retry-1_…`. A run that cannot
    write the file leaves a retry file for all it did. The retry file stands in for the first.
    """
    state = State(seat)
    known = await state.read()
    new = [spec for spec in (await seat.content()).posts.values() if spec.file not in known]
    for spec in new:
        known[spec.file] = {name: await seat.tried(spec, name) for name in spec.accounts}
    if not new:
        return Ending()
    try:
        await state.overwrite(known)
    except LedgerError:
        return Ending(red=True, again=tuple((spec.id, spec.accounts) for spec in new))
    failed = [
        (spec.id, tuple(name for name, worked in known[spec.file].items() if not worked))
        for spec in new
    ]
    return Ending(again=tuple((post, names) for post, names in failed if names))


async def after_each(seat: Seat) -> Ending:
    """Post what is not in the file, and add it to the file right after; the next run tries again.

    A push that is refused is made again on what is there by then; nothing is claimed.
    """
    state = State(seat)
    known = await state.read()
    red = False
    for spec in (await seat.content()).posts.values():
        for account in spec.accounts:
            key = f"{spec.file} {account}"
            if key not in known:
                if await seat.tried(spec, account):
                    await state.add(key)
                else:
                    red = True
    return Ending(red)


async def added_in_this_push(seat: Seat) -> Ending:
    """Post the files that this push added. No state: what was posted is what the event says."""
    if not seat.added:
        return Ending()
    posts = (await seat.content()).posts
    worked = [
        await seat.tried(posts[name], account)
        for name in seat.added
        for account in posts[name].accounts
    ]
    return Ending(red=not all(worked))


ALGORITHMS: dict[str, Algorithm] = {
    "record once at the end": at_the_end,
    "record after each post": after_each,
    "files added in this push": added_in_this_push,
}


def renamed(spec: PostSpec, accounts: tuple[str, ...]) -> PostSpec | None:
    """The retry file of a file; `None` where people have had enough of it."""
    folder, _, name = spec.file.rpartition("/")
    depth = name.count("retry-")
    if depth >= DEEPEST:
        return None
    return replace(spec, path=f"{folder}/retry-{depth + 1}_{name}", accounts=accounts)
