"""A stage for whole runs: the real publisher and adapters, the sandbox, a ledger in memory.

Only git and the clock are played. Every run is a fresh `Run` on a fresh `Ledger`, as after a new
checkout; `outbox` is handed on only where the test says that the disk survived.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from postops import platforms
from postops.cli._accounts import accounts, logins
from postops.cli._loader import Edition, resolver
from postops.cli._naming import named
from postops.cli._sandbox import reconfigured
from postops.config import read_config
from postops.content.posts import read_post
from postops.content.source import WorkTree
from postops.errors import PostopsError
from postops.ledger.journal import Ledger
from postops.model import Delivery, MediaFile
from postops.plan import Past, Wish, make_plan
from postops.plan import Terms as PlanTerms
from postops.publish.ports import Loaded, Result, Terms
from postops.publish.run import Run
from postops.publish.stop import Stop
from postops.render import render, source_digest
from postops.sandbox.app import transport
from postops.sandbox.faults import Fault
from postops.sandbox.world import World
from tests.ledger.memory_remote import Cloud, MemoryOutbox, MemoryRemote
from tests.ledger.ticking import Ticking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from postops.model import Message
    from postops.plan import Plan

CONFIG = """\
version: 1
accounts:
  sky: {platform: bluesky, handle: sky.test, credentials: {app_password: "env:SKY"}}
  tusk: {platform: mastodon, instance: "https://tusk.test", credentials: {access_token: "env:T"}}
  bird: {platform: x, credentials: {access_token: "env:BIRD"}}
defaults: {accounts: [sky, tusk, bird]}
"""


class Killed(BaseException):
    """The machine is gone: nothing after this line is carried out."""


class Stage:
    """Posts, platforms and a ledger that outlive the runs on them."""

    def __init__(self, root: Path, posts: dict[str, str], config: str = CONFIG) -> None:
        self.root = root
        self.clock = Ticking()
        self.cloud = Cloud()
        self.outbox = MemoryOutbox()
        self.world = World(lambda: self.clock.at)
        self.posts = posts
        self.history: list[dict[str, str]] = []
        self.due_at = self.clock.at
        base = read_config(config.encode(), root)
        self.config, self.environ = reconfigured(base, self.world)
        self.terms = Terms()
        self.runs = 0
        self.kill_at: tuple[str, int] | None = None
        self.ledger: Ledger | None = None
        self.stop = Stop()
        self.on_result: Callable[[Result], None] = lambda _: None

    # ------------------------------------------------------------------ what the run is given

    def tip(self) -> str:
        """The commit of the posts as they are; a new one whenever they differ from the last."""
        if not self.history or self.history[-1] != self.posts:
            self.history.append(dict(self.posts))
        return f"c{len(self.history)}"

    def editions(self, commit: str | None = None) -> dict[str, Edition]:
        tree = WorkTree(self.root)
        found = {}
        number = int((commit or self.tip()).removeprefix("c"))
        for path, text in self.history[number - 1].items():
            post = read_post(text.encode(), path, self.config, tree).post
            assert post is not None
            messages = {}
            for name in self.config.accounts_for(post, {}):
                account = self.config.accounts[name]
                messages[name] = render(
                    post,
                    account,
                    self.config,
                    platforms.load(account.platform),
                    resolve_media=resolver(tree, path),  # type: ignore[arg-type]
                )
            found[post.id] = Edition(post, source_digest(post), messages)
        return found

    def load(self, delivery: str, commit: str | None = None) -> Loaded:
        post, account = Delivery.parse(delivery)
        commit = commit or self.tip()
        edition = self.editions(commit).get(post)
        if edition is None:
            raise PostopsError(f"{delivery} is gone")
        return self._loaded(edition, edition.messages[account], commit)

    def _loaded(self, edition: Edition, message: Message, commit: str) -> Loaded:
        def files(part):
            return tuple(
                MediaFile(media, (self.root / media.path).read_bytes) for media in part.media
            )

        post = edition.post
        return Loaded(
            message,
            edition.source,
            commit,
            post.blob,
            post.path,
            post.on_edit,
            post.on_remove,
            files,
        )

    def wishes(self) -> list[Wish]:
        return [
            Wish(
                delivery=f"{post}@{account}",
                post=post,
                account=account,
                platform=message.platform,
                path=edition.post.path,
                blob=edition.post.blob,
                commit=self.tip(),
                due_at=edition.post.publish_at.at if edition.post.publish_at else self.due_at,
                late=edition.post.late or "post",
                source=edition.source,
                payload=message.digest,
                parts=len(message.parts),
                hold=edition.post.hold,
                on_edit=edition.post.on_edit,
                can_update=platforms.load(message.platform).capabilities.update,
            )
            for post, edition in self.editions().items()
            for account, message in edition.messages.items()
        ]

    def plan(self, ledger: Ledger) -> Plan:
        kinds = {name: account.platform for name, account in self.config.accounts.items()}
        past = Past(frozenset(f"c{n}" for n in range(1, len(self.history) + 1)))
        horizon = timedelta(seconds=60)
        wishes = self.wishes()
        terms = PlanTerms(now=self.clock.at, platforms=kinds, horizon=horizon, past=past)
        return make_plan(wishes, named(ledger.state, self.config), terms)

    # ------------------------------------------------------------------ running

    def fault(self, platform: str, method: str, path: str, **more: object) -> None:
        self.world.faults.add(Fault(platform, None, method, path, **more))  # type: ignore[arg-type]

    async def run(self, *, disk_survived: bool = True) -> dict[str, Result]:
        """One invocation. Results by delivery."""
        if not disk_survived:
            self.outbox = MemoryOutbox()
        self.runs += 1
        remote = MemoryRemote(self.cloud)
        ledger = await Ledger.open(remote, self.outbox, self.clock, f"run-{self.runs}")
        self.ledger = ledger
        async with AsyncExitStack() as stack:
            there = transport(self.world, sleep=self.clock.sleep)
            given = accounts(self.config, self.environ)
            run = Run(
                ledger=ledger,
                logins=await stack.enter_async_context(logins(given, self.clock, there)),
                loader=self,
                replan=lambda: self.plan(ledger),
                clock=self.clock,
                terms=self.terms,
                stop=self.stop,
                on_result=self.on_result,
            )
            self._arm(run)
            results = await run.carry_out(self.plan(ledger))
        return {result.delivery: result for result in results}

    def _arm(self, run: Run) -> None:
        """Pull the plug before the n-th event of a kind would be written down."""
        if self.kill_at is None:
            return
        kind, count = self.kill_at
        record, left = run.ledger.record, [count]

        def armed(*drafts, **how):
            for draft in drafts:
                left[0] -= draft["type"] == kind
                if left[0] == 0:
                    raise Killed
            return record(*drafts, **how)

        run.ledger.record = armed  # type: ignore[method-assign]
        self.kill_at = None

    # ------------------------------------------------------------------ the truth

    def live(self, account: str) -> list[str]:
        """The texts an account shows, oldest first."""
        platform = self.config.accounts[account].platform
        return [p.text for p in self.world.timeline(platform, account) if not p.deleted]

    def phases(self) -> dict[str, str]:
        assert self.ledger is not None
        return {name: done.phase for name, done in self.ledger.state.deliveries.items()}

    def after_the_lease(self) -> None:
        self.clock.pause((self.terms.lease + 2 * self.terms.clock_skew).total_seconds())
