"""`postops flush`: bring the outcomes of a dead run to the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from postops.cli import _options

if TYPE_CHECKING:
    from postops.cli._edge import Invocation


@click.command(
    "flush",
    epilog="""\b
Examples:
  postops flush      as the last step of a job, `if: always()`
""",
)
@_options.sandbox
@click.pass_obj
def command(invocation: Invocation, /, sandbox: bool) -> None:
    """Bring the outcomes of a dead run to the ledger.

    A run that is killed leaves on disk what it could not push. The next run on this machine brings
    it in; where the machine goes away with the job, this does. Sends nothing to any platform.
    """
    import asyncio

    count = asyncio.run(_flush(invocation, sandbox=sandbox))
    told = f"{count} outcome{'' if count == 1 else 's'} brought in"
    click.echo(told if count else "nothing was left behind", err=True)


async def _flush(invocation: Invocation, *, sandbox: bool) -> int:
    from postops.cli import _open
    from postops.ledger.outbox import glance

    with _open.place(invocation, sandbox=sandbox) as at:
        left = len(glance(at.outbox))
        if left:
            async with _open.ledger(at) as ledger:  # opening is what brings it in
                ledger.check_held()
        return left
