"""`--sandbox`: the same accounts, other hosts, and a repository nobody else sees.

The work tree is committed into a clone below `.postops/sandbox/`, whose remote is a bare
repository beside it: fetch, claim and push run for real, and nothing of it reaches the real ledger
or remote. What is committed is the work tree as it is, so that a post can be tried before it is
committed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from postops import platforms
from postops.cli._local import own_folder
from postops.errors import ConfigError
from postops.git import Repository
from postops.ledger.outbox import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postops.clock import Clock
    from postops.config import Account, Config
    from postops.sandbox.world import World

FOLDER = ".postops/sandbox"
_BRANCH = "main"
# What the setting `max_characters` is called over there.
_LONGEST = {"mastodon": "max_characters", "x": "max_weighted_length"}
_IDENTITY = {
    "GIT_AUTHOR_NAME": "postops sandbox",
    "GIT_AUTHOR_EMAIL": "postops@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "postops sandbox",
    "GIT_COMMITTER_EMAIL": "postops@users.noreply.github.com",
}


def repository(root: Path) -> Repository:
    """The sandbox's clone, holding a commit of the work tree as it is now, pushed."""
    folder = root / FOLDER
    clone, bare = folder / "clone", folder / "remote.git"
    if not (clone / ".git").exists():
        own_folder(root)
        folder.mkdir(parents=True, exist_ok=True)
        clone.mkdir(exist_ok=True)
        Repository(folder, folder).run("init", "-q", "--bare", "-b", _BRANCH, str(bare))
        Repository(clone, clone).run("init", "-q", "-b", _BRANCH)
        Repository.discover(clone).run("remote", "add", "origin", str(bare))
        (clone / ".git" / "info").mkdir(exist_ok=True)
        (clone / ".git" / "info" / "exclude").write_text("/.postops/\n/state/\n", encoding="utf-8")
    found = Repository.discover(clone)
    _commit(found, root)
    return found


def _commit(clone: Repository, root: Path) -> None:
    """Commit what stands in the user's work tree, through an index of our own."""
    env = {
        **_IDENTITY,
        "GIT_DIR": str(clone.common),
        "GIT_WORK_TREE": str(root),
        "GIT_INDEX_FILE": str(clone.common / "postops-index"),
    }
    clone.run("add", "-A", env=env)
    tree = clone.run("write-tree", env=env).text
    parent = clone.rev_parse("HEAD")
    if parent is not None and clone.run("rev-parse", "HEAD^{tree}").text == tree:
        return
    parents = ["-p", parent] if parent else []
    commit = clone.run("commit-tree", tree, *parents, "-m", "The work tree as it is", env=env).text
    clone.run("update-ref", f"refs/heads/{_BRANCH}", commit)
    clone.run("push", "-q", "origin", f"{_BRANCH}:{_BRANCH}")


@contextmanager
def world(root: Path, clock: Clock) -> Iterator[World]:
    """The emulated platforms as the last run left them; saved when the block ends."""
    path = root / FOLDER / "world.json"
    with alone(path):
        found = load(path, clock)
        try:
            yield found
        finally:
            found.save(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only one at work on a world: two would each write back what they knew.

    Raises `ConfigError` while another command, or `sandbox serve`, has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("wb") as file:
        if not locked(file):
            raise ConfigError(
                "another command is using the sandbox",
                help="wait for it to end; stop `postops sandbox serve` with Ctrl-C",
            )
        yield


def load(path: Path, clock: Clock) -> World:
    """The world of a file, or a new one. Raises `ConfigError` for a damaged one."""
    from postops.sandbox.world import World

    try:
        return World.load(path, clock.now)
    except FileNotFoundError:
        return World(clock.now)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}: not a sandbox ({error})", help="delete the folder") from error


def reconfigured(config: Config, there: World) -> tuple[Config, dict[str, str]]:
    """The configuration with hosts and credentials of the sandbox, and an environment for it."""
    environ: dict[str, str] = {}
    accounts: dict[str, Account] = {}
    for name, account in config.accounts.items():
        platforms.load(account.platform)  # raises `ConfigError` for one that does not exist
        longest, most = _LONGEST.get(account.platform), account.settings.get("max_characters")
        options = {longest: most} if longest and isinstance(most, int) else {}
        made = there.add_account(account.platform, name, options=options)
        names = {field: f"SANDBOX_{name}_{field}" for field in made.credentials}
        environ |= {names[field]: secret for field, secret in made.credentials.items()}
        settings = account.settings.without(())
        settings.update(made.settings)
        accounts[name] = account._replace(settings=settings, credentials=names)
    changed = replace(config, accounts=accounts, state="postops-state", content_branch=_BRANCH)
    return changed, environ
