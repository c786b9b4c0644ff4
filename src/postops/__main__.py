"""`python -m postops` and the `postops` command."""

from __future__ import annotations

import gc
import sys

from postops.cli import run

_YOUNG = 100_000  # new objects between two looks for cycles; Python's own 700 is for small heaps


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Ten thousand posts or a year's ledger are many objects and no cycles: going over all of them
    # again and again, and once more at the end, takes longer than most of what is done with them.
    gc.set_threshold(_YOUNG, 20, 20)
    code = run()
    if "duckdb" not in sys.modules:  # it says on stderr what is left of it, and wants it collected
        gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
