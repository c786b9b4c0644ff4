"""`postops plan`: what will happen, when, and why the rest waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from datetime import datetime

    from postops.cli._edge import Invocation
    from postops.plan import Plan


@click.command(
    "plan",
    epilog="""\b
Examples:
  postops plan
  postops plan --at 2026-03-01T10:30Z
  postops plan --format json | jq -r .digest
""",
)
@click.option(
    "--at",
    "moment",
    type=_options.TimeType(),
    metavar="TIME",
    help="As if it were this time; in the configuration's zone, if it has no offset.",
)
@_options.account
@_options.post
@_options.sandbox
@formats("text", "json", "markdown")
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    moment: datetime | None,
    account: tuple[str, ...],
    post: tuple[str, ...],
    sandbox: bool,
    style: str,
) -> None:
    """Show what will happen, when, and why the rest waits.

    Reads what publish reads: the content branch and the ledger as they are on the remote. Changes
    nothing. The digest at the end is what `postops publish --plan-digest` takes.
    """
    from postops.output.safe import one_line

    plan, notes = _plan(invocation, moment, account, post, sandbox=sandbox)
    for note in notes:
        click.echo(f"note: {one_line(note)}", err=True)
    click.echo(said(plan, style))


def said(plan: Plan, form: str) -> str:
    """The plan in one of its forms."""
    if form == "json":
        return _options.as_json(plan.as_json())
    from postops.output import plans

    return plans.markdown(plan) if form == "markdown" else plans.text(plan, style)


def _plan(
    invocation: Invocation,
    moment: datetime | None,
    account: tuple[str, ...],
    post: tuple[str, ...],
    *,
    sandbox: bool,
) -> tuple[Plan, list[str]]:
    from postops.cli import _open
    from postops.cli._sweep import Asked, sweep

    with _open.place(invocation, sandbox=sandbox) as at:
        seen = _open.view(at)
        now = at.clock.now() if moment is None else _options.in_zone(moment, at.config)
        asked = Asked(posts=post or None, accounts=account or None, everything=True)
        swept = sweep(at, seen, asked, now)
        return swept.plan(now), [*_notes(seen.held), *swept.notes()]


def _notes(held: str | None) -> list[str]:
    return [f"everything is held: {held}"] if held else []
