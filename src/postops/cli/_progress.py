"""What a run shows while it works: a line for each result, and on a terminal how many are left."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from postops.cli._edge import say
from postops.cli._options import style
from postops.cli._publishing import Watcher
from postops.output.results import line
from postops.plan import iso

if TYPE_CHECKING:
    from datetime import datetime

    from postops.plan import Plan
    from postops.publish.ports import Result

_CLEAR = "\r\x1b[K"


class Progress(Watcher):
    """Results go to stdout, the counter to stderr, and only where that is a terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._all = self._done = 0

    def planned(self, plan: Plan) -> None:
        self._all, self._done = len(plan.actions), 0
        self._count()

    def waits(self, until: datetime) -> None:
        self._show(_CLEAR)
        say(f"waiting for what is due at {iso(until)}", err=True)

    def result(self, result: Result) -> None:
        self._done += 1
        self._show(_CLEAR)
        say(line(result, style))
        self._count()

    def _count(self) -> None:
        left = self._done < self._all
        self._show(f"{_CLEAR}{self._done} of {self._all}" if left else _CLEAR)

    def _show(self, text: str) -> None:
        if not self._live:
            return
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            self._live = False
