from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rigs.safety import PRIVATE, Guard, ReachedOutError, is_local

# TEST-NET-1: addresses that documents may use and nobody answers.
OUTSIDE = "192.0.2.1"


@pytest.fixture
def expected(loopback_only: Guard) -> Guard:
    """The guard, to be cleared by a test that reaches out on purpose."""
    return loopback_only


def test_sync_and_async_clients_are_stopped(expected: Guard) -> None:
    async def ask() -> None:
        async with httpx.AsyncClient() as client:
            await client.get("https://example.org/")

    with pytest.raises(ReachedOutError, match="loopback only"):
        httpx.get(f"http://{OUTSIDE}/")
    with pytest.raises(ReachedOutError, match=r"example\.org"):
        asyncio.run(ask())
    assert expected.attempts == [OUTSIDE, "example.org"]
    expected.attempts.clear()


def test_bare_sockets_are_stopped(expected: Guard) -> None:
    with socket.socket() as stream, pytest.raises(ReachedOutError):
        stream.connect_ex((OUTSIDE, 80))
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, pytest.raises(ReachedOutError):
        datagrams.sendto(b"?", (OUTSIDE, 53))
    with pytest.raises(ReachedOutError):
        socket.gethostbyname("example.org")
    expected.attempts.clear()


def test_a_swallowed_attempt_fails_the_test_anyway(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        import contextlib, socket

        def test_swallows():
            with contextlib.suppress(Exception):
                socket.create_connection(("{OUTSIDE}", 80))
        """
    )

    result = pytester.runpytest_inprocess("-p", "tests.rigs.safety")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"*the test reached out to {OUTSIDE}*"])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_loopback_servers_are_reached(name: str) -> None:
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert httpx.get(f"http://{name}:{server.server_port}/").status_code == 204
        thread.join()


@pytest.mark.parametrize("host", ["::1", "127.8.9.1", "localhost", "a.localhost", None, "0.0.0.0"])
def test_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost.example.org", "fe80::1%eth0", "::2"])
def test_not_local(host: object) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    "name", ["BSKY_APP_PASSWORD", "GH_TOKEN", "POSTOPS_NOW", "GITHUB_ACTIONS", "CI", "HTTPS_PROXY"]
)
def test_private_names_are_cleared(name: str) -> None:
    assert PRIVATE.search(name)
    assert name not in os.environ


@pytest.mark.parametrize("name", ["POSTOPS_REQUIRE", "PATH", "CITY", "XDG_CACHE_HOME", "npm_x"])
def test_other_names_stay(name: str) -> None:
    assert not PRIVATE.search(name)


def test_local_time_is_strange_everywhere() -> None:
    assert time.timezone == -(5 * 3600 + 45 * 60)
    assert datetime.fromtimestamp(0).isoformat() == "1970-01-01T05:45:00"  # noqa: DTZ006 - the point


@given(st.integers())
def test_properties_may_stand_on_the_same_fixtures(number: int) -> None:
    assert is_local("localhost")
