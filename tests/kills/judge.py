"""What the platforms show, what was wished, and what the ledger says: all three have to agree.

The judge asks the platforms themselves and reads the ledger from the remote; of the publisher it
uses nothing but the audit behind `postops ledger verify`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from postops.git import Repository
from postops.ledger.audit import audit
from postops.ledger.git_remote import DEFAULT_BRANCH, GitRemote
from tests.rigs.git import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.ledger.state import DeliveryState, LedgerState
    from tests.kills.servers import Shown
    from tests.kills.site import Site, Wish

SETTLED = {"published", "withdrawn"}


@dataclass
class Judgement:
    """`faults` begin with what they are: duplicate, loss, stranger, ledger, doubt, left open.

    `open` are deliveries that following runs still have to bring to an end; `events` are those of
    the ledger, by type.
    """

    head: str | None
    duplicates: int = 0
    losses: int = 0
    doubtful: int = 0
    open: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)

    def say(self, what: str, text: str) -> None:
        self.duplicates += what == "duplicate"
        self.losses += what == "loss"
        self.doubtful += what == "doubt"
        self.faults.append(f"{what}: {text}")


def judge(site: Site, before: str | None) -> Judgement:
    """Compare. `before`: the head of the last judgement, which this one has to follow."""
    branch = DEFAULT_BRANCH if site.state == "branch" else site.state
    head = GitRemote(Repository.discover(site.watch), branch).fetch_sync()
    found = Judgement(head.sha)
    for where, what in (audited := audit(head)).faults:
        found.say("ledger", f"{where}: {what}")
    if before and head.sha and not _follows(site, before, head.sha):
        found.say("ledger", f"{head.sha[:12]} does not follow {before[:12]}")
    found.events = audited.types
    compare(found, audited.state, site.servers.shown(), site.wishes)
    return found


def compare(
    found: Judgement,
    state: LedgerState,
    shown: Mapping[str, list[Shown]],
    wishes: Mapping[str, Wish],
) -> None:
    """Say where ledger, platforms and wishes differ."""
    for name in sorted(state.deliveries.keys() - wishes.keys()):
        found.say("stranger", f"the ledger knows {name}, which nobody wished")
    for wish in wishes.values():
        _phase(found, wish, state.delivery(wish.delivery))
    for account, posts in shown.items():
        theirs = [wish for wish in wishes.values() if wish.account == account]
        _account(found, account, posts, theirs)
        for wish in theirs:
            _delivery(found, wish, posts, state.delivery(wish.delivery))


def _follows(site: Site, old: str, new: str) -> bool:
    return run(site.watch, "merge-base", "--is-ancestor", old, new).returncode == 0


def _phase(found: Judgement, wish: Wish, done: DeliveryState) -> None:
    """Nothing is left half done, and nothing in doubt.

    All three classes can know once a request has come to rest: Bluesky by the key, Mastodon and X by
    a list that reaches back to the claim. So a doubt is a fault here.
    """
    if done.phase == "in_doubt":
        found.say("doubt", f"{wish.delivery}: the platform could have been asked ({done.error})")
    elif done.phase not in SETTLED or (done.phase == "withdrawn") == wish.live:
        found.open.append(f"{wish.delivery} is {done.phase}")


def _account(found: Judgement, account: str, posts: list[Shown], wishes: list[Wish]) -> None:
    """Every text is there as often as it was wished: once."""
    there = Counter(post.text for post in posts)
    wanted = {text for wish in wishes if wish.live for text in wish.texts}
    for text, count in there.items():
        if count > 1:
            found.say("duplicate", f"{account} shows {text!r} {count} times")
        elif text not in wanted:
            found.say("stranger", f"{account} shows {text!r}, which is not to be there")
    for text in sorted(wanted - there.keys()):
        found.say("loss", f"{account} does not show {text!r}")


def _delivery(found: Judgement, wish: Wish, posts: list[Shown], done: DeliveryState) -> None:
    """The parts hang together, carry their pictures, and are those the ledger knows."""
    if not wish.live:
        return
    by_text: dict[str, list[Shown]] = defaultdict(list)
    for post in posts:
        by_text[post.text].append(post)
    parent = None
    for number, text in enumerate(wish.texts, 1):
        if len(by_text[text]) != 1:
            return  # said already
        [post] = by_text[text]
        known = done.parts.get(number)
        if known is None or known.remote_id != post.id:
            told = known.remote_id if known else "nothing"
            found.say("ledger", f"{wish.delivery} #{number} is {post.id}, the ledger says {told}")
        if post.parent != parent:
            found.say("thread", f"{wish.delivery} #{number} answers {post.parent}, not {parent}")
        if post.pictures != (wish.pictures if number == 1 else ()):
            found.say("picture", f"{wish.delivery} #{number} shows {post.pictures}")
        parent = post.id
