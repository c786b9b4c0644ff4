"""Opening a repository: its configuration, its content branch, its ledger, its accounts.

The same for real and for `--sandbox`, so that no command has to know which it is.
"""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from postops.cli import _sandbox
from postops.cli._accounts import Access, accounts, logins
from postops.cli._local import own_folder
from postops.collector import collector_off
from postops.git import Repository
from postops.ledger import reading_copy
from postops.ledger.git_remote import GitRemote

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
    from pathlib import Path

    import httpx

    from postops.cli._ahead import Ahead
    from postops.cli._edge import Invocation
    from postops.clock import Clock
    from postops.config import Config
    from postops.ledger.journal import Ledger
    from postops.ledger.view import View
    from postops.publish.ports import Login, Terms
    from postops.sandbox.world import World


class Place(NamedTuple):
    """Where a command works. `world` is there with `--sandbox` only.

    `root` is where `state/` and the outbox are; `environ` is where secrets are looked up. `ahead` gets
    the way to the platforms ready while git is asked.
    """

    config: Config
    repository: Repository
    remote: GitRemote
    root: Path
    environ: Mapping[str, str]
    clock: Clock
    world: World | None
    ahead: Ahead | None = None

    @property
    def outbox(self) -> Path:
        return own_folder(self.root) / "outbox"

    def adapted(self, config: Config) -> Config:
        """A configuration read from a commit, with the sandbox's hosts where they count."""
        return config if self.world is None else _sandbox.reconfigured(config, self.world)[0]

    def access(self, names: Iterable[str] | None = None) -> dict[str, Access]:
        """What the accounts need, and whether the environment holds it."""
        return accounts(self.config, self.environ, names)

    def transport(self) -> httpx.AsyncBaseTransport | None:
        """The way to the platforms: `None` is the network."""
        if self.world is None:
            return None
        from postops.sandbox.app import transport

        return transport(self.world)

    def keep_copy(self, ledger: Ledger) -> None:
        """Refresh `state/` on disk, where it is only a copy of the ledger's branch."""
        if not self.remote.same:
            reading_copy.write(self.root, ledger.head, ledger.folded)


@contextmanager
def place(invocation: Invocation, *, sandbox: bool) -> Iterator[Place]:
    """Find everything a command works with. Raises `ConfigError`."""
    config = invocation.config()
    clock = invocation.clock
    if not sandbox:
        repository = Repository.discover(config.root)
        if config.state != "same":
            reading_copy.check(repository)
        remote = GitRemote(repository, config.state, config.content_branch)
        yield Place(config, repository, remote, config.root, os.environ, clock, None)
        return
    with _sandbox.world(config.root, clock) as world:
        repository = _sandbox.repository(config.root)
        changed, environ = _sandbox.reconfigured(config, world)
        remote = GitRemote(repository, changed.state, changed.content_branch)
        yield Place(changed, repository, remote, repository.root, environ, clock, world)


def terms(config: Config) -> Terms:
    """The numbers a run keeps to. That `lease` leaves time to send was checked with its line."""
    from postops.publish.ports import Terms

    return Terms(lease=config.lease, clock_skew=config.clock_skew)


@asynccontextmanager
async def ledger(at: Place) -> AsyncIterator[Ledger]:
    """The ledger, to write to. What dead runs left behind is brought in first."""
    from postops.ledger.journal import Ledger

    with collector_off():
        opened = await Ledger.open(at.remote, at.outbox, at.clock, at.clock.new_id())
    try:
        yield opened
        at.keep_copy(opened)
    finally:
        opened.close()


@asynccontextmanager
async def logged_in(
    at: Place, names: Iterable[str] | None = None
) -> AsyncIterator[dict[str, Login]]:
    """The accounts that have their credentials."""
    access, way = at.access(names), at.transport()
    certificates = at.ahead.certificates() if at.ahead is not None else None
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(logins(access, at.clock, way, certificates))


def view(at: Place, *, whole: bool = False) -> View:
    """The ledger, to read only; `state/` on disk is refreshed, where it can be written to.

    `whole` brings along closed months that no plan needs.
    """
    from postops.ledger.view import read

    with collector_off():
        found = read(at.remote, at.outbox)
    if not at.remote.same:
        with suppress(OSError):
            reading_copy.write(at.root, found.head, None if whole else found.folded)
    return found
