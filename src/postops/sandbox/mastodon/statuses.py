"""Endpoints for statuses: writing them, finding them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from . import entities, idempotency, polls, scheduled, writing
from .accounts import PLATFORM
from .calls import flag
from .errors import NOT_FOUND, ApiError

if TYPE_CHECKING:
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount

    from .calls import Call

_MAX_PAGE = 40
_MAX_IDS = 20


async def create(call: Call) -> Response:
    """POST /api/v1/statuses."""
    account = call.account("statuses")
    fields = await call.fields()
    if fields.get("scheduled_at"):
        later = scheduled.keep(call.world, account, fields)
        if later is not None:
            return JSONResponse(entities.scheduled(call.world, later))
    stored = idempotency.recall(call, account)
    if stored is None:
        stored = writing.create(call.world, account, fields)
        idempotency.remember(call, account, stored)
    return JSONResponse(entities.status(call.world, stored))


async def show(call: Call) -> Response:  # every endpoint is awaited
    """GET /api/v1/statuses/:id."""
    stored = writing.find(call.world, call.path["id"], call.guest())
    return JSONResponse(entities.status(call.world, stored))


async def many(call: Call) -> Response:
    """GET /api/v1/statuses?id[]=: those that exist, in the order asked for."""
    wanted = call.query.get("id") or []
    if len(wanted) > _MAX_IDS:
        raise ApiError(422, f"Too many ids. Max: {_MAX_IDS}")
    viewer = call.guest()
    found = []
    for one in wanted:
        try:
            found.append(writing.find(call.world, one, viewer))
        except ApiError:
            continue
    return JSONResponse([entities.status(call.world, stored) for stored in found])


async def edit(call: Call) -> Response:
    """PUT /api/v1/statuses/:id."""
    account = call.account("statuses")
    stored = _own(call, account)
    changed = writing.edit(call.world, account, stored, await call.fields())
    return JSONResponse(entities.status(call.world, changed))


async def delete(call: Call) -> Response:
    """DELETE /api/v1/statuses/:id: answers with the source, for "delete and redraft"."""
    stored = _own(call, call.account("delete"))
    answer = entities.status(call.world, stored) | {"text": stored["text"]}
    writing.delete(call.world, stored)
    if flag(call.query.get("delete_media")):
        for one in stored["media_ids"]:
            call.world.shelf(PLATFORM, "media")[one]["status"] = "deleted"
    return JSONResponse(answer)


async def source(call: Call) -> Response:
    """GET /api/v1/statuses/:id/source: the text exactly as it was sent."""
    stored = _own(call, call.account())
    told = {"id": stored["id"], "text": stored["text"], "spoiler_text": stored["spoiler_text"]}
    return JSONResponse(told)


async def context(call: Call) -> Response:
    """GET /api/v1/statuses/:id/context: the thread above and below."""
    viewer = call.guest()
    statuses = call.world.shelf(PLATFORM, "statuses")
    answers = call.world.shelf(PLATFORM, "answers")
    stored = writing.find(call.world, call.path["id"], viewer)
    above: list[dict[str, Any]] = []
    parent = statuses.get(stored["in_reply_to_id"])
    while parent is not None:
        above.insert(0, parent)
        parent = statuses.get(parent["in_reply_to_id"])
    below: list[dict[str, Any]] = []
    waiting = list(answers.get(stored["id"], []))
    while waiting:
        below.append(statuses[waiting.pop(0)])
        waiting = [*answers.get(below[-1]["id"], []), *waiting]
    told = {
        name: [entities.status(call.world, one) for one in some if not one["deleted_at"]]
        for name, some in (("ancestors", above), ("descendants", below))
    }
    return JSONResponse(told)


async def poll(call: Call) -> Response:
    """GET /api/v1/polls/:id."""
    call.guest()
    return JSONResponse(polls.find_poll(call.world, call.path["id"]))


async def of_account(call: Call) -> Response:
    """GET /api/v1/accounts/:id/statuses: newest first; `min_id` pages upwards from the oldest."""
    accounts = call.world.accounts_on(PLATFORM)
    owner = next((who for who in accounts if who.id == call.path["id"]), None)
    if owner is None:
        raise NOT_FOUND
    viewer, query = call.guest(), call.query
    limit = _limit(query.get("limit"))
    shown = [one for one in _listed(call, owner) if _visible(one, owner, viewer)]
    if flag(query.get("exclude_replies")):
        shown = [one for one in shown if not one["in_reply_to_id"]]
    if flag(query.get("only_media")):
        shown = [one for one in shown if one["media_ids"]]
    low = max(_id(query, "since_id", 0), _id(query, "min_id", 0))
    high = _id(query, "max_id", 1 << 64)
    shown = [one for one in shown if low < int(one["id"]) < high]
    page = shown[:limit] if "min_id" in query else shown[-limit:]
    page.reverse()
    answer = JSONResponse([entities.status(call.world, one) for one in page])
    if page:
        answer.headers["link"] = _links(call, owner, page)
    return answer


def _id(query: dict[str, Any], name: str, default: int) -> int:
    given = str(query.get(name, ""))
    return int(given) if given.isdecimal() else default


def _limit(given: Any) -> int:
    return min(int(given), _MAX_PAGE) if str(given).isdecimal() and int(given) > 0 else 20


def _listed(call: Call, owner: SandboxAccount) -> list[dict[str, Any]]:
    statuses = call.world.shelf(PLATFORM, "statuses")
    own = call.world.shelf(PLATFORM, "by_account").get(owner.name, [])
    return [statuses[one] for one in own]


def _visible(stored: dict[str, Any], owner: SandboxAccount, viewer: SandboxAccount | None) -> bool:
    if viewer is not None and viewer.name == owner.name:
        return True
    return stored["visibility"] in ("public", "unlisted")


def _links(call: Call, owner: SandboxAccount, page: list[dict[str, Any]]) -> str:
    base = f"{call.world.origin(PLATFORM)}/api/v1/accounts/{owner.id}/statuses"
    return (
        f'<{base}?max_id={page[-1]["id"]}>; rel="next", <{base}?min_id={page[0]["id"]}>; rel="prev"'
    )


def _own(call: Call, account: SandboxAccount) -> dict[str, Any]:
    stored = writing.find(call.world, call.path["id"], account)
    if stored["account"] != account.name:
        raise NOT_FOUND
    return stored
