"""A person or the runner asked us to stop."""

from __future__ import annotations


class Stop:
    """Set by a signal handler, looked at before every step that could begin something new."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @property
    def asked(self) -> bool:
        return self.signal is not None

    def ask(self, signal: int) -> None:
        """The first signal counts: it decides the exit code."""
        self.signal = self.signal or signal
