"""An event loop whose time jumps: nothing waits, and the same start gives the same order."""

from __future__ import annotations

import asyncio
from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context


class Loop(asyncio.AbstractEventLoop):
    """Only what tasks, futures, locks and `gather` ask of a loop. `at` is in seconds."""

    def __init__(self) -> None:
        self.at = 0.0
        self.faults: list[dict[str, Any]] = []
        self._ready: deque[tuple[Callable[..., object], tuple[Any, ...], Context | None]] = deque()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0

    # ------------------------------------------------------------------ what asyncio asks for

    def get_debug(self) -> bool:
        return False

    def time(self) -> float:
        return self.at

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        self._ready.append((callback, args, context))

    call_soon_threadsafe = call_soon

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **_: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.faults.append(context)

    # ------------------------------------------------------------------ time

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        self._count += 1
        heappush(self._timers, (max(when, self.at), self._count, lambda: callback(*args)))

    def at_time(self, when: float, callback: Callable[[], object]) -> None:
        """Call back at a time; in the order asked for where times are equal."""
        self._count += 1
        heappush(self._timers, (max(when, self.at), self._count, callback))

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Go on until nothing is left to do, or `until` says so between two moments."""
        ready, timers = self._ready, self._timers
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while True:
                while ready:
                    callback, args, context = ready.popleft()
                    if context is None:
                        callback(*args)
                    else:
                        context.run(callback, *args)
                if not timers or until():
                    return
                self.at, _, due = heappop(timers)
                due()
        finally:
            asyncio._set_running_loop(outer)

    def complete(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run one coroutine to its end, and everything it takes."""
        task = self.create_task(coroutine)
        self.run(task.done)
        return task.result()
