"""What is to be deleted because no file asks for it any more, and what only looks as if it were.

Deleting cannot be undone: a mistake in a file, a rename, or a change somewhere else is no wish for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.plan.deferred import deferred
from postops.plan.forward import stays
from postops.plan.values import Action, Waiting, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from postops.ledger.delivery import DeliveryState
    from postops.ledger.state import LedgerState
    from postops.plan.values import Terms, Wish


def heirs(wishes: Iterable[Wish]) -> Mapping[tuple[str, str], str]:
    """Which file may hold a removed post under another name: by the old post and the account."""
    found = ((w.renamed_from, w.account, w.path) for w in wishes if w.renamed_from)
    return {(post, account): path for post, account, path in found}


def removed(
    done: DeliveryState, state: LedgerState, terms: Terms, heirs: Mapping[tuple[str, str], str]
) -> Action | Waiting | None:
    """A delivery that is there, and that no file asks for any more."""
    if done.on_remove != "withdraw":
        detail = f"only {len(done.live)} of its {done.parts_total} parts are there"
        return None if done.complete else Waiting(done.name, "removed", detail=detail)
    if kept := _not_surely(done, terms, heirs) or stays(done, terms.past, "removed"):
        return kept
    if other := _also_of(done, state):
        detail = f"what is there is also {other}: `postops withdraw` deletes it"
        return Waiting(done.name, "removed", detail=detail)
    if later := deferred(done, terms.now):
        return later
    platform = terms.platforms.get(done.account)
    if platform is None:
        return Waiting(done.name, "unknown-account", detail=done.account)
    return Action(done.name, done.post, done.account, platform, "withdraw", parse(done.due_at))


def _not_surely(
    done: DeliveryState, terms: Terms, heirs: Mapping[tuple[str, str], str]
) -> Waiting | None:
    files, path = terms.files, done.path or ""
    if heir := heirs.get((done.post, done.account)):
        detail = f"{heir} looks like it: `id: {done.post}` there says that it is"
        return Waiting(done.name, "renamed", detail=detail)
    if path in files.faulty:
        return Waiting(done.name, "invalid", detail=files.faulty[path])
    if path in files.blobs and files.blobs[path] == done.blob:
        detail = "its file is as it was: `postops withdraw` deletes it all the same"
        return Waiting(done.name, "removed", detail=detail)
    if path not in files.blobs and files.unread:
        unread = min(files.unread)
        return Waiting(done.name, "invalid", detail=f"it may be {unread}: {files.faulty[unread]}")
    return None


def _also_of(done: DeliveryState, state: LedgerState) -> str | None:
    """Two posts of the same words, of which a run died, may both have been found in one."""
    mine = {part.remote_id for part in done.live}
    beside = (d for d in state.deliveries.values() if d.account == done.account and d is not done)
    return next((d.post for d in beside if mine & {part.remote_id for part in d.live}), None)
