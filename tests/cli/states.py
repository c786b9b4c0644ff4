"""A ledger's state before anything happened."""

from __future__ import annotations

from postops.ledger.state import LedgerState


def empty_state() -> LedgerState:
    return LedgerState()
