"""Naps of a desk: long enough, and over at once when the run is asked to stop."""

from __future__ import annotations

import pytest

from tests.publish.desks import bench


async def test_a_nap_lasts_as_long_as_it_says() -> None:
    on = await bench()
    assert await on.desk.nap(2.5)
    assert on.clock.waited == 2.5


@pytest.mark.parametrize("seconds", [0, -3600])
async def test_no_time_is_no_nap(seconds: float) -> None:
    on = await bench()
    assert await on.desk.nap(seconds)
    assert on.clock.waited == 0


async def test_a_signal_ends_a_nap_within_a_second() -> None:
    on = await bench()
    sleep = on.clock.sleep

    async def asked_meanwhile(seconds: float) -> None:
        await sleep(seconds)
        if on.clock.waited >= 2:
            on.desk.stop.ask(15)

    on.clock.sleep = asked_meanwhile  # type: ignore[method-assign]
    assert not await on.desk.nap(600)
    assert on.clock.waited == 2


async def test_a_stopped_run_does_not_even_lie_down() -> None:
    on = await bench()
    on.desk.stop.ask(15)
    assert not await on.desk.nap(5)
    assert on.clock.waited == 0
