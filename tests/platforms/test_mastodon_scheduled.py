"""Handing over to Mastodon: what is asked, what is understood, and servers that do it differently."""

from __future__ import annotations

import json as jsons
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from postops.errors import AuthExpired, NotSent, OutcomeUnknown, Rejected
from postops.model import Entry, Receipt
from postops.platforms.base import Unreadable
from tests.platforms.harness import Server, account, json, lost, outgoing, page, picture

if TYPE_CHECKING:
    import httpx

POST = "POST /api/v1/statuses"
LIST = "GET /api/v1/scheduled_statuses"
ONE = "GET /api/v1/scheduled_statuses/7"
DELETE = "DELETE /api/v1/scheduled_statuses/7"
DUE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NOT_FOUND = json(404, {"error": "Record not found"})


def entry(number: int = 7, text: str = "Hello, world", **more: Any) -> dict[str, Any]:
    base = {"id": str(number), "scheduled_at": "2026-03-02T09:30:00.000Z"}
    params = {"text": text, "spoiler_text": more.pop("warning", None)}
    return base | {"params": params, "media_attachments": []} | more


def server(**routes: Any) -> Server:
    named = {"POST": POST, "LIST": LIST, "ONE": ONE, "DELETE": DELETE}
    return Server({named[name]: reply for name, reply in routes.items()})


async def test_it_is_sent_with_its_time_and_without_a_key() -> None:
    there = server(LIST=json(200, []), POST=json(200, entry()))
    made = await account("mastodon", there).schedule(
        outgoing("mastodon"), {"media_ids": ["3"]}, DUE
    )
    assert made == Entry("7", DUE)
    [request] = there.asked(POST)
    said = jsons.loads(request.content)
    assert said["scheduled_at"] == "2026-03-02T09:30:00+00:00"
    assert (said["status"], said["media_ids"]) == ("Hello, world", ["3"])
    assert "idempotency-key" not in request.headers


async def test_a_server_without_a_list_is_not_handed_anything() -> None:
    for answer in (
        NOT_FOUND,
        json(501, {"error": "not implemented"}),
        page(404),
        json(200, {}),
    ):
        there = server(LIST=answer)
        with pytest.raises(Rejected) as caught:
            await account("mastodon", there).schedule(outgoing("mastodon"), {"media_ids": []}, DUE)
        assert not isinstance(caught.value, AuthExpired)
        assert there.asked(POST) == []


async def test_a_server_that_is_away_is_asked_another_time() -> None:
    there = server(LIST=json(503, {"error": "later"}))
    with pytest.raises(NotSent):
        await account("mastodon", there).schedule(outgoing("mastodon"), {"media_ids": []}, DUE)
    with pytest.raises(AuthExpired):
        await account("mastodon", server(LIST=json(401, {"error": "no"}))).schedule(
            outgoing("mastodon"), {"media_ids": []}, DUE
        )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json(422, {"error": "You have exceeded the limit of 25 scheduled posts"}), Rejected),
        (json(500, {"error": "oops"}), OutcomeUnknown),
        (lost(), OutcomeUnknown),
        (json(200, {"id": "7"}), OutcomeUnknown),
        (json(200, entry(id="../7")), OutcomeUnknown),
        (json(200, entry(scheduled_at="soon")), OutcomeUnknown),
        (json(200, []), OutcomeUnknown),
    ],
)
async def test_what_comes_of_handing_over(answer: Any, error: type[Exception]) -> None:
    there = server(LIST=json(200, []), POST=answer)
    with pytest.raises(error):
        await account("mastodon", there).schedule(outgoing("mastodon"), {"media_ids": []}, DUE)
    assert len(there.asked(POST)) == 1


async def test_a_server_that_posts_at_once_is_believed() -> None:
    status = {
        "id": "9",
        "url": "https://social.example/@acme/9",
        "created_at": "2026-03-01T09:30:00.000Z",
        "content": "<p>Hello, world</p>",
        "media_attachments": [],
    }
    there = server(LIST=json(200, []), POST=json(200, status))
    made = await account("mastodon", there).schedule(outgoing("mastodon"), {"media_ids": []}, DUE)
    assert isinstance(made, Receipt)
    assert (made.remote_id, made.url) == ("9", "https://social.example/@acme/9")


async def found(documents: list[dict[str, Any]], at: datetime = DUE, **more: Any) -> list[str]:
    there = server(LIST=json(200, documents))
    known = more.pop("known", frozenset())
    part = outgoing("mastodon", **more)
    entries = await account("mastodon", there).scheduled(part, at, known=known)
    assert entries.complete
    return [one.id for one in entries.found]


async def test_it_is_known_again_by_words_media_and_time() -> None:
    others = [
        entry(1, "Hello, you"),
        entry(2, scheduled_at="2026-03-02T09:30:02.000Z"),
        entry(3, media_attachments=[{"id": "3"}]),
        entry(4, warning="careful"),
    ]
    assert await found([*others, entry(7, "Hello, world\r\n")]) == ["7"]
    assert await found([entry(7), entry(8)]) == ["7", "8"]
    assert await found([entry(7), entry(8)], known=frozenset({"7"})) == ["8"]
    assert await found([entry(7)], DUE + timedelta(seconds=1)) == []
    assert await found([entry(7)], DUE + timedelta(milliseconds=400)) == ["7"]
    assert await found([others[2]], files=[picture()]) == ["3"]
    assert await found([others[3]], content_warning="careful") == ["4"]


async def test_the_list_is_read_to_its_end() -> None:
    full = [entry(number, "another") for number in range(100, 60, -1)]

    def pages(request: httpx.Request) -> httpx.Response:
        return json(200, [entry()] if "max_id" in request.url.params else full)

    there = server(LIST=pages)
    entries = await account("mastodon", there).scheduled(
        outgoing("mastodon"), DUE, known=frozenset()
    )
    assert ([one.id for one in entries.found], entries.complete) == (["7"], True)
    assert there.asked(LIST)[1].url.params["max_id"] == "61"
    endless = server(LIST=json(200, full))
    entries = await account("mastodon", endless).scheduled(
        outgoing("mastodon"), DUE, known=frozenset()
    )
    assert not entries.complete


async def test_reading_and_taking_back_one() -> None:
    there = server(ONE=[json(200, entry()), NOT_FOUND], DELETE=[json(200, {}), NOT_FOUND])
    mastodon = account("mastodon", there)
    assert await mastodon.pending("7") == Entry("7", DUE)
    assert await mastodon.pending("7") is None
    assert await mastodon.unschedule("7") is True
    assert await mastodon.unschedule("7") is False


async def test_nonsense_is_said_to_be_that() -> None:
    with pytest.raises(Unreadable):
        await account("mastodon", server(ONE=json(200, {"id": "7"}))).pending("7")
    for listed in ([{"id": "7"}], [entry() | {"params": None}]):
        with pytest.raises(Unreadable):
            await account("mastodon", server(LIST=json(200, listed))).scheduled(
                outgoing("mastodon"), DUE, known=frozenset()
            )
    with pytest.raises(NotSent):
        await account("mastodon", server(DELETE=lost())).unschedule("7")
