"""`refs/postops/anchor` remembers the last head: a ledger that was lost or rewound is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.ledger.chain import LEDGER

if TYPE_CHECKING:
    from postops.ledger.remote import StateHead


def why_held(head: StateHead) -> str | None:
    """Why nothing may be done on this head; `None` where the anchor vouches for it."""
    if head.anchor is None:
        if head.paths(LEDGER):
            return (
                "there is a ledger but no refs/postops/anchor to vouch for it (a fork, a mirror?)"
            )
        return None
    if head.sha is None:
        return f"the state branch is missing, but the anchor remembers {head.anchor[:12]}"
    if not head.descends():
        return f"the state branch was rewritten: {head.sha[:12]} does not follow {head.anchor[:12]}"
    return None
