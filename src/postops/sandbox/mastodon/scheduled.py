"""Scheduled statuses: kept until their time, then published by the server itself.

The rules are those of scheduled_status.rb, checked 2026-07-22. An idempotency key is taken and has
no effect: documents and code do not agree on it, and this is the harder world for a client.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from . import entities, media, writing
from .accounts import PLATFORM
from .errors import NOT_FOUND, ApiError, unprocessable
from .ids import next_id

if TYPE_CHECKING:
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount, World

    from .calls import Call

_AHEAD = timedelta(minutes=5)
_TOTAL, _DAILY = 300, 25
_MAX_PAGE = 40


def publish_due(world: World) -> None:
    """Publish what is due, as of its time; what no longer passes its checks is lost, as upstream.

    Asked for before anybody looks, so that it makes no difference that nobody was there in time.
    """
    shelf = world.shelf(PLATFORM, "scheduled")
    due = [one for one in shelf.values() if _at(one) <= world.now()]
    for stored in sorted(due, key=_at):
        _drop(world, stored)
        account = world.account(PLATFORM, stored["account"])
        try:
            writing.create(world, account, stored["fields"], _at(stored))
        except ApiError:
            continue


def keep(world: World, account: SandboxAccount, fields: dict[str, Any]) -> dict[str, Any] | None:
    """Keep a status for later; None when its time has already come. Raises ApiError."""
    at = _time(world, fields["scheduled_at"])
    if at <= world.now():
        return None
    _check_time(world, account, at, None)
    fields = {key: value for key, value in fields.items() if key != "scheduled_at"}
    checked = writing.checked(world, account, fields, None)
    stored: dict[str, Any] = {
        "id": next_id(world),
        "account": account.name,
        "scheduled_at": at.isoformat(),
        "fields": fields,
    }
    world.shelf(PLATFORM, "scheduled")[stored["id"]] = stored
    media.reserve(world, checked["media_ids"], stored["id"])
    return stored


def _drop(world: World, stored: dict[str, Any]) -> None:
    """Forget a scheduled status; its media are free again."""
    del world.shelf(PLATFORM, "scheduled")[stored["id"]]
    media.reserve(world, [str(one) for one in stored["fields"].get("media_ids") or []], None)


def _time(world: World, given: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError as fault:
        raise unprocessable("Scheduled at is invalid") from fault
    return at if at.tzinfo else at.replace(tzinfo=world.now().tzinfo)


def _check_time(
    world: World, account: SandboxAccount, at: datetime, moved: dict[str, Any] | None
) -> None:
    """Far enough ahead, and room for one more; days are those of UTC."""
    if at <= world.now() + _AHEAD:
        raise unprocessable("Scheduled at The scheduled date must be in the future")
    mine = [one for one in _of(world, account) if one is not moved]
    same_day = [one for one in mine if _day(_at(one)) == _day(at)]
    if len(mine) >= _TOTAL:
        raise unprocessable(f"You have exceeded the limit of {_TOTAL} scheduled posts")
    if len(same_day) >= _DAILY:
        raise unprocessable(f"You have exceeded the limit of {_DAILY} scheduled posts for today")


def _of(world: World, account: SandboxAccount) -> list[dict[str, Any]]:
    shelf = world.shelf(PLATFORM, "scheduled")
    return [one for one in shelf.values() if one["account"] == account.name]


def _day(at: datetime) -> str:
    from datetime import UTC

    return at.astimezone(UTC).date().isoformat()


def _at(stored: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(stored["scheduled_at"])


# ------------------------------------------------------------------------ endpoints


async def many(call: Call) -> Response:
    """GET /api/v1/scheduled_statuses: newest first."""
    account, query = call.account(), call.query
    given = str(query.get("limit", ""))
    limit = min(int(given), _MAX_PAGE) if given.isdecimal() and int(given) else 20
    high = str(query.get("max_id", ""))
    mine = [one for one in _of(call.world, account) if not high or int(one["id"]) < int(high)]
    mine.sort(key=lambda one: int(one["id"]), reverse=True)
    return JSONResponse([entities.scheduled(call.world, one) for one in mine[:limit]])


async def show(call: Call) -> Response:
    """GET /api/v1/scheduled_statuses/:id."""
    return JSONResponse(entities.scheduled(call.world, _own(call)))


async def move(call: Call) -> Response:
    """PUT /api/v1/scheduled_statuses/:id: another time, and nothing else."""
    stored = _own(call)
    at = _time(call.world, (await call.fields()).get("scheduled_at"))
    _check_time(call.world, call.account(), at, stored)
    stored["scheduled_at"] = at.isoformat()
    return JSONResponse(entities.scheduled(call.world, stored))


async def cancel(call: Call) -> Response:
    """DELETE /api/v1/scheduled_statuses/:id."""
    _drop(call.world, _own(call))
    return JSONResponse({})


def _own(call: Call) -> dict[str, Any]:
    account = call.account()
    stored: dict[str, Any] | None = call.world.shelf(PLATFORM, "scheduled").get(call.path["id"])
    if stored is None or stored["account"] != account.name:
        raise NOT_FOUND
    return stored
