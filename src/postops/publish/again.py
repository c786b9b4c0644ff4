"""Calls that may be repeated: twice done is as good as once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from postops.errors import NotSent, RateLimited

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from postops.publish.desk import Desk

T = TypeVar("T")


async def again(desk: Desk, call: Callable[[], Awaitable[T]]) -> T:
    """Make the call, up to as often as the terms say. Raises what the last attempt raised."""
    for attempt in range(1, desk.terms.tries):
        try:
            return await call()
        except RateLimited as error:
            asked = error.retry_after or attempt * 2.0
            if asked > desk.terms.patience or not await desk.nap(asked):
                raise
        except NotSent:
            if not await desk.back_off(attempt):
                raise
    return await call()
