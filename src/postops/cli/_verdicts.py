"""What a person decides about a delivery, written into the ledger: resolve, retry, adopt."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from postops.cli import _open
from postops.cli._naming import in_ledger, named
from postops.errors import ConfigError, LedgerConflict
from postops.model import Delivery
from postops.plan import iso, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.cli._edge import Invocation
    from postops.ledger.journal import Ledger
    from postops.ledger.state import DeliveryState, LedgerState

_RACES = 7
"""How often others may be faster before the command gives up."""


def split(name: str) -> Delivery:
    """POST@ACCOUNT as typed. Raises `ConfigError` where it is not one."""
    delivery = Delivery.parse(name)
    if not delivery.post or not delivery.account:
        raise ConfigError(f"{name!r} is no delivery", help="write POST@ACCOUNT, as in status")
    return delivery


def who() -> str:
    """Who decided, as well as this machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


async def decide(
    invocation: Invocation,
    delivery: str,
    verdict: Callable[[DeliveryState], dict[str, Any]],
    *,
    sandbox: bool,
) -> None:
    """Record what a person decided. `verdict` gives the event, or raises `ConfigError`."""
    split(delivery)
    with _open.place(invocation, sandbox=sandbox) as at:
        async with _open.ledger(at) as ledger:

            def events() -> list[dict[str, Any]]:
                done = named(ledger.state, at.config).deliveries.get(delivery)
                if done is None:
                    raise ConfigError(
                        f"the ledger knows no delivery {delivery!r}",
                        help="postops status lists them",
                    )
                name, account = in_ledger(delivery, ledger.state, at.config)
                event = {"delivery": name, "account": account, "by": who()} | verdict(done)
                no_others(ledger.state, event)
                return [event]

            await written(ledger, events)


async def written(
    ledger: Ledger, events: Callable[[], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Write down what a person decided, or nothing: it is judged anew where others were faster.

    `events` raises `ConfigError` where it cannot be said. Raises `LedgerError` and its kinds.
    """
    for _ in range(_RACES):
        with suppress(LedgerConflict):
            return await ledger.claim(events())
    return await ledger.claim(events())


def no_others(state: LedgerState, event: dict[str, Any]) -> None:
    """Raise `ConfigError` where the remote post is another delivery's: that one would change it."""
    for name in state.of_account(event["account"]):
        done = state.delivery(name)
        ids = {part.remote_id for part in done.parts.values()}
        if done.name != state.delivery(event["delivery"]).name and event.get("remote_id") in ids:
            raise ConfigError(
                f"that is the post of {done.name}", help="one post on a platform is of one delivery"
            )


def unattended(done: DeliveryState, invocation: Invocation) -> None:
    """Raise `ConfigError` while the run that claimed it may be at it: that one knows better."""
    lease = parse(done.claim.get("lease_until")) if done.claim else None
    if lease is not None and lease > invocation.clock.now():
        raise ConfigError(
            f"{done.name}: run {(done.claim or {}).get('run')} may be at it until {iso(lease)}",
            help="the next run after that finds out what became of it",
        )


def refuse(done: DeliveryState, command: str, *, phases: set[str], instead: str) -> None:
    """Raise `ConfigError` where the delivery is in none of the phases the command is for."""
    if done.phase not in phases:
        phase = done.phase.replace("_", "-")
        raise ConfigError(f"{done.name} is {phase}: nothing to {command}", help=instead)
