"""A login on Bluesky: opened once, shared by all calls, renewed when it runs out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from postops.errors import AuthExpired, NeedsReauth, Rejected
from postops.platforms._answers import dig
from postops.platforms._http import Request, call
from postops.platforms._origin import is_loopback, is_public, origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postops.errors import PlatformError
    from postops.platforms._answers import Answer
    from postops.platforms.base import Platform

_EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})
_PERSON = frozenset(
    {
        "AccountTakedown",
        "AccountDeactivated",
        "AccountNotFound",
        "AuthFactorTokenRequired",
        "AuthenticationRequired",
        "Forbidden",
    }
)
_HELP = "make a new app password in the account's settings, and check `handle` and `service`"


class NoRecord(Rejected):
    """Nothing stands under the key."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. `pds` is where the account's records live."""

    did: str
    handle: str
    pds: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Sessions:
    """The one session of an account at work. Calls that come at the same time share it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._open: Session | None = None
        self._tokens: frozenset[str] = frozenset()
        self._lock: Any = None

    async def get(self, stale: Session | None = None) -> Session:
        """The session; another one than `stale` if that is given."""
        import asyncio

        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if self._open is None:
                self._open = await self._create()
            elif self._open is stale:
                self._open = await self._renew(stale)
            return self._open

    async def call(self, request: Request) -> Answer:
        """Send a request to the account's server, signed in.

        An expired token is a refusal before anything happened, so the request goes out again once,
        with a new token.
        """
        session = await self.get()
        try:
            return await self._send(session, request)
        except NeedsReauth:
            raise
        except AuthExpired:
            fresh = await self.get(stale=session)
        try:
            return await self._send(fresh, request)
        except AuthExpired as fault:
            raise NeedsReauth(str(fault), help=_HELP, status=fault.status) from None

    async def _send(self, session: Session, request: Request) -> Answer:
        signed = Request(
            what=request.what,
            method=request.method,
            url=f"{session.pds}/xrpc/{request.url}",
            effect=request.effect,
            upload=request.upload,
            params=request.params,
            headers={**request.headers, "authorization": f"Bearer {session.access}"},
            json=request.json,
            content=request.content,
        )
        return await call(self._platform, signed, refusal, secrets=self._tokens)

    async def _create(self) -> Session:
        platform = self._platform
        login = {
            "identifier": platform.settings.handle.removeprefix("@"),
            "password": platform.secrets["app_password"],
        }
        answer = await call(
            platform,
            Request(
                what="logging in", method="POST", url=self._method("createSession"), json=login
            ),
            refusal,
        )
        if dig(answer.document, "active", of=bool) is False:
            status = dig(answer.document, "status", of=str) or "not active"
            raise NeedsReauth(f"bluesky: the account is {status}", help="ask the account's owner")
        return self._session(answer)

    async def _renew(self, old: Session) -> Session:
        request = Request(
            what="renewing the session",
            method="POST",
            url=self._method("refreshSession", old.pds),
            headers={"authorization": f"Bearer {old.refresh}"},
        )
        try:
            answer = await call(self._platform, request, refusal, secrets=self._tokens)
            return self._session(answer)
        except Rejected:
            # The app password is still at hand; a run that outlives a session just logs in again.
            return await self._create()

    def _method(self, name: str, base: str | None = None) -> str:
        service = base or origin(self._platform.settings.service, "service")
        return f"{service}/xrpc/com.atproto.server.{name}"

    def _session(self, answer: Answer) -> Session:
        service = origin(self._platform.settings.service, "service")
        session = Session(
            did=answer.get("did", of=str),
            handle=answer.get("handle", of=str),
            pds=_pds(answer.document, service),
            access=answer.get("accessJwt", of=str),
            refresh=answer.get("refreshJwt", of=str),
        )
        # Kept for as long as the account is at work: a server may quote an old token, too.
        self._tokens |= {session.access, session.refresh}
        return session


def _pds(document: Mapping[str, Any], service: str) -> str:
    """The server the account's identity document names, if a token may go there.

    Tests run on loopback, and only they: a server on the internet cannot send us to this machine.
    """
    for entry in dig(document, "didDoc", "service", of=list) or []:
        named = dig(entry, "id", of=str) or ""
        endpoint = dig(entry, "serviceEndpoint", of=str)
        if not named.endswith("#atproto_pds") or endpoint is None:
            continue
        host, ours = _host(endpoint), _host(service)
        local = is_loopback(host) and is_loopback(ours)
        if local or (endpoint.startswith("https://") and is_public(host)):
            return origin(endpoint, "serviceEndpoint")
    return service


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def refusal(answer: Answer) -> PlatformError | None:
    """What the AT Protocol's error names mean. Expiry is a 400: the name decides, not the status."""
    name, text = dig(answer.document, "error", of=str), answer.refused
    if answer.status >= 500 or name is None:
        return None
    if name in _EXPIRED:
        return AuthExpired(text, status=answer.status)
    if name in _PERSON:
        return NeedsReauth(text, help=_HELP, status=answer.status)
    if name == "RecordNotFound" or "Could not locate record" in text:
        return NoRecord(text, status=answer.status)
    if name == "InvalidSwap":
        return Rejected(text, status=answer.status, duplicate=True)
    return None
