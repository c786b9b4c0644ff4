"""A test that would never end fails; one that is slow on a busy machine does not.

with not_stuck():
    parse(hostile)      # quadratic would take minutes of CPU, linear takes milliseconds
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stuck(BaseException):
    """Not an `Exception`: nothing under test may catch it."""


@contextmanager
def not_stuck(cpu_seconds: float = 60.0) -> Iterator[None]:
    """Raise `Stuck` once so much CPU time of this process was used. Wall time does not count."""

    def stop(*_: object) -> None:
        raise Stuck(f"not done after {cpu_seconds:g} s of CPU time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
