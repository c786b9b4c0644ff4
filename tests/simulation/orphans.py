"""A thread is taken down from its end: nothing that postops deletes leaves an answer behind (I8).

By the server alone: what answers what. People may take a thread apart as they like, and of what a
cut made everybody forget nobody knows that it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tests.simulation.platforms import Remote, Server
    from tests.simulation.world import World

    Part = tuple[str, int]


class Orphans:
    """Part of the checker: hears of every deletion that a publisher asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._deleted: list[tuple[Server, Remote]] = []

    def deleting(self, server: Server, post: Remote, forgotten: Collection[Part]) -> None:
        """Before it goes."""
        self._deleted.append((server, post))
        for other in _behind(server, post, forgotten):
            self._say(f"{_name(post)} is deleted before {_name(other)}")

    def final(self, forgotten: Collection[Part]) -> None:
        """Nothing is left that answers what was deleted."""
        for server, post in self._deleted:
            for other in _behind(server, post, forgotten):
                if other.parent == post.id:
                    self._say(
                        f"{_name(other)} is left, and answers {_name(post)}, which is deleted"
                    )

    def _say(self, what: str) -> None:
        self._world.checker.say("I8", what)


def _behind(server: Server, post: Remote, forgotten: Collection[Part]) -> Iterator[Remote]:
    """What is there and answers it, or is a later part of the same thread."""
    for other in server.posts:
        later = other.delivery == post.delivery and other.part > post.part
        known = (other.delivery, other.part) not in forgotten
        if other.live and known and (later or other.parent == post.id):
            yield other


def _name(post: Remote) -> str:
    return f"{post.delivery} #{post.part} ({post.id})"
