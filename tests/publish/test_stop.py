"""A run that is asked to stop."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

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
