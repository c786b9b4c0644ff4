"""Reading posts: by id, from the own timeline, and their analytics."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from postops.sandbox.growth import reactions

from . import entities
from .accounts import PLATFORM, by_id
from .prices import charge_read
from .problems import Problem, invalid, missing

if TYPE_CHECKING:
    from starlette.responses import Response

    from postops.sandbox.world import SandboxAccount, World

    from .calls import Call

_MAX_IDS = 100


async def by_ids(call: Call) -> Response:
    """GET /2/tweets?ids=: what is there as data, what is not as errors, 200 either way."""
    viewer = await call.account("read")
    wanted = _ids(call)
    posts = [_live(call.world, one) for one in wanted]
    errors = [
        missing("tweet", one, "ids")
        for one, post in zip(wanted, posts, strict=True)
        if post is None
    ]
    return _answer(call, viewer, [post for post in posts if post is not None], errors)


async def one(call: Call) -> Response:
    """GET /2/tweets/:id."""
    viewer = await call.account("read")
    post = _live(call.world, call.path["id"])
    if post is None:
        return JSONResponse({"errors": [missing("tweet", call.path["id"], "id")]})
    return _answer(call, viewer, [post], [], single=True)


async def me(call: Call) -> Response:
    """GET /2/users/me."""
    account = await call.account("me")
    charge_read(call.world, account, "user read", f"user:{account.id}")
    fields = {"id", "name", "username", *call.names("user.fields")}
    whole = entities.user(call.world, account)
    return JSONResponse({"data": {name: whole[name] for name in whole if name in fields}})


async def of_user(call: Call) -> Response:
    """GET /2/users/:id/tweets: newest first, and later than the truth by the account's lag."""
    viewer = await call.account("timeline")
    owner = by_id(call.world, call.path["id"])
    if owner is None:
        raise Problem(
            404, f"Could not find user with id: [{call.path['id']}].", "resource-not-found"
        )
    posts = _asked_for(call, _listed(call.world, owner))
    size = _page_size(call)
    start = _offset(call)
    page = posts[start : start + size]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
    if len(posts) > start + size:
        meta["next_token"] = f"p{start + size}"
    if start:
        meta["previous_token"] = f"p{max(0, start - size)}"
    return _answer(call, viewer, page, [], meta=meta)


async def analytics(call: Call) -> Response:
    """GET /2/tweets/analytics: totals of one's own posts in a span of time."""
    viewer = await call.account("read")
    start, end = _time(call, "start_time"), _time(call, "end_time")
    if start is None or end is None:
        raise invalid("start_time and end_time are required")
    posts = [_live(call.world, wanted) for wanted in _ids(call)]
    own = [post for post in posts if post and post["account"] == viewer.name]
    for post in own:
        charge_read(call.world, viewer, "own post read", post["id"])
    return JSONResponse({"data": [_analytics(call.world, post, start, end) for post in own]})


def _analytics(
    world: World, post: dict[str, Any], start: datetime, end: datetime
) -> dict[str, Any]:
    created = datetime.fromisoformat(post["created_at"])
    first = reactions(world.seed, post["id"], max(start, created) - created)
    last = reactions(world.seed, post["id"], min(end, world.now()) - created)
    fields = {
        "impressions": "impressions",
        "likes": "likes",
        "replies": "replies",
        "retweets": "reposts",
        "quote_tweets": "quotes",
        "bookmarks": "bookmarks",
        "url_clicks": "clicks",
    }
    spans = {name: getattr(last, of) - getattr(first, of) for name, of in fields.items()}
    return {"id": post["id"], **{name: max(0, total) for name, total in spans.items()}}


def _answer(
    call: Call,
    viewer: SandboxAccount,
    posts: list[dict[str, Any]],
    errors: list[dict[str, Any]],
    *,
    meta: dict[str, Any] | None = None,
    single: bool = False,
) -> Response:
    data, includes, more = entities.answer(call, viewer, posts)
    for post in posts:
        own = post["account"] == viewer.name
        charge_read(call.world, viewer, "own post read" if own else "post read", post["id"])
    shown: dict[str, Any] = {"data": data[0] if data and single else data, "includes": includes}
    shown |= {"errors": errors + more, "meta": meta}
    document = {name: some for name, some in shown.items() if some}
    return JSONResponse(document)


def _listed(world: World, owner: SandboxAccount) -> list[dict[str, Any]]:
    lag = timedelta(seconds=owner.options.get("lag_seconds", 0))
    posts = world.shelf(PLATFORM, "posts")
    own = (posts[one] for one in reversed(world.shelf(PLATFORM, "by_account").get(owner.name, [])))
    return [
        post
        for post in own
        if not post["deleted_at"]
        and datetime.fromisoformat(post["created_at"]) + lag <= world.now()
    ]


def _asked_for(call: Call, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    query = call.request.query_params
    start, end = _time(call, "start_time"), _time(call, "end_time")
    since, until = query.get("since_id", "0"), query.get("until_id", "9" * 20)
    if not (since.isdecimal() and until.isdecimal()):
        raise invalid("since_id and until_id must be post ids")
    low, high = int(since), int(until)
    without_replies = "replies" in call.names("exclude")
    # X compares whole seconds: a start_time within the second of the post still finds it.
    first = start.replace(microsecond=0) if start else None
    return [
        post
        for post in posts
        if low < int(post["id"]) < high
        and not (without_replies and post["reply_to"])
        and (first is None or datetime.fromisoformat(post["created_at"]) >= first)
        and (end is None or datetime.fromisoformat(post["created_at"]) <= end)
    ]


def _page_size(call: Call) -> int:
    given = call.request.query_params.get("max_results", "10")
    if not given.isdecimal() or not 5 <= int(given) <= 100:
        raise invalid(
            f"The `max_results` query parameter value [{given}] is not between 5 and 100",
            max_results=[given],
        )
    return int(given)


def _offset(call: Call) -> int:
    token = call.request.query_params.get("pagination_token", "p0")
    if not token.startswith("p") or not token[1:].isdecimal():
        raise invalid("The `pagination_token` query parameter value is not valid")
    return int(token[1:])


def _time(call: Call, name: str) -> datetime | None:
    given = call.request.query_params.get(name)
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as fault:
        raise invalid(f"The `{name}` query parameter value [{given}] is not valid") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=call.world.now().tzinfo)


def _ids(call: Call) -> list[str]:
    wanted = call.names("ids")
    if not 1 <= len(wanted) <= _MAX_IDS or not all(one.isdecimal() for one in wanted):
        raise invalid(f"The `ids` query parameter must hold 1 to {_MAX_IDS} ids")
    return wanted


def _live(world: World, wanted: str) -> dict[str, Any] | None:
    post: dict[str, Any] | None = world.shelf(PLATFORM, "posts").get(wanted)
    return None if post is None or post["deleted_at"] else post
