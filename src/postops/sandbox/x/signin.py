"""POST /2/oauth2/token: trading a refresh token, which then is dead."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from postops.sandbox.forms import BadBody, read_fields

from . import tokens
from .accounts import PLATFORM

if TYPE_CHECKING:
    from starlette.responses import Response

    from .calls import Call


async def token(call: Call) -> Response:
    """Answer the refresh grant, for a public client or one with Basic authentication."""
    try:
        fields = await read_fields(call.request)
    except BadBody:
        fields = {}
    if fields.get("grant_type") != "refresh_token":
        return _refused("unsupported_grant_type", "Only refresh_token is emulated.")
    client = fields.get("client_id") or _basic(call.request.headers.get("authorization", ""))
    for account in call.world.accounts_on(PLATFORM):
        known = account.credentials.get("client_id")
        live = tokens.refresh_token(call.world, account)
        if known and known == client and fields.get("refresh_token") == live:
            return JSONResponse(tokens.refresh(call.world, account))
    return _refused("invalid_request", "Value passed for the token was invalid.")


def _basic(header: str) -> str:
    try:
        decoded = base64.b64decode(header.removeprefix("Basic ")).decode()
    except ValueError:
        return ""
    return decoded.partition(":")[0]


def _refused(name: str, text: str) -> Response:
    return JSONResponse({"error": name, "error_description": text}, status_code=400)
