"""The one place that talks HTTP and turns what happens into the error tree, by phase.

| what happened | `effect=True` (publishing) | else (reads, logins, uploads) |
|---|---|---|
| no connection, TLS, proxy, pool time-out | `NotSent` | `NotSent` |
| cut or timed out once bytes were under way; 5xx, 408, 425 | `OutcomeUnknown` | `NotSent` |
| 2xx that is no JSON, too large, or of other types | `OutcomeUnknown` | `Unreadable` |
| 429 | `RateLimited` | `RateLimited` |
| 401 | `AuthExpired` | `AuthExpired` |
| 413, or any other 4xx with JSON; 307, 308 | `Rejected` | `Rejected` |
| any other redirect: it may follow the effect | `OutcomeUnknown` | `Rejected` |
| 4xx without JSON (some proxy's page) | `OutcomeUnknown` | `NotSent`; 404, 405, 410: `Rejected` |

A platform's own reading of an error document (`refusal`) comes before the last five rows. Redirects
are never followed: they would carry the credentials to another host. No error holds a header, a
URL's path or query, or a secret, not even in its `__context__`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from postops.errors import (
    AuthExpired,
    NeedsReauth,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from postops.platforms._answers import Answer, dig, printable
from postops.platforms._budget import rate_limit, retry_after, server_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import httpx

    from postops.platforms.base import Platform

    Refusal = Callable[[Answer], PlatformError | None]

MAX_ANSWER = 4 * 1024 * 1024
_AGENT = "postops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call. `what` names it in errors; `effect` is true for the one that publishes.

    Everything that can hold a secret or a post stays out of `repr`.
    """

    what: str
    method: str
    url: str = field(repr=False)
    effect: bool = False
    upload: bool = False
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    data: Mapping[str, str] | None = field(default=None, repr=False)
    files: Mapping[str, tuple[str, bytes, str]] | None = field(default=None, repr=False)


async def call(
    platform: Platform,
    request: Request,
    refusal: Refusal | None = None,
    *,
    secrets: frozenset[str] = frozenset(),
) -> Answer:
    """Send one request, once, and return a 2xx answer. Raises as the table above says.

    `refusal` reads the platform's own error documents; it returns `None` for what it does not
    know. `secrets` are tokens besides the account's credentials. Sets `server_date` and `rate`.
    """
    _check_headers(platform, request)
    secrets |= frozenset(s for s in platform.secrets.values() if s)
    outcome = await _exchange(platform, request, secrets)
    # Raised here, outside `except`: httpx's error would hang on as `__context__`, headers and all.
    if isinstance(outcome, PlatformError):
        raise outcome
    platform.server_date = outcome.server_date or platform.server_date
    platform.rate = rate_limit(outcome.headers) or platform.rate
    if 200 <= outcome.status < 300:
        if outcome.flaw:
            raise outcome.unreadable(outcome.flaw)
        return outcome
    raise _refused(outcome, refusal, platform.now)


def doubtful(effect: bool, message: str, status: int | None = None) -> PlatformError:
    """The error for "it may have arrived": repeatable calls are simply safe to try again."""
    if effect:
        return OutcomeUnknown(message, status=status)
    error = NotSent(message, status=status)
    error.certain = False
    return error


# --------------------------------------------------------------------------- the wire


async def _exchange(
    platform: Platform, request: Request, secrets: frozenset[str]
) -> Answer | PlatformError:
    """The answer, or the error that says how far the request came."""
    import asyncio

    import httpx

    times = platform.timeouts
    timeout = httpx.Timeout(
        connect=times.connect, read=times.read, write=times.write, pool=times.pool
    )
    who = f"{platform.name}: {request.what}"
    try:
        # The phases bound each wait; only this bounds a server that drips a byte at a time.
        async with asyncio.timeout(times.upload if request.upload else times.total):
            async with platform.client.stream(
                request.method,
                request.url,
                params=dict(request.params) or None,
                headers={"user-agent": _AGENT, "accept": "application/json", **request.headers},
                json=request.json,
                content=request.content,
                data=request.data,
                files=request.files,
                follow_redirects=False,
                timeout=timeout,
            ) as response:
                return await _read(response, who, request.effect, secrets)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as fault:
        return NotSent(f"{who}: no connection ({type(fault).__name__})")
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        return NotSent(f"{who}: no usable address")
    except (httpx.HTTPError, OSError) as fault:  # a TimeoutError is an OSError
        name = type(fault).__name__
        return doubtful(request.effect, f"{who}: the connection broke before an answer ({name})")


async def _read(
    response: httpx.Response, who: str, effect: bool, secrets: frozenset[str]
) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER:
            break
    document, flaw = _parse(bytes(body))
    if not body and not effect:
        flaw = None  # "done" without a word; whoever needs a field finds it missing
    return Answer(
        status=response.status_code,
        headers=headers,
        document=document,
        call=who,
        effect=effect,
        said=_words(document, secrets),
        server_date=server_date(headers),
        flaw=flaw,
    )


def _parse(body: bytes) -> tuple[Any, str | None]:
    if len(body) > MAX_ANSWER:
        return None, f"more than {MAX_ANSWER} bytes"
    try:
        document = json.loads(body)
        if b"\\ud" in body.lower():
            # Half of a surrogate pair is legal JSON, and cannot be written or sent on by anybody.
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None, "it is not JSON"
    return document, None


def _check_headers(platform: Platform, request: Request) -> None:
    """A pasted line break would make httpx quote the token in its complaint."""
    for value in request.headers.values():
        if not (value.isascii() and value.isprintable()):
            raise NeedsReauth(
                f"{platform.name}: {request.what}: a credential holds characters that cannot be sent",
                help="set the secret again, without line breaks or quotes",
            )


# --------------------------------------------------------------------------- refusals


def _refused(
    answer: Answer, refusal: Refusal | None, now: Callable[[], datetime] | None
) -> PlatformError:
    status, text = answer.status, answer.refused
    parsed = isinstance(answer.document, dict)
    own = refusal(answer) if refusal and parsed and status >= 400 else None
    if own is not None:
        return own
    if status == 429:
        at = answer.server_date or (now() if now else None)
        return RateLimited(text, retry_after=retry_after(answer.headers, at))
    if status == 401:
        return AuthExpired(text, status=status)
    if status >= 500 or status in (408, 425) or status < 300:
        return doubtful(answer.effect, text, status)
    if status < 400:
        # Only 307 and 308 ask for the same request again; after the others nothing is left to ask.
        kind = OutcomeUnknown if answer.effect and status not in (307, 308) else Rejected
        return kind(
            f"{answer.call}: the server redirects elsewhere ({status})",
            help="credentials are not sent on; set the address the server names as its own",
            status=status,
        )
    final = parsed or status == 413 or (status in (404, 405, 410) and not answer.effect)
    return Rejected(text, status=status) if final else doubtful(answer.effect, text, status)


def _words(document: Any, secrets: frozenset[str]) -> str:
    """What an error document says to people, in any of the shapes in use."""
    places: tuple[tuple[str | int, ...], ...] = (
        ("error_description",),
        ("message",),
        ("detail",),
        ("error",),
        ("errors", 0, "message"),
        ("errors", 0, "detail"),
        ("title",),
    )
    found = (dig(document, *place, of=str) for place in places)
    said = next((text for text in found if text), "")
    # A problem document may say in general terms what only its first error says exactly.
    exactly = dig(document, "errors", 0, "message", of=str) or ""
    whole = f"{said} {exactly}" if exactly and exactly not in said else said
    return printable(whole, secrets)
