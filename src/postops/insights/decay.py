"""How often a post is counted: the older it is, the less its counts move.

| age of the post | counted |
|---|---|
| up to 2 days | with every pull |
| up to 14 days | daily |
| up to 60 days | weekly |
| up to a year | every four weeks |
| older | no more, unless asked for |

Every count is a call, and on some platforms money: X charges for each post it is asked about, each
time. A post that is counted by this table costs about 35 reads in its life with one pull a day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postops.ledger.remote import StateHead

FOLDER = "state/metrics/"
YEAR = timedelta(days=365)

# A pull that comes a few hours early counts as the day's.
_EARLY = timedelta(hours=4)
_STEPS = (
    (timedelta(days=2), timedelta(0)),
    (timedelta(days=14), timedelta(days=1) - _EARLY),
    (timedelta(days=60), timedelta(days=7) - _EARLY),
)
_SLOWEST = timedelta(days=28) - _EARLY

Last = dict[tuple[str, int], datetime]
"""When each part, named by delivery and number, was counted last."""


def day_path(at: datetime) -> str:
    """The file the snapshots of a moment go to."""
    return f"{FOLDER}{at:%Y/%m/%d}.jsonl"


def is_due(age: timedelta, since_last: timedelta | None) -> bool:
    """Whether a post is to be counted; `since_last` is `None` where it never was."""
    if since_last is None:
        return True
    for up_to, every in _STEPS:
        if age <= up_to:
            return since_last >= every
    return since_last >= _SLOWEST


def last_counts(head: StateHead, now: datetime) -> Last:
    """When each part was counted last, as far back as `is_due` looks."""
    oldest = day_path(now - _SLOWEST)
    paths = [path for path in head.listing(FOLDER) if oldest <= path and path.endswith(".jsonl")]
    last: Last = {}
    for data in head.read_many(paths).values():
        for part, at in _counts(data.splitlines()):
            last[part] = max(at, last.get(part, at))
    return last


def _counts(lines: Iterable[bytes]) -> Iterable[tuple[tuple[str, int], datetime]]:
    """A line that cannot be read only costs one more count."""
    for line in lines:
        try:
            found = orjson.loads(line)
            at = datetime.fromisoformat(found["at"]).astimezone(UTC)
            yield (found["delivery"], found["part"]), at
        except (ValueError, KeyError, TypeError):
            continue
