"""Whole processes, imports included, run alternately so that a busy moment hits both sides."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

POSTOPS = (sys.executable, "-m", "postops")


class Side(NamedTuple):
    """One side of a ratio. `before` is run ahead of each measurement and not counted."""

    name: str
    command: Sequence[str]
    cwd: Path | None = None
    before: Callable[[], object] | None = None
    env: dict[str, str] | None = None
    codes: tuple[int, ...] = (0,)


class Times(NamedTuple):
    """Seconds of each side."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def seconds(side: Side) -> float:
    """One run. A command that fails is a mistake in the benchmark."""
    if side.before is not None:
        side.before()
    start = time.perf_counter()
    done = subprocess.run(
        side.command,
        cwd=side.cwd,
        env=_environ(side),
        capture_output=True,
        check=False,
    )
    taken = time.perf_counter() - start
    if done.returncode not in side.codes:
        sys.exit(f"{side.name} exited {done.returncode}:\n{done.stdout.decode()[-2000:]}\n"
                 f"{done.stderr.decode()[-2000:]}")  # fmt: skip
    return taken


def _environ(side: Side) -> dict[str, str]:
    """Both sides may keep what they compile, as installed programs do: the warm run writes it."""
    environ = {**os.environ, **(side.env or {})}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ


def compare(ours: Side, theirs: Side, rounds: int) -> Times:
    """Medians of alternate runs; one run of each first, to warm the file cache."""
    seconds(ours), seconds(theirs)
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return Times(statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs))


def peak_megabytes(command: Sequence[str], cwd: Path) -> float:
    """The sum of the largest resident sets of a command and its children, sampled."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(_resident(pid) for pid in _tree(process.pid)))
        time.sleep(0.005)
    return peak / 1024


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children") as file:  # noqa: PTH123
                found += [int(child) for child in file.read().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> float:
    """Proportional set size in KiB: pages shared by forked processes count once."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("Pss:"):
                    return float(line.split()[1])
    except OSError:
        pass
    return 0.0


def show(what: str, times: Times, limit: float, *, against: str) -> None:
    """One line: the ratio, what it may be, and both medians."""
    verdict = "ok" if times.ratio <= limit else "OVER"
    print(
        f"{what:<58} {times.ratio:6.2f}x  (at most {limit:g}x)  {verdict:<4}"
        f"  {times.ours * 1000:8.1f} ms / {times.theirs * 1000:8.1f} ms {against}",
        flush=True,
    )


def load() -> str:
    """What else this machine was doing."""
    return f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores, {_mib()} MiB used by us"


def _mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
