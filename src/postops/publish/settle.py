"""Does it exist? How an unknown outcome is settled, by what the platform makes certain.

Chosen from `Capabilities.certainty`, never from a platform's name. Three answers: found, proven
absent, or nobody can know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from postops.errors import PlatformError
from postops.model import Certainty
from postops.plan import iso
from postops.publish.again import again

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from postops.model import Finding, Outgoing, Receipt
    from postops.publish.desk import Desk


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
class Repeat:
    """Nobody can tell yet, but the platform knows an identical payload again: send it once more."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the platform does not answer, or its index lags. The claim stays open."""

    why: str


Verdict = Found | Absent | Doubt | Repeat | Later


async def settle(
    desk: Desk,
    outgoing: Outgoing,
    *,
    sent_by: datetime,
    known: frozenset[str],
    repeated: bool = False,
) -> Verdict:
    """Look for a part that may have been sent, at the latest at `sent_by`.

    `known` are remote ids the ledger owns already: never a match. `repeated`: it was sent once
    more already.
    """
    ways = desk.platform.certainty_for(outgoing.message)
    verdict = await _settle(desk, outgoing, ways, sent_by, known, repeated=repeated)
    harmless = ways[:1] == (Certainty.CLIENT_ID,) or _was_never_called(outgoing, ways)
    if desk.ask and not harmless and isinstance(verdict, Absent | Repeat):
        return Doubt("it is not there, as far as can be seen; `on_unknown: ask`")
    return verdict


def _was_never_called(outgoing: Outgoing, ways: Sequence[Certainty]) -> bool:
    """The handle is in the ledger before the call that needs it."""
    return ways[:1] == (Certainty.HANDLE,) and outgoing.handle is None


async def _settle(
    desk: Desk,
    outgoing: Outgoing,
    ways: Sequence[Certainty],
    sent_by: datetime,
    known: frozenset[str],
    *,
    repeated: bool,
) -> Verdict:
    if not ways or ways[0] is Certainty.NONE:
        return Doubt("the platform offers no way to find out")
    if _was_never_called(outgoing, ways):
        return Absent()
    own_id = ways[0] is Certainty.CLIENT_ID
    may_repeat = not repeated and _knows_again(desk, outgoing, ways)
    at_rest = sent_by + _lag(desk, ways)
    final = desk.clock.now() >= at_rest
    try:
        seen_by = outgoing._replace(as_of=at_rest) if final else outgoing
        verdict = _verdict(await _find(desk, seen_by, known))
        if not final and not repeated and own_id and isinstance(verdict, Absent):
            return Repeat("it is not there yet")  # what lands late is the same post: nobody waits
        if not final and (isinstance(verdict, Absent) or (may_repeat and _unlisted(verdict))):
            verdict = await _once_at_rest(desk, outgoing, at_rest, known)
    except PlatformError as error:
        return Later(f"looking for it failed: {error}")
    if may_repeat and isinstance(verdict, Doubt) and _unlisted(verdict):
        return Repeat(verdict.why)
    return verdict


def _lag(desk: Desk, ways: Sequence[Certainty]) -> timedelta:
    """How long a list may leave out what is there. Where nothing else helps, more is allowed for."""
    can = desk.platform.capabilities
    alone = can.search_alone_seconds if ways == (Certainty.SEARCH,) else None
    return timedelta(seconds=can.search_lag_seconds if alone is None else alone)


def _knows_again(desk: Desk, outgoing: Outgoing, ways: Sequence[Certainty]) -> bool:
    """Whether sending the identical payload again makes no second post.

    Counted from the first claim that could have sent it. A key is trusted only where there is
    nothing better: a related server may ignore it, and then the list is what counts.
    """
    since = desk.clock.now() - outgoing.since
    if Certainty.DUPLICATE_REJECTION in ways:
        return since < desk.terms.repeat_within
    if Certainty.IDEMPOTENCY_KEY not in ways or Certainty.SEARCH in ways:
        return False
    window = desk.platform.capabilities.idempotency_seconds or 0
    return since < timedelta(seconds=window - desk.terms.idempotency_margin)


def _unlisted(verdict: Verdict) -> bool:
    """Not found, where that proves nothing."""
    return isinstance(verdict, Doubt) and not verdict.candidates


async def _once_at_rest(
    desk: Desk, outgoing: Outgoing, at_rest: datetime, known: frozenset[str]
) -> Verdict:
    """Absent is only what is not there once no request is under way and the index has caught up."""
    remaining = (at_rest - desk.clock.now()).total_seconds()
    if remaining > desk.terms.patience or not await desk.nap(remaining):
        return Later(f"it may still be on its way, or not be listed yet, until {iso(at_rest)}")
    return _verdict(await _find(desk, outgoing._replace(as_of=at_rest), known))


async def _find(desk: Desk, outgoing: Outgoing, known: frozenset[str]) -> Finding:
    return await again(desk, partial(desk.platform.find, outgoing, known=known))


def seen(finding: Finding) -> Found | Doubt | None:
    """What a listing shows of it; `None` where it shows nothing, whatever that proves."""
    if len(finding.receipts) == 1:
        return Found(finding.receipts[0])
    if finding.receipts:
        urls = tuple(receipt.url for receipt in finding.receipts)
        return Doubt(f"{len(urls)} posts there match it", urls)
    return None


def _verdict(finding: Finding) -> Verdict:
    if shown := seen(finding):
        return shown
    if not finding.complete:
        return Doubt("the list of posts does not reach back far enough")
    return Absent()
