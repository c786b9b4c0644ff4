"""Replay one world: `python -m tests.simulation --seed N`, with `--wider` one of `wider`."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.seeds import scenario
from tests.simulation.shrink import shrunk
from tests.simulation.trace import lines
from tests.simulation.wider import wider
from tests.simulation.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--wider", action="store_true", help="with what people do besides")
    parser.add_argument("--whole", action="store_true", help="as drawn, without making it smaller")
    parser.add_argument("--ledger", action="store_true", help="the ledger's events as well")
    asked = parser.parse_args()
    world = World((wider if asked.wider else scenario)(asked.seed))
    verdict = world.run()
    if verdict.violations and not asked.whole:
        world = World(shrunk(world.scenario, verdict))
        verdict = world.run()
    sys.stdout.write("\n".join(lines(world, verdict, ledger=asked.ledger)) + "\n")
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main())
