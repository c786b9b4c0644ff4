"""A list of one's own posts, read once for all who have to look into it: every post in it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postops.platforms._answers import dig
from postops.platforms.x.refusals import problem_of

if TYPE_CHECKING:
    from datetime import datetime

    from postops.platforms._answers import Answer

# What X says of other posts, which a listed one refers to. Anything else may be of the list itself.
_OF_OTHERS = frozenset(
    {
        "disallowed-resource",
        "not-authorized-for-resource",
        "resource-not-found",
        "resource-unavailable",
    }
)


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


def page_of(answer: Answer) -> list[Any]:
    """The posts of a page. Raises what `unreadable` gives for an answer that is not a whole one.

    X leaves out `data` where there are none, so only the count says that there are none. Errors may
    stand beside the posts: a count that fits them says that none is missing for that.
    """
    count = answer.get("meta", "result_count", of=int)
    posts = answer.document.get("data", [])
    if not isinstance(posts, list) or len(posts) != count:
        raise answer.unreadable(f"it does not hold the {count} posts it speaks of")
    if any(dig(post, "text", of=str) is None for post in posts):
        raise answer.unreadable("a post without its text")
    errors = answer.document.get("errors") or []
    kinds = {problem_of(one) for one in errors} if isinstance(errors, list) else {""}
    if kinds and not (posts and kinds <= _OF_OTHERS):
        raise answer.unreadable("it tells of errors, so it may not be the whole list")
    return posts
