"""Print the table: `python -m tests.simulation.peers --worlds 100`."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.peers.figures import OURS, figures, markdown


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.peers", description=__doc__)
    parser.add_argument("--worlds", type=int, default=50, help="of each class and way to run")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    rows = figures(asked.worlds, start=asked.start)
    said = "Each row but the last is a port of the algorithm, not the tool.\n"
    sys.stdout.write("\n".join((said, *markdown(rows))) + "\n")
    ours = [row for row in rows if row.algorithm == OURS]
    return int(any(row.duplicates or row.losses or row.broken for row in ours))


if __name__ == "__main__":
    sys.exit(main())
