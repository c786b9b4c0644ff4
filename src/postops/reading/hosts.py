"""Where credentials may be sent, by the looks of a setting."""

from __future__ import annotations

import re

_LOOPBACK = r"localhost|[a-z0-9-]+\.localhost|127(\.[0-9]{1,3}){3}|::1"


def url_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a setting that is a URL: plain http to a real host, or a login inside.

    Credentials travel to these hosts, so nobody else may be able to listen.
    """
    scheme, found, _ = text.partition("://")
    if not found or not scheme.isalpha():
        return None
    from urllib.parse import urlsplit

    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError:
        return "is not a URL", "write `https://` and a host"
    if "@" in url.netloc or "\\" in text or not text.isprintable() or " " in text or not host:
        return "is not a plain URL", "write `https://` and a host, without a login"
    if url.scheme == "https" or (url.scheme == "http" and re.fullmatch(_LOOPBACK, host)):
        return None
    return "is not https", "plain http is taken for loopback only: write `https://`"
