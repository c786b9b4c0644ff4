"""The content branch as it is on the remote right now: what publish and plan read."""

from __future__ import annotations

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
    on the content branch.
    """

    content: Content
    tree: CommitTree
    config: Config
    unpushed: frozenset[str]


def fetch(repository: Repository, config: Config) -> Tip:
    """Fetch the content branch and read its configuration.

    Raises `GitFailed` where the remote cannot be reached: then nothing may be sent.
    """
    content = repository.fetch_content_branch(config.content_branch)
    tree = CommitTree(repository, content.commit)
    return Tip(content, tree, config_of(tree, config), _unpushed(repository, content))


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


def _unpushed(repository: Repository, content: Content) -> frozenset[str]:
    """Committed here, on top of the content branch, and not pushed."""
    head = repository.rev_parse("HEAD")
    if head is None or head == content.commit or content.remote is None:
        return frozenset()
    if not repository.is_ancestor(content.commit, head):
        return frozenset()
    done = repository.run(
        "diff", "--name-only", "--no-renames", "--diff-filter=AM", "-z",
        content.commit, head, "--", f"{POSTS}/", f"{CAMPAIGNS}/",
    )  # fmt: skip
    return frozenset(filter(None, done.stdout.decode("utf-8", "surrogateescape").split("\0")))
