"""`postops rule`: the page of one rule."""

from __future__ import annotations

import click


@click.command(
    "rule",
    epilog="\b\nExamples:\n  postops rule PO101\n  postops rule text-too-long\n  postops rule",
)
@click.argument("rule", required=False, metavar="CODE|NAME")
def command(rule: str | None) -> None:
    """Explain a rule.

    What it finds, why, and how to mend it. Without a name: list them all.
    """
    from postops.policy.docs import explain, listing

    click.echo(explain(rule) if rule else listing())
