"""Events that came in after others went on, and must not undo what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postops.ledger.delivery import DeliveryState

# What ends a claim without a trace on the platform.
CLOSING = frozenset(
    {"failed", "deferred", "released", "skipped", "in_doubt", "scheduled", "unscheduled"}
)

MAY_BE_LATE = CLOSING | {"retried"}

# Of what is there already.
CHANGES = frozenset({"update", "withdraw"})


def is_late(delivery: DeliveryState, event: dict[str, Any]) -> bool:
    """Whether a dead run's event came in after others went on, and must not undo what they did.

    What was published stays true, however late it is heard of.
    """
    if event.get("generation", delivery.generation) < delivery.generation:
        return True
    if event["type"] == "retried":
        return _overtaken(delivery, event)
    if event["type"] not in CLOSING:
        return False
    claim = delivery.claim
    if event["type"] == "skipped":
        if delivery.scheduled_id is not None:
            return True  # by what another run knew before it was handed over
        if claim is not None and claim["run"] != event["run"]:
            return True  # too late by one clock; the other runner, in time by its own, is at it
        if delivery.phase == "failed" and event.get("blob") == delivery.blob:
            return True  # ... or has heard the platform's no: that is what a person has to know
    if "claim" in event and (claim is None or claim["id"] != event["claim"]):
        return True
    if claim is None:
        # Whether a filter dropped what was deleted since is nobody's question; a twin's address is.
        moot = delivery.phase == "withdrawn" and not event.get("candidates")
        return delivery.phase == "in_doubt" or (moot and event["type"] == "in_doubt")
    if "claim" in event and delivery.action not in CHANGES and _past(delivery, event):
        return True
    return bool(claim["run"] != event["run"] and event["recorded_at"] < claim["recorded_at"])


def _overtaken(delivery: DeliveryState, event: dict[str, Any]) -> bool:
    """Whether a person said "again" of what has come to something else before that was heard."""
    if delivery.claim is not None:
        return False
    over = delivery.phase in ("published", "withdrawn")
    return delivery.phase == "in_doubt" or (
        over and event.get("generation", 0) <= delivery.generation
    )


def _past(delivery: DeliveryState, event: dict[str, Any]) -> bool:
    """Whether what ends a claim cannot be the whole truth: the claim stays, to be reconciled."""
    number, parts = event.get("part", 1), delivery.parts
    if event["type"] == "in_doubt" and number in parts and not parts[number].withdrawn:
        return True  # the dead run's own word of it came in first
    # Nothing is said of a later part before the earlier ones are there: that history is missing.
    return any(earlier not in parts for earlier in range(1, number))
