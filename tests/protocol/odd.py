"""A server in front of a platform that answers one kind of call with nonsense.

with odd_server(origin) as odd:
    odd.answer = HTML          # what creating a post is answered with
    odd.effect = True          # and whether the post is made all the same
"""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


class Answer(NamedTuple):
    """Status, type and bytes; `length` is what the header claims, where that is not true."""

    status: int
    mime: str
    body: bytes
    length: int | None = None


HTML = Answer(200, "text/html", b"<!doctype html><title>Welcome to the hotel's wireless</title>")
TRUNCATED = Answer(200, "application/json", b'{"id": "1156', 400)
NOT_WHOLE = Answer(200, "application/json", b'{"id": "1156')
REDIRECT = Answer(302, "text/html", b"<a href='/elsewhere'>Found</a>")
EMPTY = Answer(200, "application/json", b"")
HUGE = Answer(200, "application/json", b'{"id": "' + b"1" * (40 << 20))


class OddServer(ThreadingHTTPServer):
    """Passes everything on to `origin`, but for `path` while there is an `answer`."""

    daemon_threads = True

    def __init__(self, origin: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.to = urlsplit(origin).netloc
        self.path = "/api/v1/statuses"
        self.method = "POST"
        self.answer: Answer | None = None
        self.effect = False
        self.seen = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def strikes(self, method: str, path: str) -> bool:
        return self.answer is not None and (method, path) == (self.method, self.path)


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OddServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        server, length = self.server, int(self.headers["Content-Length"] or 0)
        body, strikes = self.rfile.read(length), server.strikes(self.command, self.path)
        if not strikes or server.effect:
            passed = self._pass(body)
        if not strikes:
            return self._say(*passed)
        server.seen += 1
        answer = server.answer
        assert answer is not None
        headers = {"Content-Type": answer.mime, "Location": "/elsewhere"}
        self.close_connection = answer.length is not None
        return self._say(answer.status, headers, answer.body, answer.length)

    def _pass(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        there = http.client.HTTPConnection(self.server.to, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
        there.request(self.command, self.path, body, headers | {"Host": self.server.to})
        answer = there.getresponse()
        kept = {k: v for k, v in answer.getheaders() if k.lower() in _KEPT}
        found = answer.status, kept, answer.read()
        there.close()
        return found

    def _say(
        self, status: int, headers: dict[str, str], body: bytes, length: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # whoever asked has heard enough
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


_KEPT = frozenset({"content-type", "date", "link"})


@contextmanager
def odd_server(origin: str) -> Iterator[OddServer]:
    """Serve until the end of the block."""
    with OddServer(origin) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
