"""SIGINT and SIGTERM end a run in order: finish the call in flight, give claims back, push."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from postops.publish.stop import Stop


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """Ask `stop` on the first signal; a second SIGINT interrupts at once."""

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.asked and number == signal.SIGINT:
            signal.default_int_handler(number, frame)
        stop.ask(number)

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
