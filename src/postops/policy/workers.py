"""Many files examined by several processes, where that is worth a fork.

Each process takes every n-th handful of files and hands its rows back as JSON through a pipe. A process that
fails has its share examined here, so that what went wrong is raised where it can be seen.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from postops.policy.cache import Row, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from postops.content.source import Entry
    from postops.policy.cache import Cache
    from postops.policy.card import Card
    from postops.policy.subjects import Context

WORTH_A_FORK = 300
"""Files below which one process is as quick."""

HANDFUL = 7
"""Files that are shared out together."""


def examine_all(
    entries: Sequence[Entry], context: Context, cache: Cache | None, jobs: int | None
) -> list[Row]:
    """The rows of all files, in their order: from the cache where nothing has changed.

    Posts are looked at briefly; those that look alike, once more, to know whether they are.
    """
    known = {} if cache is None else cache.fresh(entries)
    waiting = [entry for entry in entries if entry.path not in known]
    made = {row.path: row for row in _examined(waiting, context, jobs)}
    doubtful = _alike((*known.values(), *made.values()))
    again = [entry for entry in entries if entry.path in doubtful]
    for row in _examined(again, context._replace(brief=False), jobs):
        known.pop(row.path, None)
        made[row.path] = row
    if cache is not None:
        cache.keep(known, made)
    return [known.get(entry.path) or made[entry.path] for entry in entries]


def _alike(found: Iterable[Row]) -> set[str]:
    """The posts that were not rendered and look like another on the same account."""
    first: dict[tuple[str, str], Card] = {}
    alike: set[str] = set()
    for row in found:
        if row.card is None:
            continue
        for account, sent in row.card.sent.items():
            for look in sent.looks.split():
                other = first.setdefault((account, look), row.card)
                if other is not row.card:
                    both = (other, row.card)
                    alike.update(one.path for one in both if not one.sent[account].payload)
    return alike


def _examined(entries: Sequence[Entry], context: Context, jobs: int | None) -> list[Row]:
    number = processors() if jobs is None else jobs
    if number < 2 or len(entries) <= WORTH_A_FORK or not _may_fork():
        return rows(entries, context)
    shares = [[*_share(entries, start, number)] for start in range(number)]
    children = [_start(share, context) for share in shares[1:]]
    try:
        found = rows(shares[0], context)
        for share in shares[1:]:
            found += _collect(share, children.pop(0), context)
        return found
    finally:
        for pid, pipe in children:  # only after a failure: a child whose pipe is closed ends
            os.close(pipe)
            os.waitpid(pid, 0)


def _share(entries: Sequence[Entry], start: int, number: int) -> Iterator[Entry]:
    """Every n-th handful: neighbours are alike, and so are posts at regular distances."""
    for at in range(start * HANDFUL, len(entries), number * HANDFUL):
        yield from entries[at : at + HANDFUL]


def rows(entries: Sequence[Entry], context: Context) -> list[Row]:
    """Examine files here and now."""
    from postops.policy.check import examine_entries

    return [Row.of(one) for one in examine_entries(entries, context)]


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_fork() -> bool:
    # A fork copies one thread only; locks that others hold would be held for ever.
    return hasattr(os, "fork") and threading.active_count() == 1


def _start(share: Sequence[Entry], context: Context) -> tuple[int, int]:
    """A child at work on its share, and the pipe it will answer through."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(to_json(rows(share, context)))
        status = 0
    finally:
        os._exit(status)  # nothing of the parent's is to be flushed or closed twice


def _collect(share: Sequence[Entry], child: tuple[int, int], context: Context) -> list[Row]:
    pid, pipe = child
    with os.fdopen(pipe, "rb") as file:
        answer = file.read()
    _, status = os.waitpid(pid, 0)
    return from_json(answer) if status == 0 else rows(share, context)
