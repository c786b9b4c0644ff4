"""`git http-backend` behind a small CGI bridge on loopback: fetch and push as a git host serves.

def test_it(remote: Path, http_backend: HttpBackend) -> None:
    server = http_backend(remote)
    clone(server.url, tmp_path / "work")
    server.lose_answers = 1      # the next push takes effect, but its answer never arrives
"""

from __future__ import annotations

import base64
import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.rigs.git import environment

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path
    from typing import BinaryIO

HttpBackend = Callable[..., "GitHttpServer"]


class GitHttpServer(ThreadingHTTPServer):
    """Serves one bare repository; change the attributes at any time.

    credentials: user and password every request must bear, as HTTP Basic (401 without)
    read_only: pushes are answered 403, as for a token without `contents: write`
    lose_answers: so many pushes take effect and then the connection is dropped
    date: the `Date` header, in place of the clock's
    requests: method and path of each request answered so far
    """

    daemon_threads = True
    request_queue_size = 64  # a race of pushers must not meet a full queue

    def __init__(self, remote: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Bridge)
        self.remote = remote
        self.credentials: tuple[str, str] | None = None
        self.read_only = False
        self.lose_answers = 0
        self.date: str | None = None
        self.requests: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{self.remote.name}"

    def expected(self) -> str | None:
        """The Authorization header that opens the door; also what actions/checkout leaves."""
        if self.credentials is None:
            return None
        return "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()


class _Bridge(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: GitHttpServer

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(_body(self.headers, self.rfile))

    def _serve(self, body: bytes) -> None:
        server, (path, _, query) = self.server, self.path.partition("?")
        server.requests.append((self.command, self.path))
        pushes = "git-receive-pack" in self.path
        if server.expected() not in (None, self.headers["Authorization"]):
            return self._answer("401 Unauthorized", {"WWW-Authenticate": 'Basic realm="git"'})
        if pushes and server.read_only:
            return self._answer("403 Forbidden", {}, b"Write access to repository not granted.\n")
        status, headers, content = _split(self._backend(path, query, body))
        if pushes and self.command == "POST" and server.lose_answers > 0:
            server.lose_answers -= 1
            self.close_connection = True
            return None
        return self._answer(status, headers, content)

    def _backend(self, path: str, query: str, body: bytes) -> bytes:
        env = environment(
            GIT_PROJECT_ROOT=str(self.server.remote.parent),
            GIT_HTTP_EXPORT_ALL="1",
            REQUEST_METHOD=self.command,
            PATH_INFO=path,
            QUERY_STRING=query,
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
            REMOTE_USER="tester",  # git takes a push only from someone
            REMOTE_ADDR="127.0.0.1",
        )
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=env, capture_output=True, check=False
        )
        return done.stdout or b"Status: 500 Internal Server Error\r\n\r\n" + done.stderr

    def _answer(self, status: str, headers: dict[str, str], content: bytes = b"") -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.date or super().date_time_string(timestamp)

    def log_message(self, *_: object) -> None:
        """Tests read `requests` instead."""


def _body(headers: Message, stream: BinaryIO) -> bytes:
    """The request body; git sends packs above `http.postBuffer` (1 MiB) in chunks."""
    if headers.get("Transfer-Encoding", "").lower() != "chunked":
        return stream.read(int(headers.get("Content-Length", 0)))
    parts = []
    while size := int(stream.readline().partition(b";")[0], 16):
        parts.append(stream.read(size))
        stream.readline()
    stream.readline()
    return b"".join(parts)


def _split(answer: bytes) -> tuple[str, dict[str, str], bytes]:
    """A CGI answer as status, headers and body."""
    head, _, content = answer.partition(b"\r\n\r\n")
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\r\n"))
    headers = {name: value.strip() for name, _, value in pairs}
    return headers.pop("Status", "200 OK"), headers, content


@contextlib.contextmanager
def serving(remote: Path) -> Iterator[GitHttpServer]:
    """A bare repository over HTTP for as long as the block lasts."""
    with GitHttpServer(remote) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def http_backend() -> Iterator[HttpBackend]:
    """Call it with a bare repository; it gives a GitHttpServer, whose `url` git can use."""
    with contextlib.ExitStack() as servers:
        yield lambda remote: servers.enter_context(serving(remote))
