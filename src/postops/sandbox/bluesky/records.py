"""com.atproto.repo.*: records and blobs. The PDS is strongly consistent; the app view is not."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from postops.sandbox.pixels import media_type

from .accounts import find
from .cid import cid_of_bytes
from .errors import XrpcError, invalid
from .methods import Method, Turn
from .repo import Write, check_swap_commit, check_swap_record, commit, prepare, repo_of

# docs:advanced-guides/rate-limits, checked 2026-08-20: points per write, and the largest blob.
_POINTS = {"create": 3, "update": 2, "delete": 1}
_MAX_WRITES = 200
_MAX_BLOB = 52_428_800
_KINDS = {f"com.atproto.repo.applyWrites#{action}": action for action in _POINTS}


async def _create_record(turn: Turn) -> Any:
    given = await turn.input()
    account = turn.own_repo(given)
    turn.spend(account, "writes", "writes-day", points=_POINTS["create"])
    write = prepare(turn.world, account, "create", given)
    check_swap_commit(repo_of(turn.world, account.id), given.get("swapCommit"))
    return _written(account.id, write, commit(turn.world, account, [write]))


async def _put_record(turn: Turn) -> Any:
    given = await turn.input()
    account = turn.own_repo(given)
    turn.spend(account, "writes", "writes-day", points=_POINTS["update"])
    repo = repo_of(turn.world, account.id)
    path = f"{given.get('collection')}/{given.get('rkey')}"
    current = repo["records"].get(path)
    if given.get("rkey") is None:
        raise invalid('Missing required key "rkey" at $')
    write = prepare(turn.world, account, "update" if current else "create", given)
    check_swap_commit(repo, given.get("swapCommit"))
    # The same bytes again are no write at all, whatever the swap says: a replay is harmless.
    if current and current["cid"] == write.cid:
        return _written(account.id, write, None)
    if "swapRecord" in given:
        check_swap_record(repo, path, given["swapRecord"])
    return _written(account.id, write, commit(turn.world, account, [write]))


async def _delete_record(turn: Turn) -> Any:
    given = await turn.input()
    account = turn.own_repo(given)
    turn.spend(account, "writes", "writes-day", points=_POINTS["delete"])
    write = prepare(turn.world, account, "delete", given)
    repo = repo_of(turn.world, account.id)
    check_swap_commit(repo, given.get("swapCommit"))
    if write.path not in repo["records"]:
        return {}
    if given.get("swapRecord") is not None:
        check_swap_record(repo, write.path, given["swapRecord"])
    return {"commit": commit(turn.world, account, [write])}


async def _apply_writes(turn: Turn) -> Any:
    given = await turn.input()
    account = turn.own_repo(given)
    asked = given.get("writes")
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise invalid("Input/writes must be an array")
    if len(asked) > _MAX_WRITES:
        raise invalid(f"Too many writes. Max: {_MAX_WRITES}")
    actions = [_KINDS.get(str(one.get("$type"))) for one in asked]
    turn.spend(account, "writes", "writes-day", points=sum(_POINTS[a] for a in actions if a))
    writes: list[Write] = []
    for action, one in zip(actions, asked, strict=True):
        if action is None:
            raise invalid(f"Action not supported: {one.get('$type')}")
        more = {"validate": given.get("validate")}
        writes.append(prepare(turn.world, account, action, one | more))  # type: ignore[arg-type]  # the keys of _POINTS are the actions
    check_swap_commit(repo_of(turn.world, account.id), given.get("swapCommit"))
    done = commit(turn.world, account, writes)
    return {"commit": done, "results": [_result(account.id, write) for write in writes]}


def _result(did: str, write: Write) -> dict[str, Any]:
    kind = {"$type": f"com.atproto.repo.applyWrites#{write.action}Result"}
    if write.action == "delete":
        return kind
    return kind | _written(did, write, None)


def _written(did: str, write: Write, done: dict[str, str] | None) -> dict[str, Any]:
    status = {"validationStatus": "valid" if write.validated else "unknown"}
    answer = {"uri": f"at://{did}/{write.path}", "cid": write.cid, **status}
    return answer | ({"commit": done} if done else {})


async def _get_record(turn: Turn) -> Any:  # every method is awaited
    named, collection, rkey = turn.param("repo"), turn.param("collection"), turn.param("rkey")
    account = find(turn.world, named)
    did = account.id if account else named
    uri = f"at://{did}/{collection}/{rkey}"
    entry = repo_of(turn.world, did)["records"].get(f"{collection}/{rkey}") if account else None
    wanted = turn.request.query_params.get("cid")
    if entry is None or (wanted and wanted != entry["cid"]):
        raise XrpcError(400, "RecordNotFound", f"Could not locate record: {uri}")
    return {"uri": uri, "cid": entry["cid"], "value": entry["value"]}


async def _list_records(turn: Turn) -> Any:
    account = find(turn.world, turn.param("repo"))
    if account is None:
        raise invalid(f"Could not find repo: {turn.param('repo')}")
    collection, limit = turn.param("collection"), turn.number("limit", 50, 100)
    query = turn.request.query_params
    forward, cursor = query.get("reverse") == "true", query.get("cursor")
    records = repo_of(turn.world, account.id)["records"]
    keys = sorted(
        (path.partition("/")[2] for path in records if path.startswith(f"{collection}/")),
        reverse=not forward,
    )
    if cursor is not None:
        keys = [key for key in keys if (key > cursor if forward else key < cursor)]
    page = [_entry(account.id, f"{collection}/{key}", records) for key in keys[:limit]]
    # The PDS names a cursor even on the last page; only an empty page has none.
    return {"records": page} | ({"cursor": keys[:limit][-1]} if keys else {})


def _entry(did: str, path: str, records: dict[str, Any]) -> dict[str, Any]:
    entry = records[path]
    return {"uri": f"at://{did}/{path}", "cid": entry["cid"], "value": entry["value"]}


async def _describe_repo(turn: Turn) -> Any:
    from .accounts import did_document

    account = find(turn.world, turn.param("repo"))
    if account is None:
        raise invalid(f"Could not find repo: {turn.param('repo')}")
    paths = repo_of(turn.world, account.id)["records"]
    return {
        "handle": account.handle,
        "did": account.id,
        "didDoc": did_document(turn.world, account),
        "collections": sorted({path.partition("/")[0] for path in paths}),
        "handleIsCorrect": True,
    }


async def _upload_blob(turn: Turn) -> Any:
    account = turn.account()
    turn.spend(account, "blob")
    data = await turn.request.body()
    if len(data) > _MAX_BLOB:
        raise XrpcError(413, "PayloadTooLarge", "request entity too large")
    declared = turn.request.headers.get("content-type", "").partition(";")[0].strip()
    mime = media_type(data) or declared or "application/octet-stream"
    return {"blob": store_blob(turn, account.id, data, mime)}


def store_blob(turn: Turn, did: str, data: bytes, mime: str) -> dict[str, Any]:
    """Keep a blob in an account's repository and return the reference to it."""
    cid = cid_of_bytes(data)
    digest = turn.world.blobs.put(data)
    repo_of(turn.world, did)["blobs"][cid] = {"mime": mime, "size": len(data), "digest": digest}
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(data)}


async def _get_blob(turn: Turn) -> Any:
    did, cid = turn.param("did"), turn.param("cid")
    account = find(turn.world, did)
    stored = repo_of(turn.world, did)["blobs"].get(cid) if account else None
    if stored is None:
        raise XrpcError(400, "BlobNotFound", "Blob not found")
    return Response(turn.world.blobs.get(stored["digest"]), media_type=stored["mime"])


METHODS = {
    "com.atproto.repo.createRecord": Method("POST", _create_record),
    "com.atproto.repo.putRecord": Method("POST", _put_record),
    "com.atproto.repo.deleteRecord": Method("POST", _delete_record),
    "com.atproto.repo.applyWrites": Method("POST", _apply_writes),
    "com.atproto.repo.getRecord": Method("GET", _get_record),
    "com.atproto.repo.listRecords": Method("GET", _list_records),
    "com.atproto.repo.describeRepo": Method("GET", _describe_repo),
    "com.atproto.repo.uploadBlob": Method("POST", _upload_blob),
    "com.atproto.sync.getBlob": Method("GET", _get_blob),
}
