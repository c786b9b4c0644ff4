"""Replay one world: `python -m tests.simulation --seed N`."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.seeds import scenario
from tests.simulation.shrink import shrunk
from tests.simulation.trace import lines
from tests.simulation.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--whole", action="store_true", help="as drawn, without making it smaller")
    parser.add_argument("--ledger", action="store_true", help="the ledger's events as well")
    asked = parser.parse_args()
    world = World(scenario(asked.seed))
    verdict = world.run()
    if verdict.violations and not asked.whole:
        world = World(shrunk(world.scenario, verdict))
        verdict = world.run()
    sys.stdout.write("\n".join(lines(world, verdict, ledger=asked.ledger)) + "\n")
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main())
