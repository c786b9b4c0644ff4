"""No test reaches beyond this machine, nor depends on whose machine it is.

A connection to anything but loopback, or a name to be resolved, raises `ReachedOutError`. That is no
OSError on purpose, or code under test would take it for a network that is down; and should
something swallow it, the test fails at its end all the same.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Somewhere nobody lives, so that a local time taken by mistake is seen; POSIX form, no zone file.
ZONE = "<+0545>-05:45"
PRIVATE = re.compile(
    r"^(POSTOPS_(?!REQUIRE$)|GITHUB_|ACTIONS_|RUNNER_|GIT_|CI$|NO_COLOR$|FORCE_COLOR$|COLUMNS$)"
    r"|(_|^)(TOKEN|SECRET|PASSWORD|CREDENTIALS?|API_KEY|ACCESS_KEY)(_|$)"
    r"|^(https?|all|no|ftp)_proxy$",
    re.IGNORECASE,
)
SETTLED = {
    "TZ": ZONE,
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file:http",  # git is another process: this is its loopback rule
}


class ReachedOutError(AssertionError):
    """A test tried to leave this machine."""


class Guard:
    """Stands at the socket module's doors and writes down who wanted out."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def check(self, host: object) -> None:
        host = host.decode() if isinstance(host, bytes) else host
        if not is_local(host):
            self.attempts.append(str(host))
            raise ReachedOutError(
                f"a test may use loopback only, and this one asked for {host!r}: pass a transport "
                "(httpx.MockTransport, the sandbox) or one of tests/rigs"
            )


def is_local(host: object) -> bool:
    """True for loopback addresses and names, and for "any interface", where servers listen."""
    if host in (None, "", "localhost") or str(host).endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def bare_environment() -> Iterator[None]:
    """No tokens, no CI, no proxy, nobody's git configuration; a fixed time zone and language."""
    with pytest.MonkeyPatch.context() as patch:  # its own: a test may undo the shared one
        for name in [n for n in os.environ if PRIVATE.search(n)]:
            patch.delenv(name)
        for name, value in SETTLED.items():
            patch.setenv(name, value)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[Guard]:
    """The guard of this test."""
    guard = Guard()
    with pytest.MonkeyPatch.context() as patch:
        for door in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, door, _address_guarded(guard, door))
        for door in ("getaddrinfo", "gethostbyname"):
            patch.setattr(socket, door, _name_guarded(guard, door))
        yield guard
    if guard.attempts:
        pytest.fail(f"the test reached out to {', '.join(guard.attempts)}", pytrace=False)


def _name_guarded(guard: Guard, door: str) -> Any:
    plain = getattr(socket, door)

    def through(host: Any, *args: Any, **options: Any) -> Any:
        guard.check(host)
        return plain(host, *args, **options)

    return through


def _address_guarded(guard: Guard, door: str) -> Any:
    plain = getattr(socket.socket, door)

    def through(self: socket.socket, *args: Any) -> Any:
        address = args[-1]  # sendto takes flags before it
        if self.family in (socket.AF_INET, socket.AF_INET6):
            guard.check(address[0])
        return plain(self, *args)

    return through
