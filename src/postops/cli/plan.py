"""`postops plan`: what will happen, when, and why the rest waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options
from postops.cli._options import formats, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.plan import Plan
    from postops.plan.matrix import Matrix

_NAMED = 3  # files named in a note; `git status` has them all


@click.command(
    "plan",
    epilog="""\b
Examples:
  postops plan
  postops plan --at 2026-03-01T10:30Z
  postops plan --format json | jq -r .digest
  postops plan --shard 2/3               what the second of three runners would do
  postops plan --matrix 3 --format json | jq -c .matrix
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
@_options.shard
@click.option(
    "--matrix",
    type=click.IntRange(1, 9999),
    metavar="N",
    help="Instead of the plan: which of N shards have something to do.",
)
@click.option(
    "--wait",
    type=_options.DurationType(),
    metavar="DURATION",
    help="With --matrix: also what becomes due so soon, as in publish.",
)
@_options.sandbox
@formats("text", "json", "markdown")
@click.pass_obj
def command(invocation: Invocation, /, style: str, **asked: Any) -> None:
    """Show what will happen, when, and why the rest waits.

    Reads what publish reads: the content branch and the ledger as they are on the remote. Changes
    nothing. The digest at the end is what `postops publish --plan-digest` takes.
    """
    from postops.output.safe import one_line

    if asked["matrix"] and asked["shard"]:
        raise click.UsageError("--matrix is about all shards: leave out --shard")
    if asked["wait"] and not asked["matrix"]:
        raise click.UsageError("--wait needs --matrix: a plan shows what is not due yet, anyway")
    look = _matrix if asked["matrix"] else _plan
    found, held, notes = look(invocation, asked)
    for note in notes:
        click.echo(f"note: {one_line(note)}", err=True)
    click.echo(said(found, held, style))


def said(found: Plan | Matrix, held: str | None, form: str) -> str:
    """The plan, or the matrix, in one of its forms. `held`: why nothing of it would be done."""
    if form == "json":
        return _options.as_json(found.as_json() | {"held": held})
    from postops.output import matrix, plans
    from postops.plan import Plan

    if isinstance(found, Plan):
        return plans.markdown(found) if form == "markdown" else plans.text(found, style)
    return matrix.markdown(found) if form == "markdown" else matrix.text(found, style)


def _plan(
    invocation: Invocation, asked: dict[str, Any]
) -> tuple[Plan | Matrix, str | None, list[str]]:
    plan, _, held, notes = _looked(invocation, asked, everything=True)
    return plan, held, notes


def _matrix(
    invocation: Invocation, asked: dict[str, Any]
) -> tuple[Plan | Matrix, str | None, list[str]]:
    """As publish sees it: what is not due yet is not read, and its faults start no runner."""
    from datetime import timedelta

    from postops.plan.matrix import matrix

    plan, platforms, held, notes = _looked(invocation, asked, everything=False)
    until = plan.at + (asked["wait"] or timedelta(0))
    return matrix(plan, platforms, asked["matrix"], until, held), held, notes


def _looked(
    invocation: Invocation, asked: dict[str, Any], *, everything: bool
) -> tuple[Plan, Mapping[str, str], str | None, list[str]]:
    """The plan, the platform of every account, why all is held, and notes."""
    from postops.cli import _open
    from postops.cli._sweep import Asked, sweep

    with _open.place(invocation, sandbox=asked["sandbox"]) as at:
        seen = _open.view(at)
        moment = asked["moment"]
        now = at.clock.now() if moment is None else _options.in_zone(moment, at.config)
        wishes = Asked(
            posts=asked["post"] or None,
            accounts=asked["account"] or None,
            shard=asked["shard"],
            everything=everything,
        )
        swept = sweep(at, seen, wishes, now)
        notes = [*_notes(seen.held), *_uncommitted(at), *swept.notes()]
        return swept.plan(now), swept.terms.platforms, seen.held, notes


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
