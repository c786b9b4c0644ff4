"""`postops adopt`: mark what exists already as published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from postops.cli import _options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postops.cli._edge import Invocation
    from postops.cli._open import Place
    from postops.ledger.journal import Ledger
    from postops.plan import Waiting


@click.command(
    "adopt",
    epilog="""\b
Examples:
  postops adopt launch/hello@bluesky-main --url https://bsky.app/profile/acme/post/3k…
  postops adopt --before-account          all that was due before its account was known
""",
)
@click.argument("delivery", metavar="POST@ACCOUNT", required=False)
@click.option("--url", metavar="URL", help="Where it is. Without it, it only counts as published.")
@click.option(
    "--before-account",
    "old",
    is_flag=True,
    help="Every delivery that waits because it was due before its account was known.",
)
@_options.sandbox
@click.pass_obj
def command(
    invocation: Invocation, /, delivery: str | None, url: str | None, old: bool, sandbox: bool
) -> None:
    """Mark what exists already as published.

    For posts that were sent by hand or by another tool: they are never sent again. With --url,
    metrics are pulled for them as well, and `on_edit` and `on_remove` are followed. It may be said
    later, too, of what was adopted without.
    """
    import asyncio

    if (delivery is None) != old or (old and url):
        raise click.UsageError("name one POST@ACCOUNT, or say --before-account")
    adopted = asyncio.run(_adopt(invocation, delivery, url, sandbox=sandbox))
    for name in adopted:
        click.echo(f"{name}: counts as published")
    if not adopted:
        click.echo("nothing waits for being older than its account", err=True)


async def _adopt(
    invocation: Invocation, delivery: str | None, url: str | None, *, sandbox: bool
) -> list[str]:
    from postops.cli import _adopting, _open, _verdicts

    with _open.place(invocation, sandbox=sandbox) as at:
        receipt: dict[str, Any] = {}
        account = _verdicts.split(delivery).account if delivery else None
        if account and url:
            receipt = await _adopting.receipt(at, account, url)
        async with _open.ledger(at) as ledger:

            def events() -> list[dict[str, Any]]:
                if delivery and receipt and _is_nowhere(ledger, delivery):
                    found = [_placed(at, ledger, delivery)]
                else:
                    found = [_event(one) for one in _waiting(at, ledger, delivery)]
                found = [event | (receipt or _NOWHERE) for event in found]
                for event in found:
                    _verdicts.no_others(ledger.state, event)
                return found

            adopted = await _verdicts.written(ledger, events)
    return [event["delivery"] for event in adopted]


def _is_nowhere(ledger: Ledger, delivery: str) -> bool:
    """Whether it was adopted without its address."""
    done = ledger.state.deliveries.get(delivery)
    return done is not None and done.claim is None and any(not p.remote_id for p in done.live)


def _placed(at: Place, ledger: Ledger, delivery: str) -> dict[str, Any]:
    """Where it is becomes known; what it said when it was adopted stays what is there."""
    from postops.cli._sweep import Asked, sweep
    from postops.cli._verdicts import split, who

    account = split(delivery).account
    event = {"type": "adopted", "delivery": delivery, "account": account, "part": 1, "parts": 1}
    wishes = sweep(at, ledger, Asked(everything=True), at.clock.now()).gathered.wishes
    wished = next((wish for wish in wishes if wish.delivery == delivery), None)
    says = {"on_edit": wished.on_edit, "on_remove": wished.on_remove} if wished else {}
    return event | says | {"by": who()}


_NOWHERE = {"on_edit": "ignore", "on_remove": "keep"}
"""What is not known to be anywhere can be neither changed nor withdrawn."""


_SENT = frozenset({"claimed", "scheduled", "in-doubt", "edited", "removed"})
"""Why a delivery waits of which something may exist: for `resolve`, or for nobody."""


def _waiting(at: Place, ledger: Ledger, delivery: str | None) -> Iterable[Waiting]:
    """The deliveries meant: of posts that are there and were never sent. Raises `ConfigError`."""
    from postops.cli._sweep import Asked, sweep
    from postops.errors import ConfigError
    from postops.plan import Waiting

    now = at.clock.now()
    swept = sweep(at, ledger, Asked(everything=True), now)
    plan = swept.plan(now)
    if delivery is None:
        return [one for one in plan.waiting if one.reason == "before-account"]
    known = [
        one
        for one in plan.waiting
        if one.delivery == delivery and one.wish is not None and one.reason not in _SENT
    ]
    known += [
        Waiting(one.delivery, "not-due", wish=one.wish)
        for one in plan.actions
        if one.delivery == delivery and one.action in ("publish", "schedule")
    ]
    if not known:
        done = ledger.state.deliveries.get(delivery)
        stands = f"it is {done.phase.replace('_', '-')}" if done else "no post goes there"
        raise ConfigError(
            f"{delivery!r} is not waiting to be sent: {stands}", help="postops status lists what is"
        )
    return known


def _event(waiting: Waiting) -> dict[str, Any]:
    from postops.cli._verdicts import who

    wish = waiting.wish
    assert wish is not None  # noqa: S101 - chosen for having one
    return {
        "type": "adopted",
        "delivery": waiting.delivery,
        "account": wish.account,
        "part": 1,
        "parts": 1,
        "by": who(),
        "source": wish.source,
        "payload": wish.payload,
        "commit": wish.commit,
        "blob": wish.blob,
        "path": wish.path,
        "on_edit": wish.on_edit,
        "on_remove": wish.on_remove,
    }
