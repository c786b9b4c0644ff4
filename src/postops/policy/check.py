"""Check a repository: read, examine each file, look at all together, and say what is left.

`check` is what `validate` runs over a work tree; `check_posts` is what a run does with the few
posts of a commit that are not settled. Both say the same of the same files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postops.collector import collector_off
from postops.content.campaigns import read_campaign
from postops.content.frontmatter import SIZE_LIMIT, unread
from postops.content.posts import read_post
from postops.content.scan import scan
from postops.diagnostics import Diagnostic, Summary, summarize
from postops.policy.examine import Examined, examine, stamp, stamped_fault
from postops.policy.registry import chosen
from postops.policy.settle import Wanted, settle
from postops.policy.subjects import Context, OnSet
from postops.policy.targets import config_faults, targets_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from postops.config import Config
    from postops.content.source import ContentSource, Entry
    from postops.ledger.state import LedgerState
    from postops.model import Campaign
    from postops.policy.card import Card

POSTS, CAMPAIGNS = "posts", "campaigns"


class Report(NamedTuple):
    """What a check found. `cards` are of every post that could be read, by path; `files` are the
    paths that were looked at. `lasting`: as long as no file changes, so does nothing of this."""

    diagnostics: list[Diagnostic]
    cards: tuple[Card, ...]
    files: tuple[str, ...]
    summary: Summary
    lasting: bool = True


class Checked(NamedTuple):
    """Posts with their messages, by path, and what is left to report of them."""

    examined: Mapping[str, Examined]
    diagnostics: list[Diagnostic]


def check(
    source: ContentSource,
    config: Config,
    *,
    now: datetime,
    ledger: LedgerState | None = None,
    paths: Collection[str] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    cache: Path | None = None,
    jobs: int | None = None,
) -> Report:
    """Check all posts and campaigns, or only those at `paths`.

    `now` is aware. With `paths`, posts are not compared with those that were not named. `cache` is
    a directory where what was found in unchanged files is kept; work trees that are looked at as a
    whole use it: reading it costs more than a few files do. `jobs` is
    how many processes may work at once: as many as there are processors, where it is not said.
    """
    from postops.policy import cache as caching
    from postops.policy import workers

    campaigns, notes, looked = _campaigns(source, config, paths)
    scanned = scan(source if paths is None else _Named(source, paths), POSTS)
    targets = targets_of(config)
    notes += [stamped_fault(fault, None) for fault in scanned.faults]
    notes += [stamped_fault(fault, None, account) for account, fault in targets.faults]
    notes += [stamped_fault(fault, None) for fault in config_faults(config)]
    by_id = {campaign.id: campaign for campaign in campaigns}
    context = Context(config, source, by_id, targets.by_name, brief=True)
    named = None if paths is None else frozenset(paths)
    with collector_off():
        kept = caching.open_cache(cache if named is None else None, source, config, campaigns)
        rows = workers.examine_all(scanned.files, context, kept, jobs)
        cards = tuple([row.card for row in rows if row.card is not None])
        found = [*notes, *(one for row in rows for one in row.diagnostics)]
        # Not part of a row: what git knows changes without a change of the file.
        untracked = source.untracked({path for card in cards for path in card.shown})
        whole = named is None
        given = OnSet(
            cards, config, campaigns, targets.by_name, now, ledger, named, whole, untracked
        )
        found += over_all(given)
        diagnostics = settle(found, cards, Wanted.of(config, select, ignore), whole=whole)
    files = tuple(sorted([*looked, *(entry.path for entry in scanned.files)]))
    return Report(diagnostics, cards, files, summarize(diagnostics, len(files)), not untracked)


def check_posts(
    source: ContentSource,
    config: Config,
    entries: Iterable[Entry],
    *,
    now: datetime,
    ledger: LedgerState | None = None,
    others: Iterable[Card] = (),
) -> Checked:
    """Check these posts of a source, and keep their messages.

    `others` are the cards of all other posts, so that what compares posts sees them; nothing is
    reported of them. Faults of the campaigns, the configuration and of names are left to `check`.
    """
    campaigns, _, _ = _campaigns(source, config, None)
    targets = targets_of(config)
    by_id = {campaign.id: campaign for campaign in campaigns}
    context = Context(config, source, by_id, targets.by_name)
    examined = {one.path: one for one in examine_entries(entries, context)}
    own = [one.card for one in examined.values() if one.card is not None]
    found = [diagnostic for one in examined.values() for diagnostic in one.diagnostics]
    cards = (*own, *(card for card in others if card.path not in examined))
    given = OnSet(cards, config, campaigns, targets.by_name, now, ledger, frozenset(examined))
    found += [one for one in over_all(given) if one.span.path in examined]
    return Checked(examined, settle(found, own, Wanted.of(config)))


def examine_entries(entries: Iterable[Entry], context: Context) -> Iterator[Examined]:
    """Read and examine files, one after the other."""
    if context.source is None:
        raise ValueError("there is nothing to read from")
    for entry, data in context.source.load(entries, SIZE_LIMIT):
        if data is None:
            fault = unread(entry)
            yield Examined(entry.path, (stamped_fault(fault, None),))
        else:
            read = read_post(data, entry.path, context.config, context.source, blob=entry.blob)
            yield examine(read, context, entry.path)


def over_all(given: OnSet) -> Iterator[Diagnostic]:
    """What the rules of a set find."""
    for rule in chosen("set", frozenset()):
        for problem in rule.check(given) or ():
            yield stamp(rule, problem, problem.post, problem.account)


def _campaigns(
    source: ContentSource, config: Config, paths: Collection[str] | None
) -> tuple[list[Campaign], list[Diagnostic], list[str]]:
    """All campaigns; what is wrong with those asked about, and their paths."""
    from postops.policy.campaigns import campaign_faults

    scanned = scan(source, CAMPAIGNS)
    found: list[Campaign] = []
    faults = list(scanned.faults)
    for entry, data in source.load(scanned.files, SIZE_LIMIT):
        if data is None:
            faults.append(unread(entry))
            continue
        read = read_campaign(data, entry.path, blob=entry.blob)
        faults += read.faults
        if read.campaign is not None:
            faults += campaign_faults(read.campaign, config)
            found.append(read.campaign)
    looked = [entry.path for entry in scanned.files if paths is None or entry.path in paths]
    notes = [stamped_fault(f, None) for f in faults if paths is None or f.span.path in paths]
    return found, notes, looked


class _Named:
    """A source of which only some paths are walked."""

    def __init__(self, source: ContentSource, paths: Collection[str]) -> None:
        self.source, self.paths = source, paths
        self.find, self.open = source.find, source.open
        self.load, self.untracked = source.load, source.untracked

    def walk(self, prefix: str) -> list[Entry]:
        named = (path for path in self.paths if path.startswith(f"{prefix}/"))
        found = (self.source.find(path) for path in dict.fromkeys(named))
        return sorted(entry for entry in found if entry is not None)
