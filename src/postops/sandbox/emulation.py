"""What a package in this room must offer to be a platform, and how it is found."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from starlette.applications import Starlette
    from starlette.responses import Response

    from .world import SandboxAccount, TimelinePost, World


class Emulation(Protocol):
    """One platform: functions of its package, all of them over a World."""

    def new_account(self, world: World, name: str, options: Mapping[str, Any]) -> SandboxAccount:
        """Make an account; nothing else may depend on the order accounts are made in."""

    def application(self, world: World) -> Starlette:
        """Build the platform's HTTP API."""

    def caller(
        self, world: World, path: str, headers: Mapping[str, str], body: bytes
    ) -> str | None:
        """Name the account a request speaks for, as far as the fault plan needs to know."""

    def refusal(self, world: World, status: int, retry_after: int | None) -> Response:
        """Answer as the platform does when it fails with `status`."""

    def expire(self, world: World, account: str | None) -> Response:
        """Let the account's tokens run out and answer as the platform does for an old one."""

    def timeline(self, world: World, account: SandboxAccount) -> list[TimelinePost]:
        """List everything the account ever posted, oldest first, deleted posts included."""

    def costs(self, world: World, account: SandboxAccount) -> Mapping[str, float]:
        """Say what the account has spent, in USD by heading; empty where nothing costs."""


def platforms() -> tuple[str, ...]:
    """Name every emulated platform: the directory is the registry."""
    return tuple(sorted(found.parent.name for found in Path(__file__).parent.glob("*/__init__.py")))


def emulation(platform: str) -> Emulation:
    """Import one platform. Raises ValueError for a platform nobody emulates."""
    if platform not in platforms():
        raise ValueError(f"no sandbox for {platform!r}; there is: {', '.join(platforms())}")
    return cast("Emulation", import_module(f"{__package__}.{platform}"))
