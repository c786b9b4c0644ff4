"""`postops metrics`: pull what the platforms count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options
from postops.cli._options import DurationType, as_json, formats

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.insights.collect import Counted
    from postops.ledger.journal import Ledger


@click.group("metrics")
def command() -> None:
    """Pull what the platforms count."""


@command.command(
    "pull",
    epilog="""\b
Examples:
  postops metrics pull
  postops metrics pull --account bluesky-main --account mastodon-main
  postops metrics pull --since 7d        only what was published in the last seven days
  postops metrics pull --sandbox
  postops query "SELECT post, account, likes FROM metrics_latest ORDER BY likes DESC"
""",
)
@_options.account
@click.option(
    "--since",
    type=DurationType(),
    metavar="DUR",
    help="Only posts published within this time, such as 7d; otherwise within a year.",
)
@_options.sandbox
@formats("text", "json")
@click.pass_obj
def pull(
    invocation: Invocation,
    /,
    account: tuple[str, ...],
    since: timedelta | None,
    sandbox: bool,
    style: str,
) -> int:
    """Count likes, replies and more of every post that is out, and commit the numbers.

    Posts are counted with every pull for 2 days, then daily up to 14 days, weekly up to 60 days,
    and every four weeks up to a year. X charges for every post it is asked about: keep to the free
    platforms with --account, or to young posts with --since.

    Exits 1 if an account could not be counted; the others are, all the same.
    """
    import asyncio

    from postops.cli import _open

    with _open.place(invocation, sandbox=sandbox) as at:
        found = asyncio.run(_pull(at, account or None, since))
    click.echo(as_json(_document(found)) if style == "json" else _text(found))
    return 1 if any(one.error for one in found) else 0


async def _pull(at: Place, names: tuple[str, ...] | None, since: timedelta | None) -> list[Counted]:
    from postops.cli import _open
    from postops.cli._naming import named
    from postops.errors import LedgerDamaged
    from postops.insights.collect import collect
    from postops.insights.decay import last_counts

    at.access(names)  # an unknown name is said before anybody is asked
    async with _open.ledger(at) as ledger, _open.logged_in(at, names) as logins:
        if ledger.held is not None:
            raise LedgerDamaged(
                f"everything is held: {ledger.held}",
                help="look at the state branch, then `postops ledger accept`",
            )
        now = at.clock.now()
        found = await collect(
            named(ledger.state, at.config),
            {name: login.platform for name, login in logins.items()},
            at.clock,
            accounts=names,
            since=since,
            last=last_counts(ledger.head, now),
            told=_progress,
        )
        await _keep(ledger, found, now)
    return found


async def _keep(ledger: Ledger, found: list[Counted], now: datetime) -> None:
    """Commit the snapshots, and the views that show them."""
    from postops.insights import views
    from postops.insights.decay import day_path

    lines = [snapshot.line() for one in found for snapshot in one.snapshots]
    if not lines:
        return
    ledger.append_lines(day_path(now), lines)
    script = views.views_sql().encode()
    if ledger.head.read(views.PATH) != script:
        ledger.stage(views.PATH, script)
    await ledger.push()


def _progress(one: Counted) -> None:
    from postops.cli._edge import say
    from postops.output.safe import one_line

    say(f"{one.account}: {one_line(one.error or f'{len(one.snapshots)} counted')}", err=True)


def _document(found: list[Counted]) -> dict[str, Any]:
    accounts = [
        {
            "account": one.account,
            "asked": one.asked,
            "counted": len(one.snapshots),
            "error": one.error,
        }
        for one in found
    ]
    return {"version": 1, "accounts": accounts, "snapshots": sum(len(o.snapshots) for o in found)}


def _text(found: list[Counted]) -> str:
    total = sum(len(one.snapshots) for one in found)
    failed = [one.account for one in found if one.error]
    said = f"{total} counted on {len(found) - len(failed)} accounts"
    if not found:
        return "nothing to count: no post is out, or all were counted lately"
    return f"{said}; failed: {', '.join(failed)}" if failed else said
