"""A list of one's own posts, read once for all who have to look into it: every post in it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class Listing(NamedTuple):
    """Posts by id, as X tells them, from `since` on. `asked_at` is `None` where there is no clock."""

    asked_at: datetime | None
    since: datetime
    posts: tuple[tuple[str, Any], ...]
    complete: bool

    def tells(self, as_of: datetime | None, since: datetime) -> bool:
        """Whether it does for somebody who needs one read at `as_of` or later, back to `since`."""
        if as_of is None or self.asked_at is None:
            return False
        return self.asked_at >= as_of and self.since <= since
