"""From configured accounts to logins: settings read, secrets taken from the environment."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from postops import platforms
from postops.errors import ConfigError
from postops.publish.ports import Login
from postops.reading.shape import read

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterable, Mapping

    import httpx

    from postops.clock import Clock
    from postops.config import Account, Config


class Access(NamedTuple):
    """What it takes to log in. `secrets` is `None` where the environment lacks some."""

    account: Account
    settings: object
    secrets: Mapping[str, str] | None


def access(account: Account, config: Config, environ: Mapping[str, str]) -> Access:
    """Read an account's settings and find its secrets. Raises `ConfigError` for bad settings."""
    platform = platforms.load(account.platform)
    shaped = read(platform.Settings, account.settings, config.path)
    if shaped.value is None or shaped.faults:
        fault = shaped.faults[0]
        raise ConfigError(fault.message, help=fault.help, where=str(fault.span))
    return Access(account, shaped.value, secrets(account, environ))


def secrets(account: Account, environ: Mapping[str, str]) -> dict[str, str] | None:
    """The account's secrets, if a set of them that suffices is there; empty counts as absent."""
    found = {
        field: environ[name].strip()
        for field, name in account.credentials.items()
        if environ.get(name, "").strip()
    }
    sets = platforms.load(account.platform).credentials
    return found if any(set(needed) <= found.keys() for needed in sets) else None


def accounts(
    config: Config, environ: Mapping[str, str], names: Iterable[str] | None = None
) -> dict[str, Access]:
    """Every configured account, or those named. Raises `ConfigError` for an unknown name."""
    chosen = list(config.accounts) if names is None else list(names)
    for name in chosen:
        if name not in config.accounts:
            known = ", ".join(config.accounts) or "none is configured"
            raise ConfigError(f"there is no account called {name!r}", help=f"accounts: {known}")
    return {name: access(config.accounts[name], config, environ) for name in chosen}


@asynccontextmanager
async def logins(
    found: Mapping[str, Access],
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
    certificates: ssl.SSLContext | None = None,
) -> AsyncIterator[dict[str, Login]]:
    """Every account that has its secrets, over one pool of connections.

    Redirects are never followed and cookies never kept: a credential goes to the host it is for.
    """
    from http.cookiejar import DefaultCookiePolicy

    import httpx

    ready = {name: one for name, one in found.items() if one.secrets is not None}
    client = httpx.AsyncClient(
        transport=transport,
        verify=True if certificates is None else certificates,
        follow_redirects=False,
        timeout=httpx.Timeout(30.0, connect=10.0, pool=10.0),
        limits=httpx.Limits(max_connections=4 * len(ready) + 4),
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    async with client:
        yield {name: _login(one, client, clock) for name, one in ready.items()}


def _login(one: Access, client: httpx.AsyncClient, clock: Clock) -> Login:
    kind = platforms.load(one.account.platform)
    platform = kind(one.settings, one.secrets or {}, client)
    platform.wait = clock.sleep
    platform.now = clock.now
    return Login(platform, one.account.was, ask=one.account.on_unknown == "ask")
