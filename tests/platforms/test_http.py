"""Every way a call can end, and what may be done next after each."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import httpx
import pytest

from postops.errors import (
    AuthExpired,
    NeedsReauth,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from postops.platforms._http import MAX_ANSWER, Request, call
from postops.platforms.base import Timeouts, Unreadable
from tests.platforms.harness import AT, CANARY, Server, account, everything_said, json, page

if TYPE_CHECKING:
    from postops.platforms._answers import Answer

URL = f"https://social.example/here?token={CANARY}"


async def ask(reply: object, *, effect: bool, **given: object) -> Answer:
    server = Server({"POST /here": reply})  # type: ignore[dict-item]
    platform = account("mastodon", server)
    request = Request(
        what="publishing",
        method="POST",
        url=URL,
        effect=effect,
        headers={"authorization": f"Bearer {CANARY}"},
        json={"status": CANARY},
        **given,  # type: ignore[arg-type]
    )
    return await call(platform, request, secrets=frozenset({CANARY}))


async def fails(reply: object, *, effect: bool) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        await ask(reply, effect=effect)
    assert CANARY not in everything_said(caught.value)
    return caught.value


ROWS = [
    # what happened, publishing, anything else
    (httpx.ConnectError(f"refused {CANARY}"), NotSent, NotSent),
    (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), NotSent, NotSent),
    (httpx.ConnectTimeout(CANARY), NotSent, NotSent),
    (httpx.PoolTimeout(CANARY), NotSent, NotSent),
    (httpx.ProxyError(CANARY), NotSent, NotSent),
    (httpx.UnsupportedProtocol(CANARY), NotSent, NotSent),
    (httpx.ReadTimeout(CANARY), OutcomeUnknown, NotSent),
    (httpx.ReadError(CANARY), OutcomeUnknown, NotSent),
    (httpx.WriteTimeout(CANARY), OutcomeUnknown, NotSent),
    (httpx.WriteError(CANARY), OutcomeUnknown, NotSent),
    (httpx.RemoteProtocolError(CANARY), OutcomeUnknown, NotSent),
    (httpx.LocalProtocolError(CANARY), OutcomeUnknown, NotSent),
    (OSError(CANARY), OutcomeUnknown, NotSent),
    (json(500, {"error": CANARY}), OutcomeUnknown, NotSent),
    (page(502), OutcomeUnknown, NotSent),
    (json(503, {"error": "try again"}), OutcomeUnknown, NotSent),
    (page(504), OutcomeUnknown, NotSent),
    (json(408, {"error": "slow"}), OutcomeUnknown, NotSent),
    (page(200), OutcomeUnknown, Unreadable),
    (httpx.Response(200, content=b'{"a": '), OutcomeUnknown, Unreadable),
    (httpx.Response(200, content=b"[" * 100_000), OutcomeUnknown, Unreadable),
    (httpx.Response(200, content=b'{"n": ' + b"9" * 5000 + b"}"), OutcomeUnknown, Unreadable),
    (httpx.Response(200, content=b'{"a": "\\ud800"}'), OutcomeUnknown, Unreadable),
    (httpx.Response(200, content=b"\xff\xfe\xfa"), OutcomeUnknown, Unreadable),
    (httpx.Response(200, content=b" " * (MAX_ANSWER + 1)), OutcomeUnknown, Unreadable),
    (json(429, {"error": "slow down"}), RateLimited, RateLimited),
    (page(429), RateLimited, RateLimited),
    (json(401, {"error": CANARY}), AuthExpired, AuthExpired),
    (page(401), AuthExpired, AuthExpired),
    (json(400, {"error": CANARY}), Rejected, Rejected),
    (json(418, {"message": CANARY}), Rejected, Rejected),
    (json(422, {"error": "Validation failed"}), Rejected, Rejected),
    (page(413), Rejected, Rejected),
    (page(400), OutcomeUnknown, NotSent),
    (page(403), OutcomeUnknown, NotSent),
    (page(404), OutcomeUnknown, Rejected),
    (page(410), OutcomeUnknown, Rejected),
    (
        httpx.Response(302, headers={"location": f"https://evil.example/{CANARY}"}),
        OutcomeUnknown,
        Rejected,
    ),
    (httpx.Response(303, headers={"location": "https://evil.example/"}), OutcomeUnknown, Rejected),
    (httpx.Response(307, headers={"location": "https://evil.example/"}), Rejected, Rejected),
]


@pytest.mark.parametrize(("happened", "publishing", "otherwise"), ROWS)
async def test_what_happened_decides_what_may_be_done_next(
    happened: object, publishing: type, otherwise: type
) -> None:
    assert type(await fails(happened, effect=True)) is publishing
    assert type(await fails(happened, effect=False)) is otherwise


async def test_an_empty_answer_is_fine_unless_it_should_name_a_post() -> None:
    answer = await ask(httpx.Response(204), effect=False)
    assert answer.document is None
    assert type(await fails(httpx.Response(204), effect=True)) is OutcomeUnknown


async def test_a_good_answer_is_read() -> None:
    answer = await ask(json(200, {"id": "1", "nested": [{"n": 2}], "e": "\U0001f680"}), effect=True)
    assert answer.get("id", of=str) == "1"
    assert answer.get("nested", 0, "n", of=int) == 2


async def test_a_wrong_type_after_publishing_is_doubt_and_in_a_read_a_fault() -> None:
    for effect, kind in ((True, OutcomeUnknown), (False, Unreadable)):
        answer = await ask(json(200, {"id": 1}), effect=effect)
        with pytest.raises(kind, match="id is missing or not a str"):
            answer.get("id", of=str)


async def test_a_redirect_is_not_followed() -> None:
    server = Server({"POST /here": httpx.Response(302, headers={"location": "/there"})})
    platform = account("mastodon", server)
    with pytest.raises(Rejected, match="redirects"):
        await call(platform, Request(what="asking", method="POST", url=URL))
    assert len(server.requests) == 1


async def test_a_compressed_bomb_is_cut_off() -> None:
    bomb = httpx.Response(
        200, headers={"content-encoding": "gzip"}, content=gzip.compress(b" " * (MAX_ANSWER * 3))
    )
    server = Server({"POST /here": lambda _: bomb})
    with pytest.raises(Unreadable, match="more than"):
        await call(account("mastodon", server), Request(what="asking", method="POST", url=URL))


async def test_garbled_compression_is_doubt() -> None:
    class Garbled(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(
                200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip")
            )

    request = Request(what="publishing", method="POST", url=URL, effect=True)
    with pytest.raises(OutcomeUnknown, match="DecodingError"):
        await call(account("mastodon", Garbled()), request)


async def test_a_server_that_drips_does_not_hold_the_run() -> None:
    class Drip(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    platform = account("mastodon", Drip())
    platform.timeouts = Timeouts(total=0.02, upload=0.01)
    with pytest.raises(OutcomeUnknown, match="TimeoutError"):
        await call(platform, Request(what="publishing", method="POST", url=URL, effect=True))
    with pytest.raises(NotSent):
        await call(platform, Request(what="uploading", method="POST", url=URL, upload=True))


async def test_the_phases_of_the_time_out_reach_the_transport() -> None:
    seen = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen.update(request.extensions["timeout"])
        return json(200, {})

    platform = account("mastodon", Server({"GET /here": answer}))
    platform.timeouts = Timeouts(connect=1, read=2, write=3, pool=4)
    await call(platform, Request(what="asking", method="GET", url=URL))
    assert seen == {"connect": 1, "read": 2, "write": 3, "pool": 4}


async def test_a_token_with_a_line_break_is_refused_before_anything_is_sent() -> None:
    server = Server({})
    request = Request(
        what="asking", method="GET", url=URL, headers={"authorization": f"Bearer {CANARY}\n"}
    )
    with pytest.raises(NeedsReauth) as caught:
        await call(account("mastodon", server), request)
    assert server.requests == []
    assert CANARY not in everything_said(caught.value)


async def test_a_request_shows_nothing_of_what_it_carries() -> None:
    request = Request(what="asking", method="GET", url=URL, json=CANARY, headers={"a": CANARY})
    assert CANARY not in repr(request)


async def test_date_and_budget_are_kept_also_from_refusals() -> None:
    refused = json(
        422,
        {"error": "no"},
        x_ratelimit_limit="300",
        x_ratelimit_remaining="299",
        x_ratelimit_reset="2026-03-01T09:35:00.000000Z",
    )
    platform = account("mastodon", Server({"GET /here": refused}))
    with pytest.raises(Rejected):
        await call(platform, Request(what="asking", method="GET", url=URL))
    assert platform.server_date == AT
    assert platform.rate is not None
    assert platform.rate.remaining == 299


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "17"}, 17),
        ({"retry_after": "Sun, 01 Mar 2026 09:31:00 GMT"}, 60),
        (
            {
                "x_ratelimit_limit": "300",
                "x_ratelimit_remaining": "0",
                "x_ratelimit_reset": "2026-03-01T09:32:00.000Z",
            },
            120,
        ),
        (
            {
                "ratelimit_limit": "30",
                "ratelimit_remaining": "0",
                "ratelimit_reset": str(int(AT.timestamp()) + 45),
            },
            45,
        ),
        ({"date": "nonsense", "x_ratelimit_reset": "2026-03-01T09:32:00.000Z"}, None),
        ({}, None),
    ],
)
async def test_how_long_to_wait_is_read_from_the_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    fault = await fails(json(429, {"error": "slow down"}, **headers), effect=True)
    assert isinstance(fault, RateLimited)
    assert fault.retry_after == seconds


async def test_without_a_date_our_own_clock_measures_the_wait() -> None:
    refused = httpx.Response(
        429,
        json={},
        headers={
            "x-rate-limit-limit": "1",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int(AT.timestamp()) + 9),
        },
    )
    fault = await fails(refused, effect=True)
    assert isinstance(fault, RateLimited)
    assert fault.retry_after == 9
