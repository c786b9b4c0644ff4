"""The ledger for commands that only read: nothing is locked, pushed or written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postops.ledger.anchor import why_held
from postops.ledger.follow import Follower
from postops.ledger.outbox import glance
from postops.ledger.state import apply

if TYPE_CHECKING:
    from pathlib import Path

    from postops.ledger.git_remote import GitRemote
    from postops.ledger.remote import StateHead
    from postops.ledger.state import LedgerState


class View(NamedTuple):
    """`state` holds what is in the outbox, too; `unpushed` counts it. `held` and `folded` as in
    `Ledger`."""

    state: LedgerState
    held: str | None
    head: StateHead
    unpushed: int
    repairs: tuple[str, ...]
    folded: str | None = None


def read(remote: GitRemote, outbox: Path) -> View:
    """Fetch and fold. Raises `LedgerError` and its kinds."""
    head = remote.fetch_sync()
    follower = Follower()
    follower.follow(head)
    left = glance(outbox)
    landed = follower.landed(event["id"] for event in left)
    unpushed = [event for event in left if event["id"] not in landed]
    for event in unpushed:
        apply(follower.state, event)
    repairs = tuple(follower.notes())
    return View(follower.state, why_held(head), head, len(unpushed), repairs, follower.folded)
