from __future__ import annotations

import pytest

from postops.reading.hosts import url_fault


@pytest.mark.parametrize(
    "url",
    [
        "https://mastodon.social", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:2",
        "http://127.9.9.9", "http://pds.localhost:2583", "https://127.0.0.1", "acme.bsky.social",
        "did:plc:abc", "HTTPS://EXAMPLE.ORG",
    ],
)  # fmt: skip
def test_hosts_that_credentials_may_go_to(url: str) -> None:
    assert url_fault(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://mastodon.social", "HTTP://mastodon.social", "http://localhost.evil.com",
        "http://127.0.0.1.evil.com", "http://127.0.0.1@evil.com", "https://user:pw@evil.com",
        "http://localhost\\@evil.com", "ftp://127.0.0.1", "https://", "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]", "http://2130706433", "https://a b.org", "http://[::1",
        "http://10.0.0.1", "http://169.254.169.254/latest", "javascript://localhost",
    ],
)  # fmt: skip
def test_hosts_that_they_may_not(url: str) -> None:
    assert url_fault(url) is not None
