"""Media that were uploaded for a part, kept while the account is at work.

Sending a part again then attaches the same media: nothing is uploaded twice, and a server that
refuses to attach media twice guards against a second post.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from postops.model import MediaFile, Outgoing


class Uploads:
    """Ids of uploads by part, place in it, bytes and description."""

    def __init__(self) -> None:
        self._ids: dict[tuple[object, ...], str] = {}

    async def of(
        self, outgoing: Outgoing, upload: Callable[[MediaFile], Awaitable[str]]
    ) -> list[str]:
        """The ids of a part's media, in order; `upload` is called for those not there yet."""
        ids = []
        for mark, file in zip(_marks(outgoing), outgoing.files, strict=True):
            if mark not in self._ids:
                self._ids[mark] = await upload(file)
            ids.append(self._ids[mark])
        return ids

    def forget(self, outgoing: Outgoing) -> None:
        """Let a part's media be uploaded anew, after they were refused."""
        for mark in _marks(outgoing):
            self._ids.pop(mark, None)


def _marks(outgoing: Outgoing) -> list[tuple[object, ...]]:
    # The key stands first: another post with the same picture needs an upload of its own.
    return [
        (outgoing.key, number, file.media.facts, file.media.alt, file.media.focus)
        for number, file in enumerate(outgoing.files)
    ]
