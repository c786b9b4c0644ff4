"""Where credentials may go."""

from __future__ import annotations

import pytest

from postops.errors import ConfigError
from postops.platforms._origin import is_loopback, is_public, origin


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://Bsky.Social", "https://bsky.social"),
        ("https://bsky.social:443/", "https://bsky.social"),
        ("https://bsky.social:8443", "https://bsky.social:8443"),
        ("http://localhost:2583", "http://localhost:2583"),
        ("http://bluesky.localhost", "http://bluesky.localhost"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url, normal) -> None:
    assert origin(url, "service") == normal


@pytest.mark.parametrize(
    "url",
    [
        "http://bsky.social",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "https://user:secret@bsky.social",
        "https://bsky.social/path",
        "https://bsky.social?x=1",
        "https://bsky.social#x",
        "https://bsky.social:99999",
        "https://[::1",
        "ftp://bsky.social",
        "bsky.social",
        "",
    ],
)
def test_anything_else_is_a_fault_of_the_configuration(url) -> None:
    with pytest.raises(ConfigError, match="`service`") as caught:
        origin(url, "service")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "a.localhost.", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine(host) -> None:
    assert is_loopback(host)
    assert not is_public(host)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "fd00::1",
        "224.0.0.1",
        "2130706433",
        "0x7f.1",
        "intranet",
        "pds.internal",
        "metadata.local",
        "0.0.0.0",
        "",
    ],
)
def test_hosts_a_token_does_not_go_to(host) -> None:
    assert not is_public(host)


@pytest.mark.parametrize("host", ["bsky.social", "1.1.1.1", "2606:4700::1111", "a.b.example.org."])
def test_hosts_on_the_internet(host) -> None:
    assert is_public(host)
    assert not is_loopback(host)
