"""What `plan`, `publish` and `status` have in common: the tip, the wishes, the plan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from postops.cli import _tip
from postops.cli._gather import INDEX, Gathered, Gathering, told
from postops.cli._loader import TipLoader, campaigns_of
from postops.cli._naming import named
from postops.cli._past import past
from postops.collector import collector_off
from postops.errors import ConfigError
from postops.plan import Guard, Plan, Terms, Waiting, make_plan, with_renames
from postops.reading.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Mapping
    from datetime import datetime

    from postops.cli._open import Place
    from postops.cli._tip import Tip
    from postops.config import Config
    from postops.ledger.remote import StateHead
    from postops.ledger.state import LedgerState
    from postops.model import Campaign
    from postops.plan import Action
    from postops.plan.shards import Shard


class Asked(NamedTuple):
    """What the command line asks of a plan."""

    posts: Collection[str] | None = None
    accounts: Collection[str] | None = None
    shard: Shard | None = None
    now: bool = False
    force: bool = False
    backfill: bool = False
    horizon: timedelta = timedelta()
    everything: bool = False


class Known(Protocol):
    """What is known of the ledger: of one that is written to, or of a view."""

    @property
    def state(self) -> LedgerState: ...
    @property
    def head(self) -> StateHead: ...


class Sweep(NamedTuple):
    """One look at the content branch.

    `state` gives the ledger's state as it is when asked, by the names that accounts have here:
    after a lost race it is another object.
    """

    tip: Tip
    config: Config
    state: Callable[[], LedgerState]
    gathered: Gathered
    terms: Terms
    campaigns: Mapping[str, Campaign]

    def plan(self, now: datetime, passed: Collection[Action] = ()) -> Plan:
        """The plan as the ledger stands at this moment; `passed` as in `plan.Terms`."""
        terms = self.terms._replace(now=now, passed=passed)
        state = self.state()
        wishes = with_renames(self.gathered.wishes, state, self.gathered.files.blobs)
        plan = make_plan(wishes, state, terms)
        if self.terms.posts is not None:
            return plan
        unreadable = (
            Waiting(found.span.path, "invalid", detail=told(found))
            for found in self.gathered.unreadable
        )
        return plan._replace(waiting=(*plan.waiting, *unreadable))

    def notes(self) -> list[str]:
        """What a person should know about where this was read from."""
        content = self.tip.content
        found = []
        if content.remote is None:
            found.append(f"no remote: this is the local {content.branch}, and nobody else's ledger")
        if self.tip.unpushed:
            count = len(self.tip.unpushed)
            files = "1 committed file is" if count == 1 else f"{count} committed files are"
            found.append(f"{files} not on {content.branch} yet")
        return found

    def loader(self) -> TipLoader:
        """Where the publisher gets its messages from."""
        return TipLoader(self.tip, self.config, self.gathered.editions, self.state)


def sweep(at: Place, ledger: Known, asked: Asked, now: datetime) -> Sweep:
    """Fetch the content branch, read what is not settled, and set the terms of the plan."""
    tip = _tip.fetch(at.repository, at.config)
    config = at.adapted(tip.config)
    for name in sorted(set(asked.accounts or ()) - config.accounts.keys()):
        raise _unknown("account", name, config.accounts)
    there = at._replace(config=config)  # hosts are those of the branch: credentials go to them
    ready = {name for name, access in there.access().items() if access.secrets is not None}
    campaigns = campaigns_of(tip.tree)

    def state() -> LedgerState:
        return named(ledger.state, config)

    gathering = Gathering(
        tip=tip,
        config=config,
        state=state(),
        campaigns=campaigns,
        ready=ready,
        now=now,
        horizon=asked.horizon,
        everything=asked.everything or asked.posts is not None,
    )
    with collector_off():
        gathered = gathering.gather(ledger.head.read(INDEX))
    if asked.shard is not None and asked.shard.number > 1:
        gathered = gathered._replace(unreadable=())  # as all that is no account's: the first's
    posts = None if asked.posts is None else _ids(asked.posts, gathered.ids, state())
    terms = _terms(at, config, asked, now, posts)
    terms = terms._replace(files=gathered.files, past=past(tip))
    return Sweep(tip, config, state, gathered, terms, campaigns)


def _accounts(asked: Asked, platforms: Mapping[str, str]) -> Container[str] | None:
    """What `--account` and `--shard` both leave in; `None` is every account."""
    if asked.shard is None:
        return asked.accounts
    share = asked.shard.share(platforms)
    if asked.accounts is None:
        return share
    return frozenset(name for name in asked.accounts if name in share)


def _ids(names: Collection[str], ids: Mapping[str, str], state: LedgerState) -> frozenset[str]:
    """POST on the command line is an id or a path. Raises `ConfigError` for what is neither.

    What was removed after it was published is still known to the ledger.
    """
    known: dict[str, str] = {}
    for done in state.deliveries.values():
        known |= {done.path: done.post} if done.path else {}
        known[done.post] = done.post
    known |= {post: post for post in ids.values()} | dict(ids)
    for name in names:
        if name not in known:
            raise _unknown("post", name, known)
    return frozenset(known[name] for name in names)


def _unknown(what: str, name: str, known: Collection[str]) -> ConfigError:
    meant = nearest(name, tuple(known))
    if meant:
        help_ = f"did you mean {meant}?"
    elif what == "account":
        help_ = f"accounts: {', '.join(known) or 'none is configured'}"
    else:
        help_ = "is it on the content branch yet?"
    return ConfigError(f"there is no {what} {name!r}", help=help_)


def _terms(
    at: Place, config: Config, asked: Asked, now: datetime, posts: Collection[str] | None
) -> Terms:
    sandbox = at.world is not None
    kinds = {name: account.platform for name, account in config.accounts.items()}
    return Terms(
        now=now,
        platforms=kinds,
        clock_skew=config.clock_skew,
        horizon=asked.horizon,
        guard=None if asked.force or sandbox else Guard(),
        now_for=frozenset(posts or ()) if asked.now else frozenset(),
        backfill=asked.backfill or sandbox,
        posts=posts,
        accounts=_accounts(asked, kinds),
        paces={name: account.pace for name, account in config.accounts.items()},
        force=asked.force,
    )
