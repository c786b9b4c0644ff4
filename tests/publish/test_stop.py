"""A run that is asked to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from postops.publish.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage


async def test_a_signal_gives_back_what_was_not_sent(stage: Callable[..., Stage]) -> None:
    on = stage({f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(5)})
    seen: list[object] = []

    def stop_after_two(result: object) -> None:
        seen.append(result)
        if len(seen) == 2:
            on.stop.ask(signal.SIGTERM)

    on.on_result = stop_after_two
    results = await on.run()
    assert sorted(r.outcome for r in results.values()) == ["published"] * 2 + ["unsent"] * 3
    assert len(on.live("tusk")) == 2
    assert sorted(on.phases().values()) == ["published"] * 2 + ["released"] * 3
    assert on.outbox.lines == []


async def test_a_stopped_run_claims_nothing(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.stop.ask(signal.SIGINT)
    assert await on.run() == {}
    assert on.phases() == {}
    assert on.live("sky") == on.live("tusk") == on.live("bird") == []


async def test_outcomes_are_on_the_remote_before_the_call_in_flight_is_answered(
    stage: Callable[..., Stage],
) -> None:
    on = stage({f"posts/p{n}.md": f"---\naccounts: [tusk]\n---\nPost {n}\n" for n in range(2)})
    on.terms = on.terms._replace(push_after=10_000.0)
    on.fault("mastodon", "POST", "/api/v1/statuses", nth=2, effect="latency", seconds=7)
    sleep, seen = on.clock.sleep, list[bool]()

    async def asked_in_flight(seconds: float) -> None:
        if seconds == 10_000.0:
            await asyncio.Event().wait()  # the push that comes by itself never comes
        await sleep(seconds)
        if seconds == 7:
            on.stop.ask(signal.SIGTERM)
            for _ in range(20):
                await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, no time
            seen.append(b'"type":"published"' in b"".join(on.cloud.head.files.values()))

    on.clock.sleep = asked_in_flight  # type: ignore[method-assign]
    results = await on.run()
    assert seen == [True]
    assert {r.outcome for r in results.values()} == {"published"}  # what was sent is not given back


def test_the_first_signal_decides_and_is_passed_on_once() -> None:
    stop, told = Stop(), list[int | None]()
    stop.when_asked = lambda: told.append(stop.signal)
    assert not stop.asked
    stop.ask(signal.SIGINT)
    stop.ask(signal.SIGTERM)
    assert (stop.asked, stop.signal, told) == (True, signal.SIGINT, [signal.SIGINT])


def test_a_signal_before_the_run_is_ready_is_kept() -> None:
    stop = Stop()
    stop.ask(signal.SIGTERM)
    assert stop.signal == signal.SIGTERM
