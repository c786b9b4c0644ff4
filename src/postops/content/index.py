"""A line of `state/content/posts.jsonl`: enough of a post that a settled one is not read again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.model import Late, Post, Schedule, When

VERSION = 1


class PostIndex(NamedTuple):
    """What plans and views need of a post. Times are UTC, with `Z`.

    `accounts` is what the file says, before groups, campaign and defaults.
    """

    path: str
    blob: str
    id: str
    title: str | None = None
    campaign: str | None = None
    tags: tuple[str, ...] = ()
    accounts: tuple[str, ...] | None = None
    publish_at: str | None = None
    late: Late | None = None
    expires_at: str | None = None
    draft: bool = False
    hold: bool = False
    on_edit: Literal["ignore", "update"] = "ignore"
    on_remove: Literal["keep", "withdraw"] = "keep"
    schedule: Schedule | None = None

    @classmethod
    def of(cls, post: Post) -> PostIndex:
        """The line for a post."""
        return cls(
            path=post.path,
            blob=post.blob,
            id=post.id,
            title=post.title,
            campaign=post.campaign,
            tags=post.tags,
            accounts=post.accounts,
            publish_at=_utc(post.publish_at),
            late=post.late,
            expires_at=_utc(post.expires_at),
            draft=post.draft,
            hold=post.hold,
            on_edit=post.on_edit,
            on_remove=post.on_remove,
            schedule=post.schedule,
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON. All keys are always there, so that views need not guess types."""
        line: dict[str, Any] = {"v": VERSION}
        for name in self._fields:
            value = getattr(self, name)
            line[name] = list(value) if isinstance(value, tuple) else value
        return line

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> PostIndex | None:
        """From JSON; `None` for a line of another version, which only costs a read."""
        if line.get("v") != VERSION:
            return None
        known = {name: line[name] for name in cls._fields if name in line}
        for name in ("tags", "accounts"):
            if known.get(name) is not None:
                known[name] = tuple(known[name])
        try:
            return cls(**known)
        except TypeError:
            return None

    @property
    def due_at(self) -> datetime | None:
        """`publish_at` as a time."""
        return None if self.publish_at is None else datetime.fromisoformat(self.publish_at)

    @property
    def expires(self) -> datetime | None:
        """`expires_at` as a time."""
        return None if self.expires_at is None else datetime.fromisoformat(self.expires_at)


def _utc(when: When | None) -> str | None:
    if when is None:
        return None
    form = "milliseconds" if when.at.microsecond else "seconds"
    return when.at.isoformat(timespec=form).replace("+00:00", "Z")
