"""com.atproto.server.* and com.atproto.identity.*: sessions and names."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from . import tokens
from .accounts import PLATFORM, did_document, email, find
from .errors import XrpcError, invalid
from .methods import Method, Turn

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount


async def _create_session(turn: Turn) -> Any:
    given = await turn.input()
    identifier, password = given.get("identifier"), given.get("password")
    if not isinstance(identifier, str) or not isinstance(password, str):
        lacking = "password" if isinstance(identifier, str) else "identifier"
        raise invalid(f'Missing required key "{lacking}" at $')
    account = find(turn.world, identifier)
    if account is not None:
        turn.spend(account, "session", "session-day")
    known = account.credentials["app_password"] if account else ""
    if account is None or not hmac.compare_digest(known.encode(), password.encode()):
        raise XrpcError(401, "AuthenticationRequired", "Invalid identifier or password")
    access, refresh = tokens.open_session(turn.world, account)
    return _session(turn, account) | {"accessJwt": access, "refreshJwt": refresh}


async def _refresh_session(turn: Turn) -> Any:  # every method is awaited
    claims = turn.claims(tokens.REFRESH)
    account = turn.world.account(PLATFORM, claims["account"])
    try:
        access, refresh = tokens.rotate(turn.world, claims, account)
    except tokens.TokenFault as fault:
        raise XrpcError(400, fault.name, str(fault)) from fault
    return _session(turn, account) | {"accessJwt": access, "refreshJwt": refresh}


async def _get_session(turn: Turn) -> Any:
    return _session(turn, turn.account())


async def _delete_session(turn: Turn) -> Any:
    tokens.revoke(turn.world, turn.claims(tokens.REFRESH))


def _session(turn: Turn, account: SandboxAccount) -> dict[str, Any]:
    return {
        "did": account.id,
        "didDoc": did_document(turn.world, account),
        "handle": account.handle,
        "email": email(account),
        "emailConfirmed": True,
        "emailAuthFactor": False,
        "active": True,
    }


async def _describe_server(turn: Turn) -> Any:  # noqa: ARG001
    return {
        "did": "did:web:sandbox.test",
        "availableUserDomains": [".test"],
        "inviteCodeRequired": False,
        "links": {},
        "contact": {},
    }


async def _service_auth(turn: Turn) -> Any:
    account, audience = turn.account(), turn.param("aud")
    method = turn.request.query_params.get("lxm")
    return {"token": tokens.service_token(turn.world, account, audience, method)}


async def _resolve_handle(turn: Turn) -> Any:
    handle = turn.param("handle").lower()
    account = find(turn.world, handle)
    if account is None or account.handle != handle:
        raise invalid("Unable to resolve handle")
    return {"did": account.id}


METHODS = {
    "com.atproto.server.createSession": Method("POST", _create_session),
    "com.atproto.server.refreshSession": Method("POST", _refresh_session),
    "com.atproto.server.getSession": Method("GET", _get_session),
    "com.atproto.server.deleteSession": Method("POST", _delete_session),
    "com.atproto.server.describeServer": Method("GET", _describe_server),
    "com.atproto.server.getServiceAuth": Method("GET", _service_auth),
    "com.atproto.identity.resolveHandle": Method("GET", _resolve_handle),
}
