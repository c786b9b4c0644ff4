"""`validate` of many posts on three accounts each, first, again, and of twice as many."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from benchmarks import posts
from benchmarks.measure import POSTOPS, Side, Times, compare, peak_megabytes, seconds, show

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 10_000
FOUND = (0, 1)  # some of the posts are too long, as in real life


def run(folder: Path, rounds: int) -> None:
    small, large = folder / "small", folder / "large"
    posts.write(small, COUNT)
    posts.write(large, 2 * COUNT)
    floor = Side("floor", (sys.executable, "-m", "benchmarks.floor_validate", str(small / "posts")))
    fresh = Side("fresh", (*POSTOPS, "validate"), small, _forget(small), codes=FOUND)
    again = Side("again", (*POSTOPS, "validate"), small, codes=FOUND)
    double = Side("double", (*POSTOPS, "validate"), large, _forget(large), codes=FOUND)
    show(
        f"validate {COUNT:,} posts x 3 accounts", compare(fresh, floor, rounds), 3, against="floor"
    )
    seconds(again)
    show("the same, unchanged", compare(again, floor, rounds), 0.5, against="floor")
    show(
        f"validate {2 * COUNT:,} posts", compare(double, fresh, rounds), 2.2, against="half as many"
    )
    _forget(small)()
    peak = peak_megabytes((*POSTOPS, "validate"), small)
    verdict = "ok" if peak < 300 else "OVER"
    print(f"{'peak memory of all processes':<58} {peak:6.0f} MB (under 300)      {verdict}")


def _forget(root: Path):
    return lambda: shutil.rmtree(root / ".postops", ignore_errors=True)


__all__ = ["Times", "run"]
