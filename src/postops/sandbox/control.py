"""Control endpoints under the page's origin: accounts, faults, the clock, the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from .emulation import platforms
from .faults import FaultPlan
from .forms import BadBody, read_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from .world import SandboxAccount, TimelinePost, World

    Act = Callable[[World, dict[str, Any]], dict[str, Any]]

_VERSION = 1


def control_routes(world: World, on_effect: Callable[[], None] | None) -> list[Route]:
    """Return the routes; each POST takes and gives a JSON object."""

    async def state(_: Request) -> Response:
        return JSONResponse(describe(world))

    acts: dict[str, Act] = {"accounts": _add_account, "faults": _set_faults, "clock": _advance}
    posts = [
        Route(f"/_sandbox/{name}", _endpoint(world, act, on_effect), methods=["POST"])
        for name, act in acts.items()
    ]
    return [Route("/_sandbox/state", state), *posts]


def describe(world: World) -> dict[str, Any]:
    """Return everything a test wants to know, but no bytes."""
    return {
        "version": _VERSION,
        "now": _wire(world),
        "origins": {name: world.origin(name) for name in (*platforms(), "page")},
        "accounts": [_account(world, account) for _, account in sorted(world.accounts.items())],
        "faults": world.faults.to_json(),
    }


def _endpoint(
    world: World, act: Act, on_effect: Callable[[], None] | None
) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        # A page elsewhere can make a browser post a form here, but not JSON without asking first.
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "send application/json"}, status_code=415)
        try:
            answer = act(world, read_json(await request.body()))
        except (BadBody, KeyError, TypeError, ValueError) as fault:
            return JSONResponse({"error": f"{fault}"}, status_code=400)
        if on_effect is not None:
            on_effect()
        return JSONResponse({"version": _VERSION, **answer})

    return run


def _add_account(world: World, given: dict[str, Any]) -> dict[str, Any]:
    options = given.get("options") or {}
    account = world.add_account(str(given["platform"]), str(given["name"]), options=options)
    return {"settings": account.settings, "credentials": account.credentials}


def _set_faults(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """Replace the plan; an empty list ends all faults."""
    world.faults = FaultPlan.parse(given)
    return {"faults": world.faults.to_json()}


def _advance(world: World, given: dict[str, Any]) -> dict[str, Any]:
    world.advance(float(given["seconds"]))
    return {"now": _wire(world)}


def _account(world: World, account: SandboxAccount) -> dict[str, Any]:
    posts = world.timeline(account.platform, account.name)
    return {
        "platform": account.platform,
        "name": account.name,
        "id": account.id,
        "handle": account.handle,
        "settings": account.settings,
        "options": account.options,
        "costs": dict(world.costs(account.platform, account.name)),
        "posts": [_post(post) for post in posts],
    }


def _post(post: TimelinePost) -> dict[str, Any]:
    return {
        "id": post.id,
        "url": post.url,
        "text": post.text,
        "created_at": post.created_at.isoformat(),
        "in_reply_to": post.in_reply_to,
        "media": [{"alt": m["alt"], "mime": m["mime"], "digest": m["digest"]} for m in post.media],
        "deleted": post.deleted,
    }


def _wire(world: World) -> str:
    return world.now().isoformat().replace("+00:00", "Z")
