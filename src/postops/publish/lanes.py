"""One lane an account: what is slow or fails in one never holds up another."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping

    from postops.plan import Action


def by_account(actions: Iterable[Action]) -> Mapping[str, list[Action]]:
    """Each account's, in the order they come."""
    lanes: dict[str, list[Action]] = defaultdict(list)
    for action in actions:
        lanes[action.account].append(action)
    return lanes


async def to_their_ends(lanes: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let every lane come to its end before an error of ours in one of them is raised."""
    ends = await asyncio.gather(*lanes, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
