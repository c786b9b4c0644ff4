"""Waiting for what another program or thread does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def until(true: Callable[[], Any], seconds: float = 30) -> Any:
    """Give what it gives, once that is true."""
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.02)  # noqa: TID251
    return found
