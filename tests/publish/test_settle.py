"""Unknown outcomes: looked up, never sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage

ALL = {"sky": "a@sky", "tusk": "a@tusk", "bird": "a@bird"}
CALL = {
    "sky": ("bluesky", "POST", "/xrpc/com.atproto.repo.putRecord"),
    "tusk": ("mastodon", "POST", "/api/v1/statuses"),
    "bird": ("x", "POST", "/2/tweets"),
}


@pytest.mark.parametrize("account", ALL)
async def test_a_lost_answer_is_looked_up_and_never_sent_again(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = stage()
    on.fault(*CALL[account], when="after", effect="drop")
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]


@pytest.mark.parametrize("account", ALL)
async def test_a_call_that_never_arrived_is_proven_absent_and_sent(
    account: str, stage: Callable[..., Stage]
) -> None:
    on = stage()
    on.fault(*CALL[account], when="before", effect="drop")
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]
    assert on.ledger is not None
    assert on.ledger.state.delivery(ALL[account]).attempt == 2


@pytest.mark.parametrize("account", ALL)
@pytest.mark.parametrize("disk_survived", [True, False])
async def test_a_machine_that_dies_after_the_call_leaves_one_post(
    account: str, disk_survived: bool, stage: Callable[..., Stage]
) -> None:
    on = stage({"posts/a.md": f"---\naccounts: [{account}]\n---\nHello there\n"})
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert on.live(account) == ["Hello there"]
    blocked = await on.run(disk_survived=disk_survived)
    assert blocked == {}  # the lease protects a run that may still be alive
    on.after_the_lease()
    results = await on.run()
    assert results[ALL[account]].outcome == "published"
    assert on.live(account) == ["Hello there"]
    assert on.phases() == {ALL[account]: "published"}
