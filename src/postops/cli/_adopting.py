"""From the public URL of a post that exists to what the ledger needs to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postops.cli import _open
from postops.errors import ConfigError
from postops.plan import iso

if TYPE_CHECKING:
    from postops.cli._open import Place


async def receipt(at: Place, account: str, url: str) -> dict[str, Any]:
    """Ask the platform for the post behind a URL.

    Raises `ConfigError` without credentials, `Rejected` where it is not a post of this account.
    """
    async with _open.logged_in(at, [account]) as logins:
        login = logins.get(account)
        if login is None:
            raise ConfigError(
                f"there are no credentials for {account}",
                help=f"set what `postops account check {account}` asks for",
            )
        found = await login.platform.adopt(url)
    return {
        "remote_id": found.remote_id,
        "url": found.url,
        "extra": dict(found.extra),
        "published_at": iso(found.at),
    }
