"""What every call costs, counted in millionths of a dollar so that sums stay exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.sandbox.world import SandboxAccount, World

# docs:x-api/getting-started/pricing, checked 2026-08-22; millionths of a US dollar.
PRICES = {
    "post": 15_000,
    "post with link": 200_000,
    "delete": 10_000,
    "metadata": 5_000,
    "own post read": 1_000,
    "post read": 5_000,
    "user read": 10_000,
}


def broke(world: World, account: SandboxAccount) -> bool:
    """Say whether the account's credits are used up; without the option they never are."""
    credits_usd = account.options.get("credits")
    return credits_usd is not None and _spent(world, account) >= round(credits_usd * 1_000_000)


def charge(world: World, account: SandboxAccount, heading: str) -> None:
    """Count one call."""
    bill = _bill(world, account)
    bill[heading] = bill.get(heading, 0) + 1


def charge_read(world: World, account: SandboxAccount, heading: str, resource: str) -> None:
    """Count one read; the same resource again on the same UTC day is free."""
    seen = world.shelf("x", "reads", account.name)
    today = world.now().date().isoformat()
    if seen.get(resource) != today:
        seen[resource] = today
        charge(world, account, heading)


def costs(world: World, account: SandboxAccount) -> Mapping[str, float]:
    """Return USD by heading."""
    bill = _bill(world, account)
    return {heading: count * PRICES[heading] / 1_000_000 for heading, count in sorted(bill.items())}


def _spent(world: World, account: SandboxAccount) -> int:
    return sum(count * PRICES[heading] for heading, count in _bill(world, account).items())


def _bill(world: World, account: SandboxAccount) -> dict[str, Any]:
    return world.shelf("x", "bills", account.name)
