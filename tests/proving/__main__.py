"""Prove the publisher: worlds in the simulator, real kills, races, and what others do.

    ./scripts/prove                 two minutes: a taste
    ./scripts/prove --minutes 60    a million runs, hundreds of kills

Exits 1 where anything was wrong. The report goes to stdout, progress to stderr.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from tests.kills.campaign import PLATFORMS
from tests.proving import real, report, simulated
from tests.simulation import outside
from tests.simulation.peers import figures

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tests.kills.campaign import Tally

LONG = 30.0  # minutes from which on everything is done in full


def say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/prove",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long to go on (about)")
    parser.add_argument("--seed", type=int, default=0, help="of what is killed, and where")
    parser.add_argument(
        "--platform", action="append", choices=PLATFORMS, help="kill at these only; all by default"
    )
    asked = parser.parse_args()
    found = proven(asked.minutes, asked.platform or PLATFORMS, asked.seed)
    sys.stdout.write("\n".join(report.lines(found)) + "\n")
    return 1 if found.wrong else 0


def proven(minutes: float, platforms: tuple[str, ...], seed: int) -> report.Found:
    """Race; then simulate on all cores, and kill beside it in a process of its own.

    Sixteen processes that race have the machine for themselves: they give up after five minutes,
    and a publisher is given two.
    """
    began = time.monotonic()
    until = began + minutes * 60
    many = 100 if minutes >= LONG else max(5, int(3 * minutes))
    raced = real.races(100 if minutes >= LONG else 10)
    say(f"races: {sum(one.events for _, one in raced if one):,} events")
    crowded = real.crowds(*((10, 5) if minutes >= LONG else (2, 1)))
    say(f"publishers raced: {sum(one.rounds for _, one in crowded if one)} rounds")
    with ProcessPoolExecutor(1) as beside, ProcessPoolExecutor() as pool:
        killed = beside.submit(real.kills, until - 20, platforms, seed)
        killed.add_done_callback(_told)
        singles = simulated.all_singles(pool, say)
        unnoticed = simulated.unnoticed(pool, say)
        late = pool.submit(report.late, 4)
        peers = pool.submit(figures.figures, many)
        broken = pool.submit(outside.figures, many)
        asked = pool.submit(outside.figures, many, asks=True)
        drawn = simulated.until(until, pool, say)
        say("waiting for the last kills and tables")
        return report.Found(
            singles,
            drawn,
            unnoticed,
            raced,
            crowded,
            killed.result(),
            late.result(),
            peers.result(),
            broken.result(),
            asked.result(),
            (time.monotonic() - began) / 60,
        )


def _told(killed: Future[Tally]) -> None:
    """An error that nobody would hear of before the hour is over."""
    if error := killed.exception():
        say(f"the kills ended: {error!r}")


if __name__ == "__main__":
    sys.exit(main())
