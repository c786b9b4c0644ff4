"""A person or the runner asked us to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Stop:
    """Set by a signal handler, looked at before every step that could begin something new.

    `when_asked` is called once, from the signal handler: outcomes known so far are pushed at once,
    for the runner may kill us before the call in flight is answered.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.when_asked: Callable[[], object] | None = None

    @property
    def asked(self) -> bool:
        return self.signal is not None

    def ask(self, signal: int) -> None:
        """The first signal counts: it decides the exit code."""
        if self.signal is None:
            self.signal = signal
            if self.when_asked is not None:
                self.when_asked()
