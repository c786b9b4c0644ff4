"""Does it exist? How an unknown outcome is settled, by what the platform makes certain.

Chosen from `Capabilities.certainty`, never from a platform's name. Three answers: found, proven
absent, or nobody can know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from postops.errors import NotSent, OutcomeUnknown, PlatformError
from postops.model import Certainty

if TYPE_CHECKING:
    from postops.clock import Clock
    from postops.model import Finding, Outgoing, Receipt
    from postops.platforms.base import Platform
    from postops.publish.ports import Terms


@dataclass(frozen=True, slots=True)
class Found:
    """It is there."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    """It is proven not to be there: it may be claimed and sent again, with the same key."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Nobody can know. A person has to look; `candidates` are the URLs worth looking at."""

    why: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the platform does not answer, or its index lags. The claim stays open."""

    why: str


Verdict = Found | Absent | Doubt | Later


async def settle(
    platform: Platform,
    outgoing: Outgoing,
    *,
    sent_by: datetime,
    known: frozenset[str],
    clock: Clock,
    terms: Terms,
) -> Verdict:
    """Look for a part that may have been sent, at the latest at `sent_by`."""
    ways = platform.certainty_for(outgoing.message)
    if not ways or ways[0] is Certainty.NONE:
        return Doubt("the platform offers no way to find out")
    try:
        if Certainty.SEARCH not in ways:
            return _verdict(await _find(platform, outgoing, known, clock, terms))
        return await _search(platform, outgoing, sent_by, known, clock, terms)
    except PlatformError as error:
        return Later(f"looking for it failed: {error}")


async def _search(
    platform: Platform,
    outgoing: Outgoing,
    sent_by: datetime,
    known: frozenset[str],
    clock: Clock,
    terms: Terms,
) -> Verdict:
    """List, wait out the platform's indexing lag, and list again before believing an absence."""
    lag = timedelta(seconds=platform.capabilities.search_lag_seconds)
    verdict = _verdict(await _find(platform, outgoing, known, clock, terms))
    if not isinstance(verdict, Absent) or not lag:
        return verdict
    remaining = (sent_by + lag - clock.now()).total_seconds()
    if remaining > terms.patience:
        return Later(f"its index may lag by {lag.total_seconds():.0f} s")
    await clock.sleep(max(remaining, 1.0))
    return _verdict(await _find(platform, outgoing, known, clock, terms))


async def _find(
    platform: Platform, outgoing: Outgoing, known: frozenset[str], clock: Clock, terms: Terms
) -> Finding:
    """`find`, tried again while nothing speaks against asking again: it changes nothing."""
    for attempt in range(1, terms.tries):
        try:
            return await platform.find(outgoing, known=known)
        except (NotSent, OutcomeUnknown):
            await clock.sleep(attempt * (0.5 + clock.random()))
    return await platform.find(outgoing, known=known)


def _verdict(finding: Finding) -> Verdict:
    if len(finding.receipts) == 1:
        return Found(finding.receipts[0])
    if finding.receipts:
        urls = tuple(receipt.url for receipt in finding.receipts)
        return Doubt(f"{len(urls)} posts there match it", urls)
    if not finding.complete:
        return Doubt("the list of posts does not reach back far enough")
    return Absent()
