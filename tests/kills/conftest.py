from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills.zygote import Zygote

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Started once: importing takes as long as a kill."""
    started = Zygote()
    yield started
    started.close()
