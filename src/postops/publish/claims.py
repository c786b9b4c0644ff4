"""What a claim says, and until when it may be used."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from postops.plan import iso

if TYPE_CHECKING:
    from postops.ledger.state import LedgerState
    from postops.plan import Action
    from postops.platforms.base import Platform
    from postops.publish.ports import Loaded, Terms


ONCE_MORE = "nobody can tell whether it is there: the identical payload, once more"
"""The `reason` of a claim under which a part is sent that may be there already."""


def repeats(claim: dict[str, Any], part: int) -> bool:
    """Whether the part may have been sent before this claim, and nobody could tell."""
    return claim.get("reason") == ONCE_MORE and claim.get("part") == part


def seed(genesis: str, delivery: str, part: int, generation: int) -> bytes:
    """What a part's key is made from: the same on every machine, another in every ledger."""
    return hashlib.sha256(f"{genesis}\n{delivery}\n{part}\n{generation}".encode()).digest()


def draft(
    action: Action,
    loaded: Loaded | None,
    platform: type[Platform],
    state: LedgerState,
    now: datetime,
    terms: Terms,
    accepted_at: datetime | None = None,
) -> dict[str, Any]:
    """The `claimed` event of an action. A withdrawal needs no message: `loaded` is `None`.

    `accepted_at` is when a person last accepted a head from which history was missing.
    """
    done = state.delivery(action.delivery)
    name = "publish" if action.action in ("publish", "resume") else action.action
    claim: dict[str, Any] = {
        "type": "claimed",
        "delivery": action.delivery,
        "account": action.account,
        "action": name,
        "part": action.part,
        "parts": done.parts_total,
        "generation": done.generation,
        "attempt": done.attempt + 1,
        "lease_until": iso(now + terms.lease),
        "due_at": iso(action.due_at),
    }
    if action.asked:
        claim["by"] = "postops withdraw"
    if loaded is None:
        last = done.last_commit if name == "withdraw" else done.commit  # its text is not asked for
        return claim | {"commit": last, "blob": done.blob, "path": done.path}
    parts = len(loaded.message.parts)
    keys = dict(done.keys)
    for number in range(1, parts + 1):
        if number not in keys:
            material = seed(state.genesis or "", action.delivery, number, done.generation)
            # By what is due, not by now: a ledger that was cut comes to the same key again.
            keys[number] = platform.claim_key(material, action.due_at or now, number)
    if action.part not in done.part_since and _may_be_forgotten(action, accepted_at):
        claim["since"] = iso(action.due_at)
    return claim | {
        "parts": parts,
        "keys": {str(number): key for number, key in sorted(keys.items())},
        **provenance(loaded),
    }


def _may_be_forgotten(action: Action, accepted_at: datetime | None) -> bool:
    """Whether it was due before history was found missing: then that may have told of it."""
    due = action.due_at
    return accepted_at is not None and due is not None and due <= accepted_at


def provenance(loaded: Loaded) -> dict[str, Any]:
    """What was sent and where it came from: in every event that tells of a message."""
    return {
        "source": loaded.source,
        "payload": loaded.message.digest,
        "commit": loaded.commit,
        "blob": loaded.blob,
        "path": loaded.path,
        "on_edit": loaded.on_edit,
        "on_remove": loaded.on_remove,
    }


def deadline(claim: dict[str, Any], terms: Terms) -> datetime:
    """The last moment for an irreversible call under this claim.

    Early enough that even a request that runs into its time-out, seen by a runner whose clock is
    off by the allowed skew, is over before that runner may take the lease.
    """
    return datetime.fromisoformat(claim["lease_until"]) - terms.lease + terms.window


def fits_the_lease(count: int, terms: Terms, seconds_each: float = 5.0) -> int:
    """How many deliveries of one lane may be claimed at once and still be sent in time."""
    return min(count, max(1, int(terms.window / timedelta(seconds=seconds_each))))
