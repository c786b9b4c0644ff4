"""The page: every account's timeline side by side, with what it cost and what went wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from .control import control_routes
from .showing import columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from .world import World

_TEMPLATES = Path(__file__).parent / "templates"
# Nothing but our own style sheet and pictures may load, and no script at all: posts are foreign text.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_SHOWABLE = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "video/mp4",
        "video/webm",
    }
)
_CALLS_SHOWN = 25


def render_page(world: World) -> str:
    """Return the whole page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["moment"] = lambda moment: moment.strftime("%d %b %Y, %H:%M:%S")
    environment.filters["compact"] = _compact
    environment.filters["span"] = lambda seconds: str(timedelta(seconds=round(seconds)))
    faults = zip(world.faults.faults, world.faults.seen, strict=True)
    return environment.get_template("page.html.jinja").render(
        now=world.now(),
        offset=world.offset,
        columns=columns(world),
        faults=list(faults),
        calls=world.calls[: -_CALLS_SHOWN - 1 : -1],
    )


def create_page(world: World, *, on_effect: Callable[[], None] | None = None) -> Starlette:
    """Build the page's application, the control endpoints included.

    `on_effect` is called after each control request that changed the world.
    """

    async def home(_: Request) -> Response:
        return HTMLResponse(render_page(world), headers=_HEADERS)

    async def style(_: Request) -> Response:
        sheet = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
        return Response(sheet, media_type="text/css", headers=_HEADERS)

    async def media(request: Request) -> Response:
        return _media(world, request.path_params["digest"])

    routes = [
        Route("/", home),
        Route("/page.css", style),
        Route("/media/{digest}", media),
        *control_routes(world, on_effect),
    ]
    return Starlette(routes=routes)


def _media(world: World, digest: str) -> Response:
    from .pixels import media_type

    try:
        data = world.blobs.get(digest)
    except KeyError:
        return PlainTextResponse("no such file", status_code=404, headers=_HEADERS)
    mime = media_type(data)
    # What a browser might run is handed out as a download.
    kind = mime if mime in _SHOWABLE else "application/octet-stream"
    return Response(data, media_type=kind, headers=_HEADERS)


def _compact(number: Any) -> str:
    return f"{number / 1000:.1f}k" if number >= 1000 else str(number)
