"""Kill the publisher, let it recover, and judge: `python -m tests.kills --count 50`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.kills.broken import PUBLISHERS
from tests.kills.campaign import PLATFORMS, REMOTES, STATES, campaign, lines
from tests.kills.points import POINTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--count", type=int, help="so many kills; else 50, or until the time is up")
    parser.add_argument("--minutes", type=float, help="stop after so long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cycle", type=int, help="this cycle alone, on a fresh ledger")
    parser.add_argument("--point", choices=POINTS, action="append", help="these failpoints only")
    parser.add_argument("--remote", choices=REMOTES, action="append")
    parser.add_argument("--platform", choices=PLATFORMS, action="append")
    parser.add_argument("--state", choices=STATES, action="append")
    parser.add_argument(
        "--broken", choices=PUBLISHERS, help="a publisher without one of its guards"
    )
    parser.add_argument("--quiet", action="store_true", help="the tally only")
    asked = parser.parse_args()
    until = None if asked.minutes is None else time.monotonic() + asked.minutes * 60
    tally = campaign(
        asked.count or (None if until else 50),
        until=until,
        seed=asked.seed,
        remotes=asked.remote or REMOTES,
        platforms=asked.platform or PLATFORMS,
        states=asked.state or STATES,
        points=asked.point,
        cycle=asked.cycle,
        broken=asked.broken,
        say=(lambda _: None) if asked.quiet else lambda line: print(line, file=sys.stderr),
    )
    for line in (*lines(tally), *tally.violations):
        print(line)
    return 1 if tally.violations or not tally.killed else 0


if __name__ == "__main__":
    sys.exit(main())
