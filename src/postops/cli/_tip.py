"""The content branch as it is on the remote right now: what publish and plan read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from postops.config import FILE_NAME, read_config
from postops.content.campaigns import FOLDER as CAMPAIGNS
from postops.content.posts import FOLDER as POSTS
from postops.content.source import CommitTree
from postops.errors import ConfigError

if TYPE_CHECKING:
    from postops.config import Config
    from postops.git import Content, Repository


class Tip(NamedTuple):
    """One commit of content, with its own configuration.

    `unpushed` are the paths of posts that are committed here but stand differently, or not at all,
    on the content branch; `local` is the commit that holds them.
    """

    content: Content
    tree: CommitTree
    config: Config
    unpushed: frozenset[str]
    local: CommitTree | None


def fetch(repository: Repository, config: Config) -> Tip:
    """Fetch the content branch and read its configuration.

    Raises `GitFailed` where the remote cannot be reached: then nothing may be sent.
    """
    content = repository.fetch_content_branch(config.content_branch)
    if content.branch == config.state:
        raise ConfigError(
            f"the ledger cannot have {config.state} for its own: that is the content branch",
            help="say `state: same` to keep `state/` beside the posts, or name another branch",
            where=config.path,
        )
    tree = CommitTree(repository, content.commit)
    return Tip(content, tree, config_of(tree, config), *_unpushed(repository, content))


def config_of(tree: CommitTree, config: Config) -> Config:
    """The configuration as of a commit. Raises `ConfigError` where the commit has none."""
    try:
        with tree.open(config.path) as file:
            return read_config(file.read(), config.root, config.path)
    except OSError as error:
        raise ConfigError(
            f"{config.path} is not in commit {tree.commit[:12]}",
            help=f"commit and push {FILE_NAME}",
        ) from error


def _unpushed(repository: Repository, content: Content) -> tuple[frozenset[str], CommitTree | None]:
    """Committed here and not on the content branch; with the commit that holds them."""
    head = repository.rev_parse("HEAD")
    if head is None or head == content.commit or content.remote is None:
        return frozenset(), None
    base = repository.merge_base(content.commit, head)
    if base is None or base == head:
        return frozenset(), None
    # What was merged in another way (squashed, picked) stands the same on the content branch.
    here = _changed(repository, base, head) & _changed(repository, content.commit, head)
    return here, CommitTree(repository, head) if here else None


def _changed(repository: Repository, old: str, new: str) -> frozenset[str]:
    """Posts and campaigns that are new or other in `new`."""
    done = repository.run(
        "diff", "--name-only", "--no-renames", "--diff-filter=AM", "-z",
        old, new, "--", f"{POSTS}/", f"{CAMPAIGNS}/",
    )  # fmt: skip
    return frozenset(filter(None, os.fsdecode(done.stdout).split("\0")))
