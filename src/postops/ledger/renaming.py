"""The ledger as a configuration names its accounts, before any run could write a renaming down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.ledger.state import LedgerState


def as_named(state: LedgerState, was: Mapping[str, str]) -> LedgerState:
    """The state with the history of each old name under the new one; `was` gives old by new.

    The state itself where nothing is to be renamed, or a run has done it: then that counts.
    """
    due = {new: old for new, old in was.items() if new not in state.bound and old in state.bound}
    if not due:
        return state
    olds = set(due.values())
    view = replace(
        state,
        deliveries={n: d.copy() if d.account in olds else d for n, d in state.deliveries.items()},
        bound=dict(state.bound),
        budgets=dict(state.budgets),
        renamed=dict(state.renamed),
        owned={account: set(ids) for account, ids in state.owned.items()},
        _posts=None,
    )
    for new, old in due.items():
        binding = view.bound.get(old)
        if binding is not None:  # the first of two that claim to have been it
            view.rename(old, new)
            view.bound[new] = binding._replace(account=new)
    return view
