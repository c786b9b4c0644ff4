"""Session tokens: signed JWTs with the PDS's lifetimes, rotation and grace."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

Scope = Literal["com.atproto.appPass", "com.atproto.refresh"]

ACCESS: Scope = "com.atproto.appPass"
REFRESH: Scope = "com.atproto.refresh"
# Lifetimes of packages/pds account-manager: two hours, ninety days, and two hours of grace in
# which a refresh token that was already used still gives the same successor.
_ACCESS_SECONDS = 2 * 3600
_REFRESH_SECONDS = 90 * 24 * 3600
_GRACE_SECONDS = 2 * 3600


class TokenFault(Exception):  # noqa: N818  # becomes the platform's own error
    """A token the PDS does not take; `name` is the XRPC error."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def open_session(world: World, account: SandboxAccount) -> tuple[str, str]:
    """Return a fresh (access, refresh) pair."""
    serial = _next_serial(world)
    return _access(world, account), _refresh(world, account, serial)


def rotate(world: World, claims: dict[str, Any], account: SandboxAccount) -> tuple[str, str]:
    """Trade a refresh token for a new pair. Raises TokenFault once its grace is over."""
    used = world.shelf("bluesky", "rotated")
    serial = claims["jti"]
    now = world.now().timestamp()
    if serial not in used:
        used[serial] = {"at": now, "next": _next_serial(world)}
    elif now > used[serial]["at"] + _GRACE_SECONDS:
        raise TokenFault("ExpiredToken", "Token has been revoked")
    return _access(world, account), _refresh(world, account, used[serial]["next"])


def revoke(world: World, claims: dict[str, Any]) -> None:
    """End a refresh token for good."""
    world.shelf("bluesky", "rotated")[claims["jti"]] = {"at": float("-1e12"), "next": ""}


def end_access_tokens(world: World, name: str) -> None:
    """Make every access token given to the account so far an expired one."""
    generations = world.shelf("bluesky", "generations")
    generations[name] = generations.get(name, 0) + 1


def check(world: World, token: str, scope: Scope) -> dict[str, Any]:
    """Return the claims of a live token of that scope. Raises TokenFault."""
    claims = _read(world, token)
    if claims is None:
        raise TokenFault("InvalidToken", "Token could not be verified")
    if claims["scope"] != scope:
        raise TokenFault("InvalidToken", "Bad token scope")
    current = world.shelf("bluesky", "generations").get(claims["account"], 0)
    stale = scope == ACCESS and claims["gen"] < current
    if stale or claims["exp"] <= world.now().timestamp():
        raise TokenFault("ExpiredToken", "Token has expired")
    return claims


def account_of(world: World, token: str) -> str | None:
    """Name the account of a token, expired or not."""
    claims = _read(world, token)
    return claims["account"] if claims else None


def service_token(world: World, account: SandboxAccount, audience: str, method: str | None) -> str:
    """Return a short-lived token for another service."""
    now = int(world.now().timestamp())
    claims = {"iss": account.id, "aud": audience, "lxm": method, "iat": now, "exp": now + 1800}
    return _sign(world, claims | {"account": account.name, "scope": "service", "gen": 0})


def _access(world: World, account: SandboxAccount) -> str:
    generation = world.shelf("bluesky", "generations").get(account.name, 0)
    return _issue(world, account, ACCESS, _ACCESS_SECONDS, {"gen": generation})


def _refresh(world: World, account: SandboxAccount, serial: str) -> str:
    return _issue(world, account, REFRESH, _REFRESH_SECONDS, {"jti": serial})


def _issue(
    world: World, account: SandboxAccount, scope: Scope, seconds: int, more: dict[str, Any]
) -> str:
    now = int(world.now().timestamp())
    claims = {"scope": scope, "sub": account.id, "iat": now, "exp": now + seconds}
    return _sign(world, claims | {"aud": "did:web:sandbox.test", "account": account.name} | more)


def _next_serial(world: World) -> str:
    shelf = world.shelf("bluesky")
    shelf["serial"] = shelf.get("serial", 0) + 1
    return world.token("refresh", str(shelf["serial"]))


def _sign(world: World, claims: dict[str, Any]) -> str:
    head = _b64(json.dumps({"typ": "at+jwt", "alg": "HS256"}).encode())
    signed = f"{head}.{_b64(json.dumps(claims).encode())}"
    return f"{signed}.{_mac(world, signed)}"


def _read(world: World, token: str) -> dict[str, Any] | None:
    signed, _, mac = token.rpartition(".")
    if not signed or not hmac.compare_digest(mac.encode(), _mac(world, signed).encode()):
        return None
    payload = signed.partition(".")[2]
    try:
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    except (binascii.Error, ValueError):  # pragma: no cover  # only we can have signed it
        return None
    return claims


def _mac(world: World, signed: str) -> str:
    key = world.token("bluesky", "jwt").encode()
    return _b64(hmac.new(key, signed.encode(), hashlib.sha256).digest())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
