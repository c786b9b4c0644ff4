"""The ledger's files, and the proof that no line was changed, lost or put in between.

Every line holds the SHA-256 of the line before it. A last line without its line end that does not
parse is what a crash while writing leaves: it is set aside, and the next write removes it.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from postops.errors import LedgerDamaged, LedgerVersion
from postops.ledger.events import TYPES, VERSION, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

STATE = "state/"
LEDGER = "state/ledger/"
_DAY = re.compile(r"state/ledger/\d{4}/\d{2}/\d{2}\.jsonl")


class Link(NamedTuple):
    """Where the chain ends: the last number and the hash of the last line."""

    seq: int = 0
    tip: str = ""


class Verified(NamedTuple):
    """The events of some lines, where the chain then ends, and the torn piece, if there is one."""

    events: list[dict[str, Any]]
    link: Link
    torn: bytes = b""


def is_day(path: str) -> bool:
    """Whether a path is a daily file of the ledger."""
    return _DAY.fullmatch(path) is not None


def day_path(now: datetime, newest: str | None) -> str:
    """The file to append to: today's, but never one older than the newest (a clock behind)."""
    today = f"{LEDGER}{now:%Y/%m/%d}.jsonl"
    return today if newest is None or newest < today else newest


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """Whole lines, and what follows the last line end."""
    lines = data.split(b"\n")
    return lines[:-1], lines[-1]


def verify(
    path: str, data: bytes, link: Link, *, first_line: int = 1, newest: bool = True
) -> Verified:
    """Read the lines of one file that follow `link`.

    Raises `LedgerDamaged` naming file and line, `LedgerVersion` for a line of a newer postops.
    """
    lines, rest = split(data)
    if rest and _parses(rest):
        lines.append(rest)
        rest = b""
    elif rest and not newest:
        raise _damaged(path, first_line + len(lines), "the line is cut off")
    events, link = _follow(path, lines, link, first_line)
    return Verified(events, link, rest)


def _follow(
    path: str, lines: Sequence[bytes], link: Link, first_line: int
) -> tuple[list[dict[str, Any]], Link]:
    seq, tip = link
    events: list[dict[str, Any]] = []
    keep, parse = events.append, orjson.loads
    for line in lines:
        try:
            event = parse(line)
            if event["v"] != VERSION or event.get("type") not in TYPES:
                raise _newer(path, first_line + len(events), event)
            seq += 1
            if event["prev"] != tip or event["seq"] != seq:
                raise _damaged(path, first_line + len(events), _break(event, seq))
            event["id"], event["recorded_at"], event["run"]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(path, first_line + len(events), "not an event") from error
        tip = sha256(line).hexdigest()
        keep(event)
    return events, Link(seq, tip)


def extend(events: Iterable[dict[str, Any]], link: Link) -> tuple[list[bytes], Link]:
    """Give events their places after `link` (in place) and write their lines."""
    lines = []
    seq, tip = link
    for event in events:
        seq += 1
        event["seq"], event["prev"] = seq, tip
        line = encode(event)
        tip = sha256(line).hexdigest()
        lines.append(line)
    return lines, Link(seq, tip)


def _parses(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except ValueError:
        return False


def _break(event: dict[str, Any], seq: int) -> str:
    if event["seq"] != seq:
        return f"event {event['seq']} stands where {seq} belongs"
    return "the line before it was changed (the hash chain is broken)"


def _newer(path: str, line: int, event: dict[str, Any]) -> LedgerVersion:
    where = f"{path}:{line}"
    return LedgerVersion(
        f"{where}: written by a newer postops (version {event['v']}, type {event.get('type')})",
        help="upgrade postops",
        where=where,
    )


def _damaged(path: str, line: int, what: str) -> LedgerDamaged:
    where = f"{path}:{line}"
    return LedgerDamaged(
        f"{where}: {what}",
        help="look at its history (git log -p) and restore the last good commit",
        where=where,
    )
