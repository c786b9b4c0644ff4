"""Where a publisher is killed: one table of names, and the hand that does it.

No failpoint stands in production code: `child.py` watches the ports and calls `passing` with these
names. No adapter has the certainty `handle` yet, so there is no kill behind a handle that was
written down; the simulator covers it.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Point(NamedTuple):
    """What happens there. `needs`: the work without which no run comes by. `most`: how often one
    run comes by, roughly. `doubt`: only a run that settles what a dead run left comes by.
    """

    what: str
    needs: str = ""
    most: int = 1
    doubt: bool = False


POINTS: dict[str, Point] = {
    # the ledger's remote
    "fetch.before": Point("before the state branch is fetched"),
    "fetch.during": Point("git is fetching, and lives on"),
    "fetch.together": Point("git is fetching, and dies as well", most=2),
    "fetch.after": Point("the head is here, nothing is folded"),
    "fold.after": Point("the state is folded"),
    "content.after": Point("the content branch is here"),
    "push.before": Point("before git pushes the ledger", most=3),
    "push.started": Point("git has just been started, and lives on", most=3),
    "push.during": Point("git is pushing, and lives on", most=3),
    "push.together": Point("git is pushing, and dies as well", most=3),
    "push.after": Point("the push landed, nobody took note", most=3),
    "claim.landed": Point("the claim is ours, nothing is sent"),
    # the disk
    "outbox.before": Point("before an outcome is written down", most=3),
    "outbox.half": Point("half of its line is on the disk", most=3),
    "outbox.after": Point("it is written, the disk may be at it", most=3),
    "outbox.synced": Point("it is on the disk, not pushed", most=3),
    "outbox.settling": Point("it is pushed, the outbox not forgotten", most=2),
    "copy.before": Point("before the reading copy is refreshed"),
    "close.before": Point("all is done but the last step"),
    # the platform
    "login.before": Point("before a login leaves", most=2),
    "login.acted": Point("logged in, the answer not read", most=2),
    "media.before": Point("before an upload leaves", needs="image", most=2),
    "media.half": Point("half of an upload is on the wire", needs="image", most=2),
    "media.acted": Point("uploaded, the answer not read", needs="image", most=2),
    "prepare.after": Point("all is prepared for the call", most=3),
    "create.before": Point("before the call leaves", most=3),
    "create.half": Point("half of the call is on the wire", most=3),
    "create.flying": Point("the whole call is on the wire", most=3),
    "create.acted": Point("the server acted, the answer is not read", most=3),
    "create.read": Point("the answer is read, nothing is written", most=3),
    "part.recorded": Point("between the parts of a thread", needs="thread", most=3),
    "delete.before": Point("before a post is deleted", needs="removal"),
    "delete.acted": Point("deleted, the answer not read", needs="removal"),
    "update.before": Point("before a post is changed", needs="edit"),
    "update.acted": Point("changed, the answer not read", needs="edit"),
    # settling what a dead run left
    "find.before": Point("before a dead run's post is looked for", doubt=True),
    "find.acted": Point("the platform was asked, the answer not read", doubt=True),
    "settle.after": Point("it is settled, nothing is written", doubt=True),
    # the flush after SIGTERM
    "flush.before": Point("asked to stop; before the flush pushes"),
    "flush.during": Point("asked to stop; git is pushing the flush"),
    "flush.after": Point("asked to stop; the flush is through"),
    # by another hand, at any moment
    "outside.alone": Point("killed from outside; its git lives on"),
    "outside.together": Point("killed from outside, its git as well"),
}


class Killer:
    """Kills this process at the n-th passage of one point."""

    def __init__(self, point: str | None, nth: int = 1, delay: float = 0.0) -> None:
        self.point = point
        self.left = nth
        self.delay = delay

    def armed(self, *names: str) -> bool:
        return self.point in names

    def passing(self, name: str, first: Callable[[], object] | None = None) -> None:
        """Die here, if it is the place and the time; `first` is done before."""
        if name not in POINTS:
            raise KeyError(name)
        if name != self.point:
            return
        self.left -= 1
        if self.left == 0:
            if first is not None:
                first()
            die()


def die() -> None:
    """What no handler sees and no `finally` survives."""
    os.kill(os.getpid(), signal.SIGKILL)
