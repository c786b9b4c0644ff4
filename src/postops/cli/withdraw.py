"""`postops withdraw`: delete what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options
from postops.cli._options import style

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.ledger.journal import Ledger
    from postops.plan import Action
    from postops.publish.ports import Result


@click.command(
    "withdraw",
    epilog="""\b
Examples:
  postops withdraw launch/hello                  everywhere
  postops withdraw launch/hello --account x-main
""",
)
@click.argument("post", metavar="POST")
@_options.account
@click.option("-f", "--force", is_flag=True, help="More than three deletions to one account.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_options.sandbox
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    post: str,
    account: tuple[str, ...],
    force: bool,
    yes: bool,
    sandbox: bool,
) -> int:
    """Delete what was published of POST, an id or a path.

    It stays deleted: the file does not bring it back, only `postops retry` does.
    """
    import asyncio

    results = asyncio.run(
        _withdraw(invocation, post, account, force=force, yes=yes or sandbox, sandbox=sandbox)
    )
    from postops.output.results import line
    from postops.publish.ports import ALARMS

    for result in results:
        click.echo(line(result, style))
    return 1 if any(result.outcome in ALARMS for result in results) else 0


async def _withdraw(
    invocation: Invocation,
    post: str,
    accounts: tuple[str, ...],
    *,
    force: bool,
    yes: bool,
    sandbox: bool,
) -> list[Result]:
    from postops.cli import _open

    with _open.place(invocation, sandbox=sandbox) as at:
        async with _open.ledger(at) as ledger:
            actions = _actions(at, ledger, post, accounts, force=force)
            if not yes:
                click.confirm(f"delete {len(actions)} published deliveries of {post}?", abort=True)
            return await _carry_out(at, ledger, actions)


def _actions(
    at: Place, ledger: Ledger, post: str, accounts: tuple[str, ...], *, force: bool
) -> list[Action]:
    """What is to be deleted. Raises `ConfigError` where nothing was published."""
    from postops.errors import ConfigError, UnsafePlan
    from postops.plan import Action, Guard

    id_ = post.removeprefix("posts/").removesuffix(".md")
    found = [
        done
        for done in ledger.state.deliveries.values()
        if post in (done.post, done.path) or done.post == id_
    ]
    live = [done for done in found if done.live and (not accounts or done.account in accounts)]
    if not live:
        raise ConfigError(f"nothing of {post!r} is published", help="postops status lists what is")
    known = at.config.accounts
    if not force and len(live) > len({done.account for done in live}) * Guard().withdraws:
        raise UnsafePlan(f"{len(live)} deletions are more than the guard allows", help="--force")
    return [
        Action(done.name, done.post, done.account, known[done.account].platform, "withdraw", None)
        for done in live
        if done.account in known
    ]


async def _carry_out(at: Place, ledger: Ledger, actions: list[Action]) -> list[Result]:
    from postops.cli import _open
    from postops.cli._signals import stopping
    from postops.plan import Plan
    from postops.publish.ports import Terms
    from postops.publish.run import Run
    from postops.publish.stop import Stop

    plan, nothing = Plan(at.clock.now(), tuple(actions), ()), Plan(at.clock.now(), (), ())
    stop = Stop()
    async with _open.logged_in(at, {action.account for action in actions}) as logins:
        run = Run(
            ledger=ledger,
            logins=logins,
            loader=_NoLoader(),
            replan=lambda: nothing,
            clock=at.clock,
            terms=Terms(lease=at.config.lease, clock_skew=at.config.clock_skew),
            stop=stop,
        )
        with stopping(stop):
            return await run.carry_out(plan)


class _NoLoader:
    """A deletion needs no text."""

    def load(self, delivery: str, commit: str | None = None) -> None:
        raise AssertionError(f"nothing to load for {delivery} at {commit}")
