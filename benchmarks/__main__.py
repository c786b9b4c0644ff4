"""python -m benchmarks [startup] [validating] [idle] [scale] [sending] [--rounds N]"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from pathlib import Path

from benchmarks.measure import load

PARTS = ("startup", "validating", "idle", "scale", "sending")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="only these")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side")
    given = parser.parse_args()
    for part in given.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="postops-bench-") as folder:
            importlib.import_module(f"benchmarks.{part}").run(Path(folder), given.rounds)
    print(load())


if __name__ == "__main__":
    main()
