"""Which new posts look like published ones under another name: only a person can say.

Looked at with every plan and not once a run: another run may publish the old name meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from postops.ledger.delivery import DeliveryState
    from postops.ledger.state import LedgerState
    from postops.plan.values import Wish


def with_renames(
    wishes: Sequence[Wish], state: LedgerState, paths: Collection[str]
) -> Sequence[Wish]:
    """Set `renamed_from` of new posts that hold what a vanished one held, or stand in its place.

    `paths` are the files on the content branch.
    """
    fresh = [wish for wish in wishes if not _maybe_there(state.deliveries.get(wish.delivery))]
    if not fresh:
        return wishes
    gone, here = _missed({wish.delivery for wish in wishes}, state, paths)
    found = {}
    for wish in fresh:
        old = here.get(wish.path) or gone.get(wish.source or "") or gone.get(wish.blob)
        if old and old != wish.post:
            found[wish.delivery] = wish._replace(renamed_from=old)
    return [found.get(wish.delivery, wish) for wish in wishes] if found else wishes


def _missed(
    wished: Collection[str], state: LedgerState, paths: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Posts that may be out and are not asked for any more: by content, and by a path still there."""
    gone: dict[str, str] = {}
    here: dict[str, str] = {}
    for done in state.deliveries.values():
        if done.name in wished or not _maybe_there(done) or done.path is None:
            continue
        if done.path in paths:
            here[done.path] = done.post
        else:
            gone |= dict.fromkeys(_marks(done), done.post)
    return gone, here


def _marks(done: DeliveryState) -> set[str]:
    """Digests of what is there, and of what an update may have made of it."""
    claim = done.claim if done.action == "update" else None
    update = claim or done.perhaps_changed or {}
    marks = {done.source, done.blob, update.get("source"), update.get("blob")}
    return {mark for mark in marks if mark}


def _maybe_there(done: DeliveryState | None) -> bool:
    """Whether something of it may have been sent, or is to be sent by the platform."""
    if done is None:
        return False
    return bool(done.parts or done.claim or done.phase in ("in_doubt", "scheduled"))
