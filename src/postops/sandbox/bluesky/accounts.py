"""Bluesky accounts and how a request or an identifier leads to one."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from postops.sandbox.world import SandboxAccount

from .tokens import account_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.sandbox.world import World

PLATFORM = "bluesky"


def new_account(world: World, name: str, options: Mapping[str, Any]) -> SandboxAccount:
    """Make a login with an app password; the handle is the account's name under .test."""
    handle = str(options.get("handle", f"{name}.test")).lower()
    digest = hashlib.sha256(f"{world.seed}:{name}".encode()).digest()
    did = "did:plc:" + base64.b32encode(digest[:15]).decode().lower()
    secret = world.token(PLATFORM, name)
    password = "-".join(secret[i : i + 4] for i in range(0, 16, 4))
    settings = {"handle": handle, "service": world.origin(PLATFORM)}
    credentials = {"app_password": password}
    return SandboxAccount(PLATFORM, name, did, handle, settings, credentials, dict(options))


def find(world: World, identifier: str) -> SandboxAccount | None:
    """Find an account by handle, DID or e-mail address."""
    wanted = identifier.lower().removeprefix("@")
    for account in world.accounts_on(PLATFORM):
        if wanted in (account.id, account.handle, email(account)):
            return account
    return None


def email(account: SandboxAccount) -> str:
    """Return the address an account signed up with."""
    return f"{account.name}@sandbox.test"


def caller(world: World, path: str, headers: Mapping[str, str], body: bytes) -> str | None:
    """Name the account by its token or, when it signs in, by what it signs in as."""
    if path.endswith("com.atproto.server.createSession"):
        try:
            account = find(world, str(json.loads(body)["identifier"]))
        except (ValueError, KeyError, TypeError):
            return None
        return account.name if account else None
    return account_of(world, headers.get("authorization", "").removeprefix("Bearer "))


def did_document(world: World, account: SandboxAccount) -> dict[str, Any]:
    """Return the identity document that leads clients to this PDS."""
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": world.origin(PLATFORM),
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": account.id,
        "alsoKnownAs": [f"at://{account.handle}"],
        "verificationMethod": [],
        "service": [service],
    }
