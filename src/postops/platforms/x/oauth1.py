"""OAuth 1.0a: signing a request with HMAC-SHA1 (RFC 5849)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def authorization(
    secrets: Mapping[str, str],
    method: str,
    url: str,
    query: Mapping[str, str],
    *,
    timestamp: int,
    nonce: str,
) -> str:
    """The `Authorization` header of a request. JSON and multipart bodies are not signed.

    `url` without a query; `timestamp` in seconds since 1970; `nonce` never used before with it.
    """
    fields = {
        "oauth_consumer_key": secrets["consumer_key"],
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(timestamp),
        "oauth_token": secrets["access_token"],
        "oauth_version": "1.0",
    }
    pairs = sorted((_escape(k), _escape(v)) for k, v in {**query, **fields}.items())
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _escape(url), _escape(parameters)))
    key = f"{_escape(secrets['consumer_secret'])}&{_escape(secrets['access_token_secret'])}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    fields["oauth_signature"] = base64.b64encode(digest).decode()
    return "OAuth " + ", ".join(f'{name}="{_escape(value)}"' for name, value in fields.items())


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
