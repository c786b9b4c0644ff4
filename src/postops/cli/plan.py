"""`postops plan`: what will happen, when, and why the rest waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from datetime import datetime

    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.plan import Plan

_NAMED = 3  # files named in a note; `git status` has them all


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
        return swept.plan(now), [*_notes(seen.held), *_uncommitted(at), *swept.notes()]


def _notes(held: str | None) -> list[str]:
    return [f"everything is held: {held}"] if held else []


def _uncommitted(at: Place) -> list[str]:
    """What a person may take for planned although no run will ever see it."""
    from postops.content.campaigns import FOLDER as CAMPAIGNS
    from postops.content.posts import FOLDER as POSTS

    if at.world is not None or at.repository.rev_parse("HEAD") is None:
        return []  # the sandbox reads the work tree
    prefixes = (f"{POSTS}/", f"{CAMPAIGNS}/")
    changed = sorted(
        path
        for path in at.repository.changed_since("HEAD")
        if path.startswith(prefixes) or path == at.config.path
    )
    if not changed:
        return []
    names = ", ".join(changed[:_NAMED]) + (", …" if len(changed) > _NAMED else "")
    count = "1 file is" if len(changed) == 1 else f"{len(changed)} files are"
    return [f"{count} not committed, and not in this plan: {names}"]
