"""The ledger by the names that a configuration has for its accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.ledger.renaming import as_named

if TYPE_CHECKING:
    from postops.config import Config
    from postops.ledger.state import LedgerState


def named(state: LedgerState, config: Config) -> LedgerState:
    """What every command looks at: `was: old-name` counts from the commit that says so.

    An old name that is still configured keeps what it has, until a run decides.
    """
    accounts = config.accounts.values()
    was = {one.name: one.was for one in accounts if one.was and one.was not in config.accounts}
    return as_named(state, was)


def in_ledger(delivery: str, state: LedgerState, config: Config) -> tuple[str, str]:
    """The name a delivery of `named` has in the ledger itself, and its account's.

    An event under the new name would begin another history, while no run has carried it over.
    """
    post, _, account = delivery.rpartition("@")
    one = config.accounts.get(account)
    if delivery not in state.deliveries and one is not None and one.was:
        account = one.was
    return f"{post}@{account}", account
