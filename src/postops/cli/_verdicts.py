"""What a person decides about a delivery, written into the ledger: resolve, retry, adopt."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from postops.cli import _open
from postops.cli._naming import in_ledger, named
from postops.errors import ConfigError
from postops.model import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from postops.cli._edge import Invocation
    from postops.ledger.state import DeliveryState, LedgerState


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
            done = named(ledger.state, at.config).deliveries.get(delivery)
            if done is None:
                raise ConfigError(
                    f"the ledger knows no delivery {delivery!r}", help="postops status lists them"
                )
            name, account = in_ledger(delivery, ledger.state, at.config)
            event = {"delivery": name, "account": account, "by": who()} | verdict(done)
            no_others(ledger.state, event)
            ledger.record(event)
            await ledger.push()


def no_others(state: LedgerState, event: dict[str, Any]) -> None:
    """Raise `ConfigError` where the remote post is another delivery's: that one would change it."""
    for name in state.of_account(event["account"]):
        done = state.delivery(name)
        ids = {part.remote_id for part in done.parts.values()}
        if done.name != state.delivery(event["delivery"]).name and event.get("remote_id") in ids:
            raise ConfigError(
                f"that is the post of {done.name}", help="one post on a platform is of one delivery"
            )


def refuse(done: DeliveryState, command: str, *, phases: set[str], instead: str) -> None:
    """Raise `ConfigError` where the delivery is in none of the phases the command is for."""
    if done.phase not in phases:
        phase = done.phase.replace("_", "-")
        raise ConfigError(f"{done.name} is {phase}: nothing to {command}", help=instead)
