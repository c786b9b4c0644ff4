"""What it takes to talk to platforms, got ready while git is still being asked what there is to say.

Importing the HTTP client and reading the certificates takes as long as all of git's answers, and
can be had in the time in which this process only waits for them.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


class Ahead:
    """Starts at once, in a thread of its own."""

    def __init__(self) -> None:
        self._certificates: ssl.SSLContext | None = None
        self._thread = threading.Thread(target=self._prepare, daemon=True)
        self._thread.start()

    def _prepare(self) -> None:
        import anyio._backends._asyncio  # what httpx imports with its first request
        import h11
        import httpcore
        import httpx

        self._certificates = httpx.create_ssl_context()
        del anyio, h11, httpcore

    def certificates(self) -> ssl.SSLContext | None:
        """Those of this machine; `None` where they cannot be read: httpx then says so itself."""
        self._thread.join()
        return self._certificates
