"""Whether an account kept to its own limits, by the posts on its server (I13).

A machine keeps to them by its own clock, and counts from what another wrote down by its own: what
is off by less than twice the skew that is allowed is kept.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.simulation.clock import moment

if TYPE_CHECKING:
    from collections.abc import Collection

    from postops.config import Pace
    from tests.simulation.checker import Checker
    from tests.simulation.platforms import Remote, Server


class Pacing:
    """Hears of every first part as it comes to be. A thread counts once."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._allowed = timedelta(seconds=2 * checker.world.scenario.skew)
        self._sent: dict[str, list[Remote]] = defaultdict(list)

    def forget(
        self, forgotten: Collection[tuple[str, int]], known: Collection[tuple[str, int]]
    ) -> None:
        """What the ledger does not know of counts no more, nor what is gone without its knowing."""
        for account, sent in self._sent.items():
            parts = [(post, (post.delivery, post.part)) for post in sent]
            self._sent[account] = [
                post
                for post, part in parts
                if part not in forgotten and (post.live or part in known)
            ]

    def sent(self, server: Server, post: Remote, claimed: str | None) -> None:
        """What was claimed before quiet hours began may still leave: the lease is not long."""
        pace = dict(self._checker.world.scenario.paces).get(server.account)
        if pace is None:
            return
        at, before = moment(post.created), [moment(p.created) for p in self._sent[server.account]]
        zone, say = ZoneInfo(pace.zone), self._checker.say
        sides = [(at + off).astimezone(zone) for off in (-self._allowed, self._allowed)]
        who = f"{post.delivery} is sent at {at.astimezone(zone):%H:%M:%S}"
        begun = datetime.fromisoformat(claimed).astimezone(zone) if claimed else sides[0]
        if all(_is_quiet(side, pace) for side in (*sides, begun)):
            say("I13", f"{who}, in quiet hours")
        if before and at - max(before) < pace.spacing - self._allowed:
            say("I13", f"{who}, {at - max(before)} after another, not {pace.spacing}")
        # At midnight nobody can say which day it is.
        today = {side.date() for side in sides}
        same = [t for t in before if len(today) == 1 and t.astimezone(zone).date() in today]
        if pace.per_day and len(same) >= pace.per_day:
            say("I13", f"{who}, as number {len(same) + 1} of {pace.per_day} a day")
        self._sent[server.account].append(post)

    def never_mind(self, post: Remote) -> None:
        """People deleted it before anybody had written it down."""
        sent = self._sent[post.delivery.rpartition("@")[2]]
        if post in sent:
            sent.remove(post)


def _is_quiet(local: datetime, pace: Pace) -> bool:
    minute = 60 * local.hour + local.minute
    for start, end in pace.quiet:
        if start <= minute < end if start < end else minute >= start or minute < end:
            return True
    return False
