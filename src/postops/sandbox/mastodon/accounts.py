"""Mastodon accounts: names, ids, tokens and what each one's instance allows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from postops.sandbox.world import SandboxAccount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.sandbox.world import World

PLATFORM = "mastodon"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the instance allows: upstream's defaults at 4.6 (instance_serializer.rb)."""

    version: str = "4.6.3"
    idempotency: str = "honoured"
    max_characters: int = 500
    characters_reserved_per_url: int = 23
    max_media_attachments: int = 4
    description_limit: int = 10_000
    media_and_poll: bool = True
    processing_seconds: float = 2.0


def rules(account: SandboxAccount | None) -> Rules:
    """Return the rules an account lives under."""
    given = account.options if account else {}
    known = {field.name for field in fields(Rules)}
    chosen = Rules(**{key: value for key, value in given.items() if key in known})
    if chosen.idempotency not in ("honoured", "ignored"):
        raise ValueError(f"idempotency is {chosen.idempotency!r}, not honoured or ignored")
    return chosen


def new_account(world: World, name: str, options: Mapping[str, Any]) -> SandboxAccount:
    """Make a login with an access token. Raises ValueError for a bad `idempotency`."""
    username = str(options.get("username", name.replace("-", "_"))).lower()
    digest = hashlib.sha256(f"{world.seed}:mastodon:{name}".encode()).digest()
    number = 109_000_000_000_000_000 + int.from_bytes(digest[:6])
    settings = {"instance": world.origin(PLATFORM)}
    credentials = {"access_token": world.token(PLATFORM, name)}
    account = SandboxAccount(
        PLATFORM, name, str(number), username, settings, credentials, dict(options)
    )
    rules(account)
    return account


def by_token(world: World, token: str) -> SandboxAccount | None:
    """Find whose access token this is."""
    accounts = world.accounts_on(PLATFORM)
    return next((a for a in accounts if a.credentials["access_token"] == token), None)


def by_handle(world: World, handle: str) -> SandboxAccount | None:
    """Find an account by its username, with or without this instance's domain."""
    username, _, domain = handle.lower().partition("@")
    # A mention has no port, and the instance may be served at one.
    if domain not in ("", host(world), host(world).partition(":")[0]):
        return None
    return next((a for a in world.accounts_on(PLATFORM) if a.handle == username), None)


def host(world: World) -> str:
    """Return the instance's domain."""
    return urlsplit(world.origin(PLATFORM)).netloc


def caller(
    world: World,
    path: str,  # noqa: ARG001  # other platforms name the account by path
    headers: Mapping[str, str],
    body: bytes,  # noqa: ARG001
) -> str | None:
    """Name the account by its token."""
    account = by_token(world, headers.get("authorization", "").removeprefix("Bearer "))
    return account.name if account else None
