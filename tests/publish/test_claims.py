"""What a claim says, and until when it may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.publish.stage import Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.stage import Stage


async def test_the_claim_is_in_the_ledger_before_the_call(stage: Callable[..., Stage]) -> None:
    on = stage()
    on.kill_at = ("published", 1)
    with pytest.raises(Killed):
        await on.run()
    assert b'"type":"claimed"' in b"".join(on.cloud.head.files.values())
