"""Calls that are tried again when nothing came of them, and until when a claim allows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from postops.errors import NotSent, RateLimited
from postops.publish.claims import deadline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from postops.publish.desk import Desk

T = TypeVar("T")


class OutOfTime(Exception):  # noqa: N818 - an ending, not a fault
    """The claim may not be used any longer, or the run was asked to stop: nothing was sent."""


async def again(
    desk: Desk, call: Callable[[], Awaitable[T]], *, claim: dict[str, Any] | None = None
) -> T:
    """Make the call; after `NotSent` once more, up to as often as the terms say.

    Raises what the last attempt raised. With `claim` none is made that could outlast it: raises
    `OutOfTime`.
    """
    for attempt in range(1, desk.terms.tries):
        if claim is not None:
            in_time(desk, claim)
        try:
            return await call()
        except NotSent as error:
            limited = isinstance(error, RateLimited)
            asked = error.retry_after if isinstance(error, RateLimited) else None
            wait = asked or attempt * (2.0 if limited else 0.5 + desk.clock.random())
            if limited and (wait > desk.terms.patience or not _lasts(desk, claim, wait)):
                raise  # another claim would come too soon as well
            if claim is not None:
                await _pause(desk, claim, wait)
            elif not await desk.nap(wait):
                raise
    if claim is not None:
        in_time(desk, claim)
    return await call()


def in_time(desk: Desk, claim: dict[str, Any]) -> None:
    """Raises `OutOfTime` where the lease could be over before a call is, or the run is to stop."""
    if desk.stop.asked or not _lasts(desk, claim, 0):
        raise OutOfTime("the run was stopped" if desk.stop.asked else "the claim ran out of time")


async def _pause(desk: Desk, claim: dict[str, Any], seconds: float) -> None:
    if not _lasts(desk, claim, seconds) or not await desk.nap(seconds):
        raise OutOfTime("no time left to try again")


def _lasts(desk: Desk, claim: dict[str, Any] | None, seconds: float) -> bool:
    ends = desk.clock.now() + timedelta(seconds=seconds)
    return claim is None or ends < deadline(claim, desk.terms)
