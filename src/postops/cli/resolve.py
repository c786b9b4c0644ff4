"""`postops resolve`: settle a delivery that is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options

if TYPE_CHECKING:
    from postops.cli._edge import Invocation
    from postops.ledger.state import DeliveryState


@click.command(
    "resolve",
    epilog="""\b
Examples:
  postops resolve launch/hello@x-main --published https://x.com/acme/status/1
  postops resolve launch/hello@x-main --not-published
""",
)
@click.argument("delivery", metavar="POST@ACCOUNT")
@click.option("--published", "url", metavar="URL", help="It is there: this is it.")
@click.option("--not-published", "absent", is_flag=True, help="It is not there: it may be sent.")
@click.option(
    "--part", type=click.IntRange(1), metavar="N", help="Of a thread; else the doubtful one."
)
@_options.sandbox
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    delivery: str,
    url: str | None,
    absent: bool,
    part: int | None,
    sandbox: bool,
) -> None:
    """Settle a delivery that is in doubt.

    Look at the account first. With --published the post counts as sent and its thread goes on from
    there; with --not-published the next run may send it.
    """
    import asyncio

    if (url is None) != absent:
        raise click.UsageError("say one of --published URL and --not-published")
    asyncio.run(_resolve(invocation, delivery, url, part, sandbox=sandbox))
    click.echo(f"{delivery}: {'published' if url else 'not published'}")


async def _resolve(
    invocation: Invocation, delivery: str, url: str | None, part: int | None, *, sandbox: bool
) -> None:
    from postops.cli import _adopting, _open, _verdicts

    receipt: dict[str, Any] = {}
    if url is not None:
        with _open.place(invocation, sandbox=sandbox) as at:
            account = _verdicts.split(delivery).account
            receipt = await _adopting.receipt(at, account, url)

    def verdict(done: DeliveryState) -> dict[str, Any]:
        _verdicts.refuse(
            done,
            "resolve",
            phases={"in_doubt", "claimed", *(["scheduled"] if _overdue(done, invocation) else [])},
            instead="only what is in doubt, or claimed by a run that died, can be resolved, and what"
            " waits at the platform once its time has passed: postops withdraw takes that back",
        )
        _verdicts.unattended(done, invocation)
        number = part or done.asked_about
        outcome = {"type": "resolved", "part": number, "parts": done.parts_total}
        if url is None:
            return outcome | {"outcome": "not-published"}
        return outcome | {"outcome": "published", **receipt}

    await _verdicts.decide(invocation, delivery, verdict, sandbox=sandbox)


def _overdue(done: DeliveryState, invocation: Invocation) -> bool:
    """Whether the platform should have published it by now."""
    from postops.plan import parse

    due = parse(done.due_at)
    return due is not None and due <= invocation.clock.now()
