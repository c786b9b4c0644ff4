"""The watch itself: it must bite, and let go."""

from __future__ import annotations

import signal

import pytest

from tests.rigs.stuck import Stuck, not_stuck


def spin(rounds: int) -> None:
    for _ in range(rounds):
        pass


def test_what_does_not_end_is_stopped() -> None:
    with pytest.raises(Stuck, match=r"0\.05 s"), not_stuck(0.05):
        spin(10**12)


def test_afterwards_nothing_is_left_of_it() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with not_stuck(0.05):
        pass
    spin(5_000_000)
    assert signal.getsignal(signal.SIGPROF) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
