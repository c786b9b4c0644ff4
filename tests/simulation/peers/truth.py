"""What came of a world, by what its servers show. The same for everybody."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.simulation.world import World


class Truth(NamedTuple):
    """`duplicates` are remote posts beyond the first of a part; `losses` deliveries not all there.

    What a platform refused for good is no loss: somebody was told, and nothing can be done.
    """

    duplicates: int
    losses: int
    posts: int


def truth(world: World) -> Truth:
    """Judge a world in which posts are only added, by one merge each."""
    seen = Counter(
        (post.delivery, post.part)
        for server in world.servers.values()
        for post in server.posts
        if post.live
    )
    losses = 0
    for merge in world.scenario.edits:
        assert merge.spec is not None
        for account in merge.spec.accounts:
            name = f"{merge.post}@{account}"
            whole = all(seen[name, n] for n in range(1, len(merge.spec.texts) + 1))
            losses += not whole and not world.checker.was_refused(name)
    return Truth(seen.total() - len(seen), losses, seen.total())
