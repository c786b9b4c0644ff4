"""What it takes to talk to platforms, got ready while git is still being asked what there is to say.

Importing the HTTP client and reading the certificates takes as long as all of git's answers, and
can be had in the time in which this process only waits for them.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_WITH_THE_FIRST_REQUEST = ("httpcore", "h11", "anyio._backends._asyncio")


class Ahead:
    """Starts at once, in a thread of its own.

    A process that ends early waits for it: an import that is under way while the interpreter is
    taken down crashes it.
    """

    def __init__(self) -> None:
        self._certificates: ssl.SSLContext | None = None
        self._thread = threading.Thread(target=self._get_ready)
        self._thread.start()

    def _get_ready(self) -> None:
        with suppress(Exception):  # whatever it is comes up again where it is needed
            self._certificates = import_module("httpx").create_ssl_context()
            for module in _WITH_THE_FIRST_REQUEST:
                import_module(module)

    def certificates(self) -> ssl.SSLContext | None:
        """Those of this machine; `None` where they cannot be read: httpx then says why."""
        self._thread.join()
        return self._certificates
