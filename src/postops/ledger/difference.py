"""What the anchor remembers and what the head holds, event by event: for a person to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from postops.errors import LedgerError
from postops.ledger.chain import LEDGER, is_day, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postops.ledger.remote import StateHead

_AT_ONCE = 100  # daily files held in memory

Events = list[dict[str, Any]]


class Difference(NamedTuple):
    """Events of one head only, oldest first; and how many both have.

    `readable` is false where the anchor's own commit is not to be had any more.
    """

    missing: Events
    new: Events
    common: int
    readable: bool = True


def difference(anchored: StateHead, head: StateHead) -> Difference:
    """What `head` lacks of what `anchored` held, and what it has instead.

    Lines that are no events count on neither side.
    """
    now = {event["id"]: event for event in _events(head)}
    try:
        before = {event["id"]: event for event in _events(anchored)}
    except LedgerError:
        return Difference([], list(now.values()), 0, readable=False)
    missing = [event for id_, event in before.items() if id_ not in now]
    new = [event for id_, event in now.items() if id_ not in before]
    return Difference(missing, new, len(now) - len(new))


def _events(head: StateHead) -> Iterator[dict[str, Any]]:
    days = sorted(filter(is_day, head.listing(LEDGER)))
    for start in range(0, len(days), _AT_ONCE):
        for data in head.read_many(days[start : start + _AT_ONCE]).values():
            yield from _parsed(data)


def _parsed(data: bytes) -> Iterator[dict[str, Any]]:
    lines, rest = split(data)
    for line in (*lines, rest):
        try:
            event = orjson.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("id"), str):
            yield event
