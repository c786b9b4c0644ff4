"""`postops retry`: let a delivery be sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.ledger.state import DeliveryState


@click.command(
    "retry",
    epilog="""\b
Examples:
  postops retry launch/hello@mastodon-main
""",
)
@click.argument("delivery", metavar="POST@ACCOUNT")
@_options.sandbox
@click.pass_obj
def command(invocation: Invocation, /, delivery: str, sandbox: bool) -> None:
    """Let a delivery be sent again.

    For what failed or was skipped (late and expired posts, too), and to send something once more
    that was withdrawn. What is in doubt is for `postops resolve`; what is published has to be
    withdrawn first.
    """
    import asyncio

    from postops.cli import _verdicts

    def verdict(done: DeliveryState) -> dict[str, Any]:
        _verdicts.refuse(
            done,
            "retry",
            phases={"failed", "skipped", "withdrawn", "deferred"},
            instead="in doubt: postops resolve; published or scheduled: postops withdraw first",
        )
        return {"type": "retried", "generation": done.generation + (done.phase == "withdrawn")}

    asyncio.run(_verdicts.decide(invocation, delivery, verdict, sandbox=sandbox))
    click.echo(f"{delivery}: the next run may send it")
