"""OAuth 1.0a: checking an HMAC-SHA1 signature (RFC 5849)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from postops.sandbox.world import SandboxAccount


def signed_by(
    request: Request, body: bytes, fields: Mapping[str, str], who: SandboxAccount
) -> bool:
    """Say whether the header's signature is the one `who` would have made."""
    secrets = who.credentials
    if "access_token_secret" not in secrets or fields.get("oauth_signature_method") != "HMAC-SHA1":
        return False
    if fields.get("oauth_consumer_key") != secrets["consumer_key"]:
        return False
    pairs = [pair for pair in fields.items() if pair[0] not in ("oauth_signature", "realm")]
    pairs += request.query_params.multi_items()
    # Only a URL-encoded body is part of the signature; JSON and multipart are not.
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs += parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    expected = sign(
        request.method,
        str(request.url.replace(query="")),
        pairs,
        secrets["consumer_secret"],
        secrets["access_token_secret"],
    )
    return hmac.compare_digest(expected, fields.get("oauth_signature", ""))


def sign(
    method: str, url: str, pairs: list[tuple[str, str]], consumer_secret: str, token_secret: str
) -> str:
    """Return the signature of a request."""
    encoded = sorted((_escape(name), _escape(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join((method, _escape(url), _escape(parameters)))
    key = f"{_escape(consumer_secret)}&{_escape(token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
