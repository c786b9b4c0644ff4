"""A real Bluesky PDS for tests: the fixture `pds`, started once in a test session.

    def test_it(pds: Pds) -> None:
        account = pds.create_account()            # .did .handle .app_password .password
        with pds.login(account) as client:        # httpx.Client, base URL and bearer set
            client.post("/xrpc/com.atproto.repo.putRecord", json={...})
        assert len(pds.records(account.did)) == 1

Tests that use it get the marker `pds`, and under xdist's `--dist loadgroup` one worker takes all.
Each test makes accounts of its own, so that nothing but the server is shared.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import select
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import httpx
import pytest

from tests.rigs.pds import install
from tests.tools.node import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = Path(__file__).with_name("server.cjs")
READY_SECONDS = 60.0  # 1.5 s on a quiet machine
STOP_SECONDS = 5.0
STARTS = 3  # the port is picked before the PDS takes it, so another process may win it
POST = "app.bsky.feed.post"


class StartError(Exception):
    """The server ended, or stayed silent, before it said it was ready."""


@dataclass(frozen=True)
class PdsAccount:
    did: str
    handle: str
    app_password: str
    password: str


class Pds:
    """A running PDS and PLC directory; ends with `stop`, and with this process however it ends."""

    def __init__(
        self, process: subprocess.Popen[bytes], ready: dict[str, str], words: IO[bytes]
    ) -> None:
        self.url: str = ready["url"]
        self.plc_url: str = ready["plc_url"]
        self.pid: int = process.pid
        self._process = process
        self._words = words
        self._directory = ready["directory"]
        self._numbers = itertools.count(1)

    @classmethod
    def start(cls, node: install.Node, modules: Path) -> Pds:
        """Start the server. Raises StartError with what it wrote to standard error."""
        words = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the server is
        process = subprocess.Popen(
            [node.program, SERVER],
            env=node.environment() | {"NODE_PATH": str(modules)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            bufsize=0,
        )
        line = _first_line(process)
        if line.startswith(b"{"):
            return cls(process, json.loads(line), words)
        _end(process)
        with words:
            raise StartError(_last(words))

    def create_account(self, handle: str | None = None) -> PdsAccount:
        """A new account with an app password; `handle` is made up, or must be free."""
        handle = handle or f"user{next(self._numbers)}.test"
        password = f"password of {handle}"
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            made = _ok(
                client.post(
                    "/xrpc/com.atproto.server.createAccount",
                    json={
                        "handle": handle,
                        "email": f"{handle.partition('.')[0]}@mail.test",
                        "password": password,
                    },
                )
            )
            app = _ok(
                client.post(
                    "/xrpc/com.atproto.server.createAppPassword",
                    headers={"Authorization": f"Bearer {made['accessJwt']}"},
                    json={"name": "postops"},
                )
            )
        return PdsAccount(made["did"], made["handle"], app["password"], password)

    @contextlib.contextmanager
    def login(self, account: PdsAccount) -> Iterator[httpx.Client]:
        """A client that bears a session made with the account's app password."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as client:
            login = {"identifier": account.handle, "password": account.app_password}
            session = _ok(client.post("/xrpc/com.atproto.server.createSession", json=login))
            client.headers["Authorization"] = f"Bearer {session['accessJwt']}"
            yield client

    def records(self, did: str, collection: str = POST) -> list[dict[str, Any]]:
        """All records of a collection, oldest key first, each {uri, cid, value}."""
        found: list[dict[str, Any]] = []
        query: dict[str, Any] = {"repo": did, "collection": collection, "limit": 100}
        query["reverse"] = "true"
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            while True:
                page = _ok(client.get("/xrpc/com.atproto.repo.listRecords", params=query))
                found += page["records"]
                if not page["records"] or "cursor" not in page:
                    return found
                query["cursor"] = page["cursor"]

    @property
    def ended(self) -> int | None:
        """The exit status, where it has ended by itself."""
        return self._process.poll()

    def last_words(self) -> str:
        """What it last wrote to standard error."""
        return _last(self._words)

    def stop(self) -> None:
        """End the server and remove what it stored; a second call does nothing."""
        _end(self._process)
        self._words.close()
        shutil.rmtree(self._directory, ignore_errors=True)


@pytest.fixture(scope="session")
def pds(request: pytest.FixtureRequest) -> Iterator[Pds]:
    try:
        node, modules = install.packages(_teller(request.config))
    except install.InstallError as error:
        unavailable("pds", f"the PDS cannot be installed: {error}")
    server = _start(node, modules)
    yield server
    server.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    grouped = config.pluginmanager.hasplugin("xdist")
    for item in items:
        if "pds" in getattr(item, "fixturenames", ()):
            item.add_marker("pds")
            if grouped:
                item.add_marker(pytest.mark.xdist_group("pds"))


def _start(node: install.Node, modules: Path) -> Pds:
    for left in reversed(range(STARTS)):
        try:
            return Pds.start(node, modules)
        except StartError as error:
            if not left:
                unavailable("pds", f"the PDS did not start, {STARTS} times: {error}")
    raise AssertionError("unreachable")


def _teller(config: pytest.Config) -> install.Say:
    """Words that reach the terminal at once, past pytest's capture: a minute of silence worries."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def say(words: str) -> None:
        with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
            print(f"\n[pds] {words}", file=sys.stderr, flush=True)

    return say


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """The ready line, or what there is of it when the server ends or time is up."""
    out: IO[bytes] | None = process.stdout
    assert out is not None
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([out], [], [], READY_SECONDS)[0]:
            return b""
        chunk = out.read(65536)
        if not chunk:
            return b""
        line += chunk
    return line


def _last(words: IO[bytes]) -> str:
    words.seek(0)
    return words.read().decode(errors="replace")[-2000:] or "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
    for push in (lambda: None, process.terminate, process.kill):
        push()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def _ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, f"{answer.request.url.path}: {answer.status_code} {answer.text}"
    return answer.json()  # type: ignore[no-any-return]  # a JSON object by the lexicon
