"""`postops account`: look at the configured accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from postops.cli._accounts import Access
    from postops.cli._edge import Invocation
    from postops.publish.ports import Login


@click.group("account")
def command() -> None:
    """Look at the configured accounts."""


@command.command(
    "check",
    epilog="""\b
Examples:
  postops account check
  postops account check bluesky-main
""",
)
@click.argument("name", required=False)
@_options.sandbox
@formats("text", "json")
@click.pass_obj
def check(invocation: Invocation, /, name: str | None, sandbox: bool, style: str) -> int:
    """Log in to every account, or to NAME, and say who it is.

    Nothing is sent. Exits 1 when an account cannot be used.
    """
    import asyncio

    rows = asyncio.run(_check(invocation, name, sandbox=sandbox))
    if style == "json":
        click.echo(_options.as_json({"version": 1, "accounts": rows}))
    else:
        for row in rows:
            click.echo(_line(row))
    return 0 if all(row["ok"] for row in rows) else 1


async def _check(
    invocation: Invocation, name: str | None, *, sandbox: bool
) -> list[dict[str, Any]]:
    import asyncio

    from postops.cli import _open

    with _open.place(invocation, sandbox=sandbox) as at:
        found = at.access([name] if name else None)
        async with _open.logged_in(at, found) as logins:
            return await asyncio.gather(
                *(_who(one, logins.get(name)) for name, one in found.items())
            )


async def _who(access: Access, login: Login | None) -> dict[str, Any]:
    from postops.errors import PlatformError

    account = access.account
    row = {"account": account.name, "platform": account.platform, "ok": False}
    if login is None:
        return row | {"error": _missing(access)}
    try:
        identity = await login.platform.whoami()
    except PlatformError as error:
        return row | {"error": str(error)}
    return row | {"ok": True, "id": identity.id, "handle": identity.handle, "url": identity.url}


def _missing(access: Access) -> str:
    """Which variables to set; the names only."""
    names = sorted(access.account.credentials.values())
    if not names:
        return "no credentials are configured for it"
    return f"not set, or empty: {', '.join(names)}"


def _line(row: dict[str, Any]) -> str:
    from postops.output.safe import one_line

    if row["ok"]:
        said = f"{row['handle']}  {row['url']}"
        return f"{style('ok', fg='green')}     {row['account']}  {one_line(said)}"
    return f"{style('failed', fg='red')} {row['account']}  {one_line(row['error'])}"
