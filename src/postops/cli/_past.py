"""Which commits the content branch is made of, for the plan to tell forward from back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postops.plan import Past

if TYPE_CHECKING:
    from postops.cli._tip import Tip
    from postops.git import Repository


class Commits:
    """A commit and all that it descends from, as far as this clone knows.

    git is asked once, and only when somebody looks for another one: most runs change nothing that
    is out. What is not in this clone is not in here: a commit that another run published from
    meanwhile, one that was forced away, one behind the edge of a shallow clone.
    """

    def __init__(self, repository: Repository, tip: str) -> None:
        self._repository = repository
        self._tip = tip
        self._all: frozenset[str] | None = None

    def __contains__(self, commit: object) -> bool:
        """Raises `GitFailed` where the clone is damaged."""
        if commit == self._tip:
            return True
        if self._all is None:
            self._all = frozenset(self._repository.run("rev-list", self._tip).text.split())
        return commit in self._all


def past(tip: Tip) -> Past:
    """What the tip descends from."""
    repository = tip.tree.repository
    return Past(Commits(repository, tip.tree.commit), cut=repository.is_shallow)
