"""Repositories: records by path, swaps, commits. One write is one commit, whole or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from . import lexicon
from .cid import cid_of
from .errors import XrpcError, invalid
from .tid import is_tid, next_tid

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

Action = Literal["create", "update", "delete"]

_RKEY = re.compile(r"[a-zA-Z0-9_~.:-]{1,512}")
_NSID = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)*\.[a-zA-Z][a-zA-Z0-9]*")


@dataclass(frozen=True, slots=True)
class Write:
    """One prepared change. `value` and `cid` are None for a deletion."""

    action: Action
    collection: str
    rkey: str
    value: dict[str, Any] | None = None
    cid: str | None = None
    validated: bool = False

    @property
    def path(self) -> str:
        """Where it lives in the repository."""
        return f"{self.collection}/{self.rkey}"


def repo_of(world: World, did: str) -> dict[str, Any]:
    """Return an account's repository document."""
    repo = world.shelf("bluesky", "repos", did)
    if not repo:
        repo |= {"records": {}, "gone": [], "blobs": {}, "rev": next_tid(world), "commit": ""}
        repo["commit"] = cid_of({"did": did, "rev": repo["rev"]})
    return repo


def prepare(
    world: World,
    account: SandboxAccount,
    action: Action,
    given: dict[str, Any],
) -> Write:
    """Check one write against names, lexicon and blobs. Raises XrpcError."""
    collection, rkey = given.get("collection"), given.get("rkey")
    if not isinstance(collection, str) or _NSID.fullmatch(collection) is None:
        raise invalid(f'Invalid NSID (got "{collection}") at $.collection')
    if rkey is None and action == "create":
        rkey = next_tid(world)
    if not isinstance(rkey, str) or _RKEY.fullmatch(rkey) is None or rkey in (".", ".."):
        raise invalid(f'Invalid record key (got "{rkey}") at $.rkey')
    if action == "delete":
        return Write(action, collection, rkey)
    value = given.get("record", given.get("value"))
    if not isinstance(value, dict):
        raise invalid('Missing required key "record" at $')
    return _prepare_record(world, account, action, given.get("validate"), collection, rkey, value)


def _prepare_record(
    world: World,
    account: SandboxAccount,
    action: Action,
    validate: bool | None,
    collection: str,
    rkey: str,
    value: dict[str, Any],
) -> Write:
    value = {"$type": collection, **value}
    if value["$type"] != collection:
        raise invalid(f"Invalid $type: expected {collection}, got {value['$type']}")
    validated = False
    if validate is not False:
        validated = _validate(collection, rkey, value, required=validate is True)
    try:
        cid = cid_of(value)
    except ValueError as fault:
        raise invalid(f"Bad record: {fault}") from fault
    _check_blobs(repo_of(world, account.id)["blobs"], value)
    return Write(action, collection, rkey, value, cid, validated)


def _validate(collection: str, rkey: str, value: dict[str, Any], *, required: bool) -> bool:
    if collection in lexicon.TID_KEYED and not is_tid(rkey):
        raise invalid(f'Invalid record key for {collection}: Invalid TID string (got "{rkey}")')
    try:
        known = lexicon.check_record(collection, value)
    except lexicon.LexiconFault as fault:
        raise invalid(str(fault)) from fault
    if required and not known:
        raise invalid(f"Lexicon not found: lex:{collection}")
    return known


def _check_blobs(stored: dict[str, Any], value: dict[str, Any]) -> None:
    for ref in lexicon.blob_refs(value):
        link = ref.get("ref", {}).get("$link")
        blob = stored.get(link)
        if blob is None:
            raise XrpcError(400, "BlobNotFound", f"Could not find blob: {link}")
        if ref.get("mimeType") != blob["mime"]:
            raise XrpcError(
                400,
                "InvalidMimeType",
                f"Referenced Mimetype does not match stored blob. Expected: {blob['mime']}, "
                f"Got: {ref.get('mimeType')}",
            )


def check_swap_commit(repo: dict[str, Any], swap: str | None) -> None:
    """Refuse a write made against an older commit. Raises XrpcError InvalidSwap."""
    if swap is not None and swap != repo["commit"]:
        raise XrpcError(400, "InvalidSwap", f"Commit was at {repo['commit']}")


def check_swap_record(repo: dict[str, Any], path: str, swap: str | None) -> None:
    """Compare one record's CID; None demands that there is none. Raises XrpcError InvalidSwap."""
    current = repo["records"].get(path, {}).get("cid")
    if current != swap:
        raise XrpcError(400, "InvalidSwap", f"Record was at {current or 'null'}")


def commit(world: World, account: SandboxAccount, writes: list[Write]) -> dict[str, str]:
    """Apply writes as one commit and return its `cid` and `rev`.

    Raises XrpcError 500 when a create meets an existing key, or an update or a deletion a missing
    one: the tree has no better word for it, and nothing is written.
    """
    repo = repo_of(world, account.id)
    records, now = repo["records"], world.now().isoformat()
    # Staged first, so that the batch is written whole or not at all.
    staged: dict[str, dict[str, Any] | None] = {}
    gone: list[dict[str, Any]] = []
    for write in writes:
        old = staged[write.path] if write.path in staged else records.get(write.path)
        if (old is not None) == (write.action == "create"):
            raise XrpcError(500, "InternalServerError", "Internal Server Error")
        if write.action == "delete":
            gone.append({**(old or {}), "path": write.path, "gone_at": now})
            staged[write.path] = None
        else:
            indexed = old["indexed_at"] if old else now
            staged[write.path] = {"cid": write.cid, "value": write.value, "indexed_at": indexed}
    for path, entry in staged.items():
        _count_reply(world, records.pop(path, None), -1)
        if entry is not None:
            records[path] = entry
            _count_reply(world, entry, +1)
    repo["gone"] += gone
    repo["rev"] = next_tid(world)
    changes = [[write.action, write.path, write.cid] for write in writes]
    repo["commit"] = cid_of({"prev": repo["commit"], "rev": repo["rev"], "ops": changes})
    return {"cid": repo["commit"], "rev": repo["rev"]}


def _count_reply(world: World, entry: dict[str, Any] | None, step: int) -> None:
    """Keep the number of replies per post, which the app view shows."""
    match entry:
        case {"value": {"reply": {"parent": {"uri": str(uri)}}}}:
            counts = world.shelf("bluesky", "replies")
            counts[uri] = counts.get(uri, 0) + step
