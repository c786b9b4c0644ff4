"""`postops publish`: send what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options
from postops.cli._edge import say
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.cli._publishing import Outcome, Watcher


@click.command(
    "publish",
    epilog="""\b
Examples:
  postops publish --dry-run              what would be sent
  postops publish --sandbox              send to emulated platforms on this machine
  postops publish                        send what is due
  postops publish --wait 15m             and what becomes due in the next 15 minutes
  postops publish --post hello --now     one post, whatever its time
  postops publish --shard 2/3            the second of three runners that share the accounts
""",
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be sent; change nothing.")
@_options.sandbox
@_options.account
@_options.post
@_options.shard
@click.option(
    "--now", is_flag=True, help="Whatever its time says, in quiet hours too. Needs --post."
)
@click.option(
    "--wait",
    type=_options.DurationType(),
    metavar="DURATION",
    help="Stay for posts that become due so soon, and send them on time.",
)
@click.option(
    "-f", "--force", is_flag=True, help="Lift the guard on one run, and daily caps and spacing."
)
@click.option(
    "--backfill", is_flag=True, help="Also send what was due before the account was known."
)
@click.option(
    "--plan-digest", metavar="DIGEST", help="Refuse any plan but the reviewed one (postops plan)."
)
@formats("text", "json")
@click.pass_obj
def command(invocation: Invocation, /, style: str, **asked: Any) -> int:
    """Send what is due.

    Every delivery is claimed in the ledger before it is sent, sent with one attempt, and written
    down after. Open claims of runs that died are settled first. Exits 1 when something needs a
    person.
    """
    import asyncio

    from postops.cli import _publishing

    if asked["now"] and not asked["post"]:
        raise click.UsageError("--now needs --post: one post at a time goes out before its time")
    watcher = _publishing.Watcher() if style == "json" else _progress()
    wishes = _publishing.Request(
        posts=asked["post"] or None,
        accounts=asked["account"] or None,
        shard=asked["shard"],
        now=asked["now"],
        wait=asked["wait"],
        force=asked["force"],
        backfill=asked["backfill"],
        digest=asked["plan_digest"],
        dry_run=asked["dry_run"],
        sandbox=asked["sandbox"],
    )
    outcome = asyncio.run(_publishing.publish(invocation, wishes, watcher))
    _report(outcome, quiet=style == "json", named=bool(asked["post"]))
    return outcome.exit_code


def _progress() -> Watcher:
    from postops.cli._progress import Progress

    return Progress()


def _report(outcome: Outcome, *, quiet: bool, named: bool) -> None:
    """`named`: single posts were asked for, so that whatever they wait for is news."""
    from postops.output import plans, results
    from postops.output.safe import one_line

    for note in outcome.notes:
        say(f"note: {one_line(note)}", err=True)
    if quiet:
        say(_options.as_json(outcome.as_json()))
    elif outcome.dry_run:
        say(plans.text(outcome.plan, style))
    else:
        for waiting in outcome.untold if named else outcome.alarms:
            say(plans.waiting_line(waiting, style))
        say(results.closing(outcome.results, len(outcome.plan.waiting)), err=True)
