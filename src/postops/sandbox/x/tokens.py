"""OAuth 2.0 tokens: two hours of access, and refresh tokens that work exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postops.sandbox.world import SandboxAccount, World

# docs:fundamentals/authentication/oauth-2-0, checked 2026-08-22.
ACCESS_SECONDS = 7200


def access_token(world: World, account: SandboxAccount) -> str | None:
    """Return the live access token; None once it has run out."""
    state = _state(world, account.name)
    if not account.options.get("oauth2_refresh"):
        return account.credentials["access_token"]
    if state["ended"] or world.now().timestamp() >= state["until"]:
        return None
    return _nth(world, account, "access", state["round"])


def credentials(world: World, account: SandboxAccount) -> dict[str, str]:
    """Return the pair that works now; the first one is two hours old when the account is."""
    number = _state(world, account.name)["round"]
    return {kind + "_token": _nth(world, account, kind, number) for kind in ("access", "refresh")}


def refresh(world: World, account: SandboxAccount) -> dict[str, Any]:
    """Rotate: the next pair of tokens, and the old refresh token is dead."""
    state = _state(world, account.name)
    state["round"] += 1
    state["ended"] = False
    state["until"] = world.now().timestamp() + ACCESS_SECONDS
    return {
        "token_type": "bearer",
        "expires_in": ACCESS_SECONDS,
        "access_token": _nth(world, account, "access", state["round"]),
        "refresh_token": _nth(world, account, "refresh", state["round"]),
        "scope": "tweet.read tweet.write users.read media.write offline.access",
    }


def refresh_token(world: World, account: SandboxAccount) -> str:
    """Return the one refresh token that works now."""
    return _nth(world, account, "refresh", _state(world, account.name)["round"])


def end_access_token(world: World, name: str) -> None:
    """Let the access token run out now."""
    _state(world, name)["ended"] = True


def _nth(world: World, account: SandboxAccount, kind: str, number: int) -> str:
    return world.token("x", account.name, kind, str(number))


def _state(world: World, name: str) -> dict[str, Any]:
    state = world.shelf("x", "tokens", name)
    if not state:
        until = world.now().timestamp() + ACCESS_SECONDS
        state |= {"round": 0, "ended": False, "until": until}
    return state
