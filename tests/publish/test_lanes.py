from __future__ import annotations

import pytest

from postops.plan import Action
from postops.publish.lanes import by_account, to_their_ends


def action(post: str, account: str) -> Action:
    return Action(f"{post}@{account}", post, account, "x", "publish", None)


def test_each_account_has_its_own_in_order() -> None:
    one, two, three = action("a", "bird"), action("b", "tusk"), action("c", "bird")
    assert by_account([one, two, three]) == {"bird": [one, three], "tusk": [two]}


async def test_a_lane_that_fails_ends_no_other() -> None:
    ended: list[str] = []

    async def fails() -> None:
        raise ZeroDivisionError

    async def ends() -> None:
        ended.append("other")

    with pytest.raises(ZeroDivisionError):
        await to_their_ends([fails(), ends()])
    assert ended == ["other"]
    await to_their_ends([ends()])
    assert ended == ["other"] * 2
