"""Calls that may be repeated: twice done is as good as once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from postops.errors import NotSent, RateLimited
from postops.publish.claims import deadline
from postops.publish.send import in_time, pause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from postops.publish.desk import Desk

T = TypeVar("T")


async def again(
    desk: Desk, call: Callable[[], Awaitable[T]], *, claim: dict[str, Any] | None = None
) -> T:
    """Make the call, up to as often as the terms say. Raises what the last attempt raised.

    With `claim` none is made that could outlast it: raises `OutOfTime`.
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
                await pause(desk, claim, wait)
            elif not await desk.nap(wait):
                raise
    if claim is not None:
        in_time(desk, claim)
    return await call()


def _lasts(desk: Desk, claim: dict[str, Any] | None, seconds: float) -> bool:
    ends = desk.clock.now() + timedelta(seconds=seconds)
    return claim is None or ends < deadline(claim, desk.terms)
