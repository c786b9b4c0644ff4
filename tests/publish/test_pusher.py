"""Outcomes on their way to the remote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postops.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

ALL = ("sky", "tusk", "bird")


async def test_a_push_whose_answer_was_lost_still_counts(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.cloud.faults = ["lost-answer", "lost-answer"]
    results = await on.run()
    assert {r.outcome for r in results.values()} == {"published"}
    assert [len(on.live(account)) for account in ALL] == [1, 1, 1]


async def test_nothing_is_sent_when_the_claim_cannot_be_pushed(
    stage: Callable[..., Stage],
) -> None:
    on = stage()
    on.cloud.faults = ["refused"] * 9
    with pytest.raises(LedgerError, match="hook declined"):
        await on.run()
    assert [on.live(account) for account in ALL] == [[], [], []]


async def test_what_was_sent_before_the_remote_vanished_is_kept_in_the_outbox(
    stage: Callable[..., Stage],
) -> None:
    on = stage({"posts/a.md": "---\naccounts: [tusk]\n---\nHello there\n"})

    def vanish(_: object) -> None:
        on.cloud.unreachable = True

    on.on_result = vanish
    with pytest.raises(LedgerError, match="cannot be reached"):
        await on.run()
    assert on.outbox.lines != []
    on.cloud.unreachable = False
    assert await on.run() == {}
    assert on.phases() == {"a@tusk": "published"}
    assert on.live("tusk") == ["Hello there"]
