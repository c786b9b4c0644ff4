"""The public address of a post: in the sandbox it leads to the page that draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from .showing import anchor

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from .world import World


def permalink(world: World, platform: str, path: str) -> Route:
    """Return the route of public addresses; the parameter `id` of `path` names the post."""

    async def follow(request: Request) -> Response:
        page = world.origins.get("page")
        if page is None:
            return PlainTextResponse("this sandbox has no page", status_code=404)
        return RedirectResponse(f"{page}/#{anchor(platform, request.path_params['id'])}", 302)

    return Route(path, follow)
