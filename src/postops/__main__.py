"""`python -m postops` and the `postops` command."""

from __future__ import annotations

import gc
import os
import sys

from postops.cli import run

_YOUNG = 100_000  # new objects between two looks for cycles; Python's own 700 is for small heaps


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Ten thousand posts or a year's ledger are many objects and no cycles: going over all of them
    # again and again, and once more at the end, takes longer than most of what is done with them.
    gc.set_threshold(_YOUNG, 20, 20)
    _open_what_is_closed()
    code = run()
    if "duckdb" not in sys.modules:  # it says on stderr what is left of it, and wants it collected
        gc.freeze()
    sys.exit(code)


def _open_what_is_closed() -> None:
    """A caller may have closed some of the three (`2>&-`): Python then has `None` for it.

    Lowest first, so that no file that is opened later gets a number programs write to unasked.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


if __name__ == "__main__":
    main()
