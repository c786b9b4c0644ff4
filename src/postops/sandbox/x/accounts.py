"""X accounts and how a request's credentials lead to one."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from postops.sandbox.world import SandboxAccount

from .tokens import access_token
from .tokens import credentials as pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.sandbox.world import World

PLATFORM = "x"


def new_account(world: World, name: str, options: Mapping[str, Any]) -> SandboxAccount:
    """Make a login: a bearer token, four OAuth 1.0a secrets, or a refresh token, by option."""
    username = str(options.get("username", re.sub(r"\W", "_", name)))[:15]
    digest = hashlib.sha256(f"{world.seed}:x:{name}".encode()).digest()
    number = str(1_000_000_000_000_000_000 + int.from_bytes(digest[:6]))
    settings = {"base_url": world.origin(PLATFORM)}
    credentials = {"access_token": world.token(PLATFORM, name)}
    if options.get("oauth1"):
        more = ("consumer_key", "consumer_secret", "access_token_secret")
        credentials |= {key: world.token(PLATFORM, name, key) for key in more}
    account = SandboxAccount(PLATFORM, name, number, username, settings, credentials, dict(options))
    if options.get("oauth2_refresh"):
        credentials["client_id"] = world.token(PLATFORM, name, "client_id")[:20]
        credentials |= pair(world, account)
    return account


def by_bearer(world: World, token: str) -> SandboxAccount | None:
    """Find whose access token this is now."""
    accounts = world.accounts_on(PLATFORM)
    return next((a for a in accounts if token and access_token(world, a) == token), None)


def by_id(world: World, wanted: str) -> SandboxAccount | None:
    """Find a user by id."""
    return next((a for a in world.accounts_on(PLATFORM) if a.id == wanted), None)


def oauth1_fields(header: str) -> dict[str, str]:
    """Read the parameters of an OAuth 1.0a Authorization header."""
    pairs = re.findall(r'(\w+)="([^"]*)"', header)
    return {name: unquote(value) for name, value in pairs}


def caller(
    world: World,
    path: str,  # noqa: ARG001  # other platforms name the account by path
    headers: Mapping[str, str],
    body: bytes,  # noqa: ARG001
) -> str | None:
    """Name the account by its token, of either kind."""
    kind, _, rest = headers.get("authorization", "").partition(" ")
    token = oauth1_fields(rest).get("oauth_token", "") if kind == "OAuth" else rest
    known = by_bearer(world, token)
    return known.name if known else None
