"""`postops withdraw`: delete what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options
from postops.cli._edge import say
from postops.cli._options import style
from postops.output.safe import one_line

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.ledger.journal import Ledger
    from postops.plan import Action
    from postops.publish.ports import Loaded, Result


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
    """Delete what was published.

    Of POST, an id or a path; what waits at the platform for its time is taken back. It stays deleted: the file does not bring it back, only `postops retry` does.
    """
    import asyncio

    results, signal = asyncio.run(
        _withdraw(invocation, post, account, force=force, yes=yes or sandbox, sandbox=sandbox)
    )
    from postops.output.results import line
    from postops.publish.ports import ALARMS

    for result in results:
        say(line(result, style))
    if signal is not None:
        return 128 + signal
    return 1 if any(result.outcome in ALARMS for result in results) else 0


async def _withdraw(
    invocation: Invocation,
    post: str,
    accounts: tuple[str, ...],
    *,
    force: bool,
    yes: bool,
    sandbox: bool,
) -> tuple[list[Result], int | None]:
    from postops.cli import _open

    with _open.place(invocation, sandbox=sandbox) as at:
        async with _open.ledger(at) as ledger:
            actions = _actions(at, ledger, post, accounts, force=force)
            if not yes:
                _confirm(
                    f"delete {len(actions)} {_what(at, ledger, actions)} deliveries of {one_line(post)}?"
                )
            return await _carry_out(at, ledger, actions)


def _actions(
    at: Place, ledger: Ledger, post: str, accounts: tuple[str, ...], *, force: bool
) -> list[Action]:
    """What is to be deleted. Raises `ConfigError` where nothing was published."""
    from postops.cli._naming import named
    from postops.errors import ConfigError, UnsafePlan
    from postops.plan import Action, Guard

    id_ = post.removeprefix("posts/").removesuffix(".md")
    found = [
        done
        for done in named(ledger.state, at.config).deliveries.values()
        if post in (done.post, done.path) or done.post == id_
    ]
    known = at.config.accounts
    for name in {*accounts} - known.keys():
        raise ConfigError(f"there is no account called {name!r}")
    live = [
        done
        for done in found
        if (done.live or done.scheduled_id)
        and done.account in known
        and (not accounts or done.account in accounts)
    ]
    if not live:
        raise ConfigError(f"nothing of {post!r} is published", help="postops status lists what is")
    if not force and len(live) > len({done.account for done in live}) * Guard().withdraws:
        raise UnsafePlan(f"{len(live)} deletions are more than the guard allows", help="--force")
    return [
        Action(
            done.name,
            done.post,
            done.account,
            known[done.account].platform,
            "withdraw",
            None,
            asked=True,
        )
        for done in live
    ]


def _what(at: Place, ledger: Ledger, actions: list[Action]) -> str:
    from postops.cli._naming import named

    state = named(ledger.state, at.config)
    waits = [state.delivery(action.delivery).scheduled_id for action in actions]
    return "published or scheduled" if any(waits) else "published"


def _confirm(question: str) -> None:
    """Raise `click.Abort` where the answer is no, or nobody is there to ask."""
    click.confirm(question, abort=True, err=True)


async def _carry_out(
    at: Place, ledger: Ledger, actions: list[Action]
) -> tuple[list[Result], int | None]:
    from postops.cli import _open
    from postops.cli._naming import named
    from postops.cli._signals import stopping
    from postops.plan import Plan
    from postops.publish.run import Run
    from postops.publish.stop import Stop

    stop = Stop()

    def plan() -> Plan:
        """What is still there of it, by the ledger as it is when asked."""
        state = named(ledger.state, at.config)
        done = ((state.delivery(action.delivery), action) for action in actions)
        left = (action for found, action in done if found.live or found.scheduled_id)
        return Plan(at.clock.now(), tuple(left), ())

    async with _open.logged_in(at, {action.account for action in actions}) as logins:
        run = Run(
            ledger=ledger,
            logins=logins,
            loader=_OldLoader(at, ledger),
            replan=plan,
            clock=at.clock,
            terms=_open.terms(at.config),
            stop=stop,
        )
        with stopping(stop):
            return await run.carry_out(plan()), stop.signal


class _OldLoader:
    """A deletion needs no text, but where it has to be found what was handed over to the platform.

    Only then is the content branch fetched.
    """

    def __init__(self, at: Place, ledger: Ledger) -> None:
        self._at = at
        self._ledger = ledger

    def load(self, delivery: str, commit: str | None = None) -> Loaded:
        from postops.cli import _tip
        from postops.cli._loader import TipLoader

        tip = _tip.fetch(self._at.repository, self._at.config)
        config = self._at.adapted(tip.config)
        return TipLoader(tip, config, {}, lambda: self._ledger.state).load(delivery, commit)
