"""One event, one line of JSON in `state/ledger/YYYY/MM/DD.jsonl`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.clock import Clock

VERSION = 1
_DEEPEST = 100  # orjson writes 254 levels
TYPES = frozenset(
    {
        "bound",
        "claimed",
        "handle",
        "scheduled",
        "unscheduled",
        "published",
        "updated",
        "withdrawn",
        "failed",
        "deferred",
        "released",
        "skipped",
        "in_doubt",
        "resolved",
        "adopted",
        "retried",
        "looked",
        "listed",
        "budget",
        "folded",
    }
)

# An event without v, seq, prev, id, recorded_at and run.
Draft = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The shape of a line. Times are ISO 8601 in UTC with `Z`; absent keys mean: does not apply.

    This is the description behind `schema/ledger-event.schema.json`; the code passes plain dicts.
    """

    v: int = field(metadata={"doc": "version of the format: 1"})
    seq: int = field(metadata={"doc": "place in the ledger, from 1 without a gap"})
    prev: str = field(metadata={"doc": "SHA-256 (hex) of the line before, without its line end"})
    id: str = field(metadata={"doc": "ULID: unique, sorts by the time it was made"})
    recorded_at: str = field(metadata={"doc": "when the run wrote it down, by its own clock"})
    run: str = field(metadata={"doc": "the run that did it"})
    type: str = field(metadata={"doc": "what happened"})
    delivery: str | None = field(default=None, metadata={"doc": "<post>@<account>"})
    account: str | None = field(default=None, metadata={"doc": "of bound and budget"})
    platform: str | None = field(default=None, metadata={"doc": "the account's platform"})
    action: str | None = field(
        default=None, metadata={"doc": "publish, update, withdraw, schedule, cancel or confirm"}
    )
    part: int | None = field(default=None, metadata={"doc": "number in the thread, from 1"})
    parts: int | None = field(default=None, metadata={"doc": "how many parts the thread has"})
    attempt: int | None = field(default=None, metadata={"doc": "how many claims so far"})
    generation: int | None = field(default=None, metadata={"doc": "1; one more after a retry"})
    keys: dict[str, str] | None = field(default=None, metadata={"doc": "idempotency key by part"})
    source: str | None = field(default=None, metadata={"doc": "digest of what was approved"})
    payload: str | None = field(default=None, metadata={"doc": "digest of what is sent"})
    commit: str | None = field(default=None, metadata={"doc": "content commit it was read from"})
    blob: str | None = field(default=None, metadata={"doc": "git blob of the post's file"})
    path: str | None = field(default=None, metadata={"doc": "the post's file"})
    lease_until: str | None = field(default=None, metadata={"doc": "nobody else acts before"})
    due_at: str | None = field(default=None, metadata={"doc": "when it should have been sent"})
    since: str | None = field(
        default=None, metadata={"doc": "when it may have been sent first, if history is missing"}
    )
    remote_id: str | None = field(default=None, metadata={"doc": "the platform's id of the part"})
    url: str | None = field(default=None, metadata={"doc": "where people see it"})
    scheduled_id: str | None = field(
        default=None, metadata={"doc": "the platform's id of what it is to publish by itself"}
    )
    refused: bool | None = field(
        default=None, metadata={"doc": "the platform does not take it ahead: a run sends it"}
    )
    extra: dict[str, str] | None = field(default=None, metadata={"doc": "what a later call needs"})
    published_at: str | None = field(default=None, metadata={"doc": "by the platform's clock"})
    lateness: float | None = field(default=None, metadata={"doc": "seconds after due_at"})
    on_edit: str | None = field(default=None, metadata={"doc": "ignore or update"})
    on_remove: str | None = field(default=None, metadata={"doc": "keep or withdraw"})
    error: str | None = field(default=None, metadata={"doc": "the platform's refusal, in words"})
    status: int | None = field(default=None, metadata={"doc": "HTTP status of the refusal"})
    until: str | None = field(default=None, metadata={"doc": "deferred to"})
    reason: str | None = field(default=None, metadata={"doc": "why, for a person"})
    unsent: bool | None = field(
        default=None, metadata={"doc": "nothing was called under the claim from this part on"}
    )
    again: bool | None = field(
        default=None, metadata={"doc": "it may have been sent before: to be looked for once more"}
    )
    candidates: list[Any] | None = field(default=None, metadata={"doc": "what may be the post"})
    claim: str | None = field(default=None, metadata={"doc": "id of the claim this is about"})
    outcome: str | None = field(default=None, metadata={"doc": "published or not-published"})
    by: str | None = field(default=None, metadata={"doc": "who resolved it or asked for it"})
    identity: dict[str, str] | None = field(default=None, metadata={"doc": "id, handle, url"})
    was: str | None = field(default=None, metadata={"doc": "the account's name before"})
    prepared: dict[str, Any] | None = field(default=None, metadata={"doc": "handle to finish with"})
    posts: int | None = field(
        default=None, metadata={"doc": "listed to find something out, where each is charged for"}
    )
    budget: dict[str, Any] | None = field(default=None, metadata={"doc": "what calls have cost"})
    digest: str | None = field(
        default=None, metadata={"doc": "of the snapshot, state/folded.jsonl"}
    )
    upto: int | None = field(default=None, metadata={"doc": "seq of the last event folded into it"})


def stamp(draft: Draft, clock: Clock, run: str) -> dict[str, Any]:
    """An event that still lacks its place in the chain. Keys without a value are left out.

    Raises `ValueError` for an unknown type: that is a fault of the caller.
    """
    if draft.get("type") not in TYPES:
        raise ValueError(f"unknown event type: {draft.get('type')!r}")
    at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {key: value for key, value in draft.items() if value is not None}
    return event | {"v": VERSION, "id": clock.new_id(), "recorded_at": at, "run": run}


def encode(event: Mapping[str, Any]) -> bytes:
    """One line, without its end; keys sorted.

    Never fails on what a platform may have said: an outcome that cannot be written is lost.
    """
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    try:
        return orjson.dumps(event, option=options)
    except orjson.JSONEncodeError:
        return orjson.dumps(_plain(event), option=options)


def _plain(value: Any, depth: int = 0) -> Any:
    """Without lone surrogates, numbers beyond 64 bits, foreign objects and what nests too deep."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner, depth + 1) for inner in value]
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return value
    return str(value).encode("utf-8", "replace").decode()
