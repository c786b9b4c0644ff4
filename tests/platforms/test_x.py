"""X against a scripted server: what it refuses, how it shows posts, what it charges for."""

from __future__ import annotations

import json as jsons
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from postops.errors import (
    AuthExpired,
    ConfigError,
    NeedsReauth,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from postops.model import Certainty
from postops.platforms.base import Unreadable
from postops.platforms.x import PLATFORM
from postops.platforms.x.compare import echoes, matches, posted_at
from postops.platforms.x.media import CHUNK
from postops.platforms.x.oauth1 import authorization
from postops.platforms.x.refusals import NotThere
from tests.platforms.harness import (
    AT,
    CANARY,
    Server,
    account,
    everything_said,
    json,
    lost,
    outgoing,
    page,
    picture,
    poll,
    receipt,
    unplugged,
    video,
)

POST = "POST /2/tweets"
ME = "GET /2/users/me"
LIST = "GET /2/users/12/tweets"
READ = "GET /2/tweets"
UPLOAD = "POST /2/media/upload"
ALT = "POST /2/media/metadata"
# 2026-03-01T09:30:00Z in X's ids.
ID = str(int(AT.timestamp() * 1000 - 1288834974657) << 22)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
FOUR = dict.fromkeys(
    ("consumer_key", "consumer_secret", "access_token", "access_token_secret"), f"{CANARY}-secret"
)


def posted(text: str = "Hello, world", **more: Any) -> httpx.Response:
    return json(201, {"data": {"id": ID, "text": text, "edit_history_post_ids": [ID]} | more})


def server(routes: dict[str, Any] | None = None) -> Server:
    usual = {POST: posted(), ME: json(200, {"data": {"id": "12", "username": "acme"}})}
    return Server(usual | (routes or {}))


async def publish(script: Server, *given: Any, media: list[str] | None = None, **more: Any) -> Any:
    out = outgoing("x", *given, **more)
    return await account("x", script).publish(out, {"media_ids": media or []})


def body(script: Server) -> dict[str, Any]:
    return jsons.loads(script.asked(POST)[-1].content)


# --------------------------------------------------------------------------- what is sent


async def test_a_post_is_its_text_and_nothing_x_does_not_know() -> None:
    script = server()
    made = await publish(script)
    assert body(script) == {"text": "Hello, world"}
    assert script.asked(POST)[0].headers["authorization"] == f"Bearer {CANARY}-token"
    assert (made.remote_id, made.at) == (ID, AT)
    assert made.url == f"https://x.com/i/status/{ID}"


async def test_everything_a_post_can_ask_for() -> None:
    script = server()
    await publish(
        script,
        media=["5"],
        files=[picture()],
        poll=poll(seconds=90),
        options={
            "reply_settings": "verified",
            "made_with_ai": True,
            "paid_partnership": True,
            "community_id": "77",
        },
    )
    assert body(script) == {
        "text": "Hello, world",
        "media": {"media_ids": ["5"]},
        "poll": {"options": ["Yes", "No"], "duration_minutes": 2},
        "reply_settings": "verified",
        "community_id": "77",
        "made_with_ai": True,
        "paid_partnership": True,
    }
    await publish(
        script,
        number=2,
        parent=receipt("5"),
        poll=poll(),
        options={"reply_settings": "verified"},
    )
    assert body(script) == {"text": "Hello, world", "reply": {"in_reply_to_tweet_id": "5"}}


async def test_the_address_names_the_account_where_it_is_known() -> None:
    named = account("x", server(), {"username": "acme"})
    made = await named.publish(outgoing("x"), {"media_ids": []})
    assert made.url == f"https://x.com/acme/status/{ID}"
    asked = account("x", server())
    await asked.whoami()
    assert (await asked.publish(outgoing("x"), {"media_ids": []})).url == made.url


# --------------------------------------------------------------------------- how publishing ends


def problem(status: int, detail: str, kind: str = "about:blank", **more: Any) -> httpx.Response:
    return json(status, {"detail": detail, "type": kind, "title": "No", "status": status, **more})


ROWS = [
    (problem(400, "invalid", "https://api.x.com/2/problems/invalid-request"), Rejected),
    (problem(400, "Posts are limited to a maximum of one cashtag."), Rejected),
    (problem(401, "Unauthorized"), AuthExpired),
    (json(401, {"errors": [{"code": 89, "message": "Invalid or expired token"}]}), AuthExpired),
    (
        problem(402, "credits depleted", "https://api.x.com/2/problems/credits-depleted"),
        RateLimited,
    ),
    (
        problem(402, "no credits", "https://api.twitter.com/2/problems/credits", title="Credits"),
        RateLimited,
    ),
    (problem(403, DUPLICATE), Rejected),
    (problem(403, "Reply to this conversation is not allowed because you have not"), Rejected),
    (problem(403, "Quoting this post is not allowed because"), Rejected),
    (problem(403, "You are not permitted to perform this action."), Rejected),
    (problem(403, "x", "https://api.twitter.com/2/problems/client-forbidden"), NeedsReauth),
    (problem(403, "x", "https://api.x.com/2/problems/oauth1-permissions/"), NeedsReauth),
    (problem(403, "Unsupported Authentication"), NeedsReauth),
    (problem(403, "x", "https://api.x.com/2/problems/usage-capped"), RateLimited),
    (json(403, {"errors": [{"code": 326, "message": "locked"}]}), NeedsReauth),
    (json(403, {"code": 326, "message": "To protect our users"}), NeedsReauth),
    (json(403, {"type": "https://api.x.com/2/problems/user-suspended"}), NeedsReauth),
    (json(403, {"errors": [{"type": "https://x.com/problems/client-forbidden"}]}), NeedsReauth),
    (json(403, {"errors": [{"type": "https://x.com/problems/usage-capped"}]}), RateLimited),
    (problem(403, "Your account is suspended and may not"), NeedsReauth),
    (problem(404, "x", "https://api.x.com/2/problems/resource-not-found"), NotThere),
    (json(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}), RateLimited),
    (problem(429, "Too Many Requests"), RateLimited),
    (problem(500, "x"), OutcomeUnknown),
    (problem(503, "x", "https://api.x.com/2/problems/usage-capped"), OutcomeUnknown),
    (page(502), OutcomeUnknown),
    (page(200), OutcomeUnknown),
    (page(403), OutcomeUnknown),
    (json(201, {"errors": [{"message": "partial"}]}), OutcomeUnknown),
    (json(201, {"data": {"id": 5, "text": "Hello, world"}}), OutcomeUnknown),
    (json(201, {"data": {"id": "x5", "text": "Hello, world"}}), OutcomeUnknown),
    (posted("Something else"), OutcomeUnknown),
    (lost(), OutcomeUnknown),
    (httpx.ReadTimeout("slow"), OutcomeUnknown),
    (unplugged(), NotSent),
]


@pytest.mark.parametrize(("reply", "kind"), ROWS)
async def test_every_end_of_publishing_is_told_apart(reply: object, kind: type) -> None:
    script = server({POST: reply})
    with pytest.raises(PlatformError) as caught:
        await publish(script)
    assert type(caught.value) is kind
    assert len(script.asked(POST)) == 1
    assert CANARY not in everything_said(caught.value)


async def test_an_answer_with_other_words_names_what_is_there() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        await publish(server({POST: posted("Something else")}))
    assert caught.value.receipt.url == f"https://x.com/i/status/{ID}"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "reply", [problem(403, DUPLICATE), json(403, {"errors": [{"code": 187, "message": "dup"}]})]
)
async def test_a_duplicate_is_a_hint(reply: httpx.Response) -> None:
    with pytest.raises(Rejected) as caught:
        await publish(server({POST: reply}))
    assert caught.value.duplicate


async def test_without_credits_there_is_no_time_to_wait_for() -> None:
    with pytest.raises(RateLimited, match="no credits") as caught:
        await publish(server({POST: problem(402, "credits depleted")}))
    assert (caught.value.retry_after, caught.value.status) == (None, 402)


async def test_the_longest_spent_window_decides_how_long_to_wait() -> None:
    now = int(AT.timestamp())
    reply = json(
        429,
        {},
        x_rate_limit_limit="100",
        x_rate_limit_remaining="0",
        x_rate_limit_reset=str(now + 900),
        x_user_limit_24hour_limit="100",
        x_user_limit_24hour_remaining="0",
        x_user_limit_24hour_reset=str(now + 7200),
    )
    with pytest.raises(RateLimited) as caught:
        await publish(server({POST: reply}))
    assert caught.value.retry_after == 7200


async def test_static_credentials_that_are_refused_need_a_person() -> None:
    script = server({POST: problem(401, f"Unauthorized {CANARY}-secret")})
    platform = account("x", script, None, FOUR)
    with pytest.raises(NeedsReauth) as caught:
        await platform.publish(outgoing("x"), {"media_ids": []})
    assert CANARY not in everything_said(caught.value)


# --------------------------------------------------------------------------- comparing


def shown(text: str, *urls: tuple[str, str], **more: Any) -> dict[str, Any]:
    entities = {"urls": [{"url": short, "expanded_url": target} for short, target in urls]}
    return {"id": ID, "text": text, "created_at": "x", "entities": entities, **more}


PHOTO = ("https://t.co/ph0to", "https://x.com/acme/status/1/photo/1")


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("Hello, world", shown("Hello, world")),
        ("R&D <3", shown("R&amp;D &lt;3")),
        (
            "See https://example.org/a?b=1 now",
            shown("See https://t.co/abc now", ("https://t.co/abc", "https://example.org/a?b=1")),
        ),
        (
            "visit Example.com today",
            shown("visit https://t.co/abc today", ("https://t.co/abc", "http://example.com")),
        ),
        (
            "https://example.org/a https://example.org/b",
            shown(
                "https://t.co/a https://t.co/b",
                ("https://t.co/b", "https://example.org/b"),
                ("https://t.co/a", "https://example.org/a/"),
            ),
        ),
        ("cafe\u0301", shown("caf\u00e9")),
        ("a\n\nb  c ", shown("a\n\nb c")),
        ("x" * 400, shown("x" * 270 + "…")),
        (
            "https://a.newtld/x (https://bücher.example/ä).",
            shown(
                "https://t.co/a (https://t.co/b).",
                ("https://t.co/a", "https://a.newtld/x"),
                ("https://t.co/b", "https://xn--bcher-kva.example/%C3%A4"),
            ),
        ),
        *(
            (
                f"{before}https://example.org/a{after}",
                shown(
                    f"{before}https://t.co/aB3{after}",
                    ("https://t.co/aB3", "https://example.org/a"),
                ),
            )
            for before, after in [
                ("자세한 내용은 ", "에서 확인하세요"),
                ("詳細は", "をご覧ください"),
                ("ดู", "ที่นี่"),
                ("في ", "و"),
                ("यहाँ ", "पर"),
                ("", "²"),
            ]
        ),
        (
            "自 https://example.org/a%20b%E3%80%80c",
            shown("自 https://t.co/a", ("https://t.co/a", "https://example.org/a%20b%E3%80%80c")),
        ),
        (
            "See https://x.com/nasa/status/123/photo/1",
            shown(
                "See https://t.co/a", ("https://t.co/a", "https://x.com/nasa/status/123/photo/1")
            ),
        ),
        (
            "x" * 400,
            shown(
                "x" * 250 + "… https://t.co/a",
                ("https://t.co/a", f"https://x.com/i/web/status/{ID}"),
            ),
        ),
        ("Hello, world", shown("Hello, world", conversation_id=ID)),
        ("long", shown("cut…", note_post={"text": "long"})),
        ("long", shown("cut…", note_tweet={"text": "long"})),
    ],
)
def test_a_post_in_a_listing_is_recognised(text: str, post: dict[str, Any]) -> None:
    assert matches(outgoing("x", text), post, "acme")


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("Hello, world", shown("Hello, world!")),
        ("Hello, world…", shown("Hello…")),
        (
            "See https://example.org/a",
            shown("See https://t.co/abc", ("https://t.co/abc", "https://example.org/b")),
        ),
        ("See https://example.org/a", shown("See")),
        (
            "Hello, world",
            shown("Hello, world", referenced_posts=[{"type": "replied_to", "id": "5"}]),
        ),
        ("Hello, world", shown("Hello, world", conversation_id="5")),
        ("Hello, world", shown("Hello, world", attachments={"media_keys": ["3_1"]})),
        ("Hello, world", shown("Hello, world", attachments={"poll_ids": ["1"]})),
        ("Hello, world", {}),
        ("Hello, world", None),
    ],
)
def test_another_post_is_not(text: str, post: Any) -> None:
    assert not matches(outgoing("x", text), post, "acme")


def test_media_replies_and_polls_are_part_of_the_comparison() -> None:
    keys = {"attachments": {"media_keys": ["3_1"]}}
    with_photo = outgoing("x", "Look", files=[picture()])
    assert matches(with_photo, shown("Look https://t.co/ph0to", PHOTO, **keys), "acme")
    assert not matches(with_photo, shown("Look"), "acme")
    reply = outgoing("x", "And", number=2, parent=receipt("5"))
    for name in ("referenced_posts", "referenced_tweets"):
        post = shown(
            "And", **{name: [{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "5"}]}
        )
        assert matches(reply, post, "acme")
        assert matches(reply, post | {"text": "@acme And"}, "acme")
        assert not matches(reply, post | {"text": "@other And"}, "acme")
    # A server that does not say what it answers tells at least in which thread.
    reply = outgoing("x", "And", number=2, parent=receipt("5"), root=receipt("4"))
    assert matches(reply, shown("And", conversation_id="4"), "acme")
    for other in ({"conversation_id": "9"}, {"conversation_id": ID}, {}):
        assert not matches(reply, shown("And", **other), "acme")
    asks = outgoing("x", "Which?", poll=poll())
    assert matches(asks, shown("Which?", attachments={"poll_ids": ["1"]}), "acme")


@pytest.mark.parametrize(
    ("text", "files", "echo", "same"),
    [
        ("Hello & bye", 0, "Hello &amp; bye", True),
        ("See https://example.org", 0, "See https://t.co/abc", True),
        ("See https://example.org/a%20b%E3%80%80c.pdf.", 0, "See https://t.co/abc.", True),
        ("見る https://example.org/a%20bを", 1, "見る https://t.co/abcを https://t.co/def", True),
        ("Look", 1, "Look https://t.co/abc", True),
        ("Look https://a.example", 1, "Look https://t.co/abc https://t.co/def", True),
        ("", 1, "https://t.co/abc", True),
        ("https://a.newtld/x!", 0, "https://t.co/abc!", True),
        ("Look", 0, "Look https://t.co/abc", False),
        ("Look", 0, "Loot", False),
        ("x" * 500, 0, "x" * 270 + "… https://t.co/abc", True),
    ],
)
def test_the_answer_to_a_new_post_repeats_it(text: str, files: int, echo: str, same: bool) -> None:
    assert echoes(outgoing("x", text, files=[picture()] * files), echo) is same


@pytest.mark.parametrize(
    ("text", "files", "echo", "same"),
    [
        ("https://a.example/one https://b.example/two", 0, "https://t.co/a https://t.co/b", True),
        ("https://a.example/one\nhttps://b.example", 1, "https://t.co/a\nhttps://t.co/b", True),
        ("a https://b.example", 0, "https://t.co/a https://t.co/b", True),
        ("https://a.example", 0, "https://t.co/a https://t.co/b", True),
        ("x", 0, "https://t.co/a https://t.co/b", False),
        ("https://a.example b c", 0, "https://t.co/a", False),
        ("見るhttps://a.example/xを見る", 0, "見るhttps://t.co/aを見る", True),
        ("", 1, "", True),
    ],
)
def test_a_short_link_stands_for_one_word(text: str, files: int, echo: str, same: bool) -> None:
    assert echoes(outgoing("x", text, files=[picture()] * files), echo) is same


def test_hostile_answers_are_compared_in_no_time() -> None:
    links = [f"https://example{n}.com/path/of/article-{n}" for n in range(11)]
    ours = outgoing("x", "\n".join([*links, "read them"]))
    shorts = "\n".join(f"https://t.co/abcde{n}" for n in range(11))
    marks = "a" + "\u0315\u0300" * 200_000
    number = f"&#{'9' * 5000};"
    label = f"xn--{'a' * 500_000}"
    began = time.process_time()
    assert echoes(ours, f"{shorts}\nread them")
    for text in (f"{shorts}\nread then", "https://t.co/a " * 250_000, marks, number, label):
        assert not echoes(ours, text)
        assert not matches(ours, shown(text), "acme")
        assert not matches(ours, shown("https://t.co/a", ("https://t.co/a", text)), "acme")
    long = outgoing("x", "read them " * 2000)
    assert not matches(long, shown(number), "acme")
    assert not matches(long, shown(f"xn--{'a' * 100_000}"), "acme")
    assert time.process_time() - began < 2


def test_an_id_says_when_a_post_was_made() -> None:
    assert posted_at(ID) == AT
    # Known to everybody: the first post with such an id of 2022-01-01 lies above this number.
    assert posted_at("1477075200000000000").year == 2022


# --------------------------------------------------------------------------- find


def listed(*posts: Any, errors: Any = None, **meta: Any) -> httpx.Response:
    document = {"data": list(posts), "meta": {"result_count": len(posts), **meta}}
    return json(200, document | ({"errors": errors} if errors else {}))


NONE = json(200, {"meta": {"result_count": 0}})


def partial(kind: str) -> list[dict[str, str]]:
    return [{"title": "x", "detail": "x", "type": f"https://api.x.com/2/problems/{kind}"}]


async def test_find_asks_from_a_little_before_the_claim() -> None:
    script = server({LIST: listed(shown("Hello, world"))})
    finding = await account("x", script).find(outgoing("x"), known=frozenset())
    assert finding.complete
    assert [found.remote_id for found in finding.receipts] == [ID]
    assert finding.receipts[0].url == f"https://x.com/acme/status/{ID}"
    query = script.asked(LIST)[0].url.params
    assert query["start_time"] == "2026-03-01T09:28:00Z"
    assert query["exclude"] == "retweets"
    assert set(query["tweet.fields"].split(",")) >= {"created_at", "entities", "attachments"}


async def test_find_turns_pages_and_says_when_there_were_too_many() -> None:
    more = listed(shown("other"), next_token="n")
    script = server({LIST: [more, NONE]})
    assert await account("x", script).find(outgoing("x"), known=frozenset()) == ((), True)
    assert script.asked(LIST)[1].url.params["pagination_token"] == "n"
    endless = server({LIST: more})
    assert await account("x", endless).find(outgoing("x"), known=frozenset()) == ((), False)
    assert len(endless.asked(LIST)) == 5


async def test_find_leaves_out_what_the_ledger_owns() -> None:
    script = server({LIST: listed(shown("Hello, world"))})
    found = await account("x", script).find(outgoing("x"), known=frozenset({ID}))
    assert found == ((), True)


async def test_one_list_does_for_all_who_need_none_newer_and_none_longer() -> None:
    """Every post in it costs."""
    script = server({LIST: listed(shown("Hello, world"))})
    platform = account("x", script)
    platform.now = lambda: AT
    earliest, late = outgoing("x"), timedelta(seconds=1)

    async def lists_read(as_of: datetime | None, since: datetime = earliest.since) -> int:
        part = earliest._replace(as_of=as_of, since=since)
        assert len((await platform.find(part, known=frozenset())).receipts) == 1
        return len(script.asked(LIST))

    assert await lists_read(AT) == 1
    assert await lists_read(AT) == 1
    assert await lists_read(AT - late, earliest.since + late) == 1
    assert await platform.find(earliest._replace(as_of=AT), known=frozenset({ID})) == ((), True)
    assert await lists_read(AT + late) == 2
    assert await lists_read(None) == 3
    assert await lists_read(AT, earliest.since - late) == 4
    platform.now = None
    assert await lists_read(None) == 5
    assert await lists_read(AT) == 6
    assert platform.posts_listed == 6


@pytest.mark.parametrize(
    "unknown",
    [
        problem(400, "The query parameter [tweet.fields] is not one of"),
        listed({"id": ID, "text": "Hello, world"}),
    ],
)
async def test_the_other_spelling_of_the_fields_is_tried_and_kept(unknown: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "post.fields" in request.url.params:
            return listed(shown("Hello, world"))
        return unknown

    script = server({LIST: answer})
    platform = account("x", script)
    for asked in (2, 3):
        finding = await platform.find(outgoing("x"), known=frozenset())
        assert len(finding.receipts) == 1
        assert len(script.asked(LIST)) == asked


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (listed({"id": ID, "text": "Hello, world"}), Unreadable),
        (listed(shown("Hello, world") | {"id": 5}), Unreadable),
        (problem(400, "no"), Rejected),
        (problem(402, "credits depleted"), RateLimited),
        (problem(401, "no"), AuthExpired),
        (lost(), NotSent),
        (page(200), Unreadable),
    ],
)
async def test_a_listing_that_cannot_be_read_proves_nothing(reply: object, kind: type) -> None:
    with pytest.raises(PlatformError) as caught:
        await account("x", server({LIST: reply})).find(outgoing("x"), known=frozenset())
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200),
        httpx.Response(204),
        json(200, {}),
        json(200, []),
        json(200, "ok"),
        json(200, {"data": []}),
        json(200, {"errors": partial("not-authorized-for-resource")}),
        json(200, {"data": None, "meta": {"result_count": 3}}),
        json(200, {"data": {}, "meta": {"result_count": 0}}),
        json(200, {"meta": {"result_count": 3}}),
        json(200, {"meta": {"result_count": "0"}}),
        json(200, {"meta": {"result_count": 0}, "errors": partial("resource-unavailable")}),
        json(200, {"data": [shown("other")], "meta": {"result_count": 2}}),
        json(200, {"data": [None], "meta": {"result_count": 1}}),
        listed(shown("other") | {"text": None}),
        listed(shown("other"), next_token=5),
        listed(shown("other"), errors=partial("field-hydration-failure")),
        listed(shown("other"), errors="x"),
    ],
)
async def test_an_answer_that_is_no_whole_list_never_proves_that_a_post_is_absent(
    reply: httpx.Response,
) -> None:
    with pytest.raises(Unreadable):
        await account("x", server({LIST: reply})).find(outgoing("x"), known=frozenset())


async def test_errors_about_other_posts_leave_a_list_whole() -> None:
    """A post answers one that was deleted."""
    reply = listed(shown("other"), errors=partial("resource-not-found"), next_token=None)
    found = await account("x", server({LIST: reply})).find(outgoing("x"), known=frozenset())
    assert found == ((), True)


def test_only_plain_words_are_known_to_be_refused_twice() -> None:
    full = (Certainty.SEARCH, Certainty.DUPLICATE_REJECTION)
    assert PLATFORM.certainty_for(outgoing("x").message) == full
    for out in (
        outgoing("x", files=[picture()]),
        outgoing("x", " "),
        outgoing("x", poll=poll()),
    ):
        assert PLATFORM.certainty_for(out.message) == (Certainty.SEARCH,)


# --------------------------------------------------------------------------- media


async def test_a_picture_goes_up_in_one_piece_and_is_described() -> None:
    script = server({UPLOAD: json(200, {"data": {"id": "5"}}), ALT: json(200, {"data": {}})})
    out = outgoing("x", files=[picture(alt="Größe"), picture(alt=None)])
    assert await account("x", script).prepare(out) == {"media_ids": ["5", "5"]}
    upload = script.asked(UPLOAD)[0].content
    assert b"tweet_image" in upload
    assert picture().read() in upload
    (described,) = script.asked(ALT)
    assert jsons.loads(described.content) == {
        "id": "5",
        "metadata": {"alt_text": {"text": "Größe"}},
    }


def chunked(*states: dict[str, Any] | None) -> dict[str, Any]:
    told = [{"data": {"id": "5"} | ({"processing_info": s} if s else {})} for s in states]
    return {
        "POST /2/media/upload/initialize": json(200, {"data": {"id": "5"}}),
        "POST /2/media/upload/5/append": httpx.Response(204),
        "POST /2/media/upload/5/finalize": json(200, told[0]),
        "GET /2/media/upload": [json(200, one) for one in told[1:]] or json(200, {}),
    }


async def test_a_video_goes_up_in_chunks_and_is_waited_for_as_long_as_x_asks() -> None:
    states = (
        {"state": "pending", "check_after_secs": 3},
        {"state": "in_progress"},
        {"state": "succeeded"},
    )
    script = server(chunked(*states))
    platform = account("x", script)
    size = CHUNK * 2 + 10
    await platform.prepare(outgoing("x", files=[video(size=size)]))
    begin = script.asked("POST /2/media/upload/initialize")[0]
    assert jsons.loads(begin.content) == {
        "media_type": "video/mp4",
        "total_bytes": size,
        "media_category": "tweet_video",
    }
    chunks = script.asked("POST /2/media/upload/5/append")
    assert [f'name="segment_index"\r\n\r\n{n}'.encode() in c.content for n, c in enumerate(chunks)]
    assert len(chunks) == 3
    assert platform.pauses == [3.0, 5.0]
    status = script.asked("GET /2/media/upload")[0].url.params
    assert dict(status) == {"command": "STATUS", "media_id": "5"}


async def test_a_gif_that_moves_is_described_and_a_ready_one_not_waited_for() -> None:
    script = server(chunked(None) | {ALT: json(200, {})})
    platform = account("x", script)
    await platform.prepare(outgoing("x", files=[picture(mime="image/gif", frames=9)]))
    begin = jsons.loads(script.asked("POST /2/media/upload/initialize")[0].content)
    assert begin["media_category"] == "tweet_gif"
    assert len(script.asked(ALT)) == 1
    assert platform.pauses == []


@pytest.mark.parametrize(
    ("info", "kind", "why"),
    [
        (
            {"state": "failed", "error": {"message": "bad codec\x1b[31m"}},
            Rejected,
            r"could not convert media/talk\.mp4 \(bad codec \[31m\)",
        ),
        ({"state": "failed"}, Rejected, "could not convert"),
        ({"state": "pending", "check_after_secs": 10**9}, NotSent, "still being processed"),
    ],
)
async def test_a_video_x_cannot_convert(info: dict[str, Any], kind: type, why: str) -> None:
    script = server(chunked(info, info))
    with pytest.raises(kind, match=why):
        await account("x", script).prepare(outgoing("x", files=[video()]))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (lost(), NotSent),
        (problem(503, "x"), NotSent),
        (problem(400, "x"), Rejected),
        (json(200, {"data": {}}), Unreadable),
        (page(200), Unreadable),
    ],
)
async def test_an_upload_that_fails_published_nothing(reply: object, kind: type) -> None:
    out = outgoing("x", files=[picture()])
    with pytest.raises(PlatformError) as caught:
        await account("x", server({UPLOAD: reply})).prepare(out)
    assert type(caught.value) is kind


async def test_what_is_neither_picture_nor_video_is_refused() -> None:
    out = outgoing("x", files=[picture(mime="audio/mpeg")])
    with pytest.raises(Rejected, match="neither"):
        await account("x", server()).prepare(out)
    strange = chunked(None) | {
        "POST /2/media/upload/initialize": json(200, {"data": {"id": "../5"}})
    }
    with pytest.raises(Unreadable):
        await account("x", server(strange)).prepare(outgoing("x", files=[video()]))


# --------------------------------------------------------------------------- signing


def test_the_signature_of_the_documents_own_example() -> None:
    """The request X's guide "Creating a signature" walks through, with its result."""
    header = authorization(
        {
            "consumer_key": "xvz1evFS4wEEPTGEFPHBog",
            "consumer_secret": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
            "access_token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
            "access_token_secret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        },
        "post",
        "https://api.x.com/1.1/statuses/update.json",
        {
            "include_entities": "true",
            "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
        },
        timestamp=1318622958,
        nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
    )
    assert header.startswith("OAuth oauth_consumer_key=")
    assert 'oauth_signature="Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"' in header


async def test_every_request_is_signed_afresh() -> None:
    script = server({LIST: NONE})
    platform = account("x", script, None, FOUR)
    for _ in range(2):
        await platform.find(outgoing("x"), known=frozenset())
    signed = [request.headers["authorization"] for request in script.requests]
    assert len(set(signed)) == len(signed) == 3
    assert all(header.startswith("OAuth ") for header in signed)
    assert all("access_token_secret" not in header for header in signed)
    platform.now = None
    with pytest.raises(ConfigError, match="needs a clock"):
        await platform.find(outgoing("x"), known=frozenset())


# --------------------------------------------------------------------------- afterwards


def totals(post_id: str, **more: Any) -> dict[str, Any]:
    public = {
        "like_count": 5,
        "reply_count": 2,
        "retweet_count": 3,
        "quote_count": 1,
        "bookmark_count": 4,
        "impression_count": 900,
    }
    return {"id": post_id, "text": "x", "created_at": "x", "public_metrics": public, **more}


async def test_private_metrics_are_asked_for_young_posts_only() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        private = "non_public_metrics" in request.url.params["tweet.fields"]
        more = {"non_public_metrics": {"url_link_clicks": 7}} if private else {}
        ids = request.url.params["ids"].split(",")
        return json(200, {"data": [totals(one, **more) for one in ids]})

    script = server({READ: answer})
    young = receipt("1")
    old = young.__class__("2", young.url, AT - timedelta(days=40))
    told = {m.remote_id: m for m in await account("x", script).metrics([young, old])}
    first = told["1"]
    assert (first.likes, first.comments, first.shares, first.saves) == (5, 2, 4, 4)
    assert (first.impressions, first.clicks, first.views) == (900, 7, None)
    assert told["2"].clicks is None
    assert [r.url.params["ids"] for r in script.asked(READ)] == ["1", "2"]


async def test_where_private_metrics_are_refused_the_public_ones_do() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "non_public_metrics" in request.url.params["tweet.fields"]:
            return problem(403, "Field Authorization Error")
        return json(200, {"data": [totals("1")]})

    (told,) = await account("x", server({READ: answer})).metrics([receipt("1"), receipt("2")])
    assert (told.remote_id, told.likes, told.clicks) == ("1", 5, None)
    with pytest.raises(AuthExpired):
        await account("x", server({READ: problem(401, "x")})).metrics([receipt("1")])


async def test_views_are_those_of_the_video() -> None:
    document = {
        "data": [totals("1", attachments={"media_keys": ["7_1", ["odd"]]})],
        "includes": {"media": [{"media_key": "7_1", "public_metrics": {"view_count": 44}}, {}]},
    }
    (told,) = await account("x", server({READ: json(200, document)})).metrics([receipt("1")])
    assert told.views == 44


async def test_nothing_left_of_deleted_posts() -> None:
    gone = json(200, {"errors": [{"type": "https://api.x.com/2/problems/resource-not-found"}]})
    assert await account("x", server({READ: gone})).metrics([receipt("1")]) == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://x.com/acme/status/{ID}",
        f"https://twitter.com/acme/status/{ID}?s=20",
        f"https://x.com/i/web/status/{ID}",
        f"https://mobile.twitter.com/acme/status/{ID}/",
    ],
)
async def test_a_post_is_adopted_by_its_page(url: str) -> None:
    script = server({READ: json(200, {"data": [{"id": ID, "author_id": "12"}]})})
    made = await account("x", script).adopt(url)
    assert (made.remote_id, made.at) == (ID, AT)


@pytest.mark.parametrize(
    ("url", "data"),
    [
        ("https://x.com/acme", []),
        (f"https://evil.example/acme/status/{ID}", []),
        (f"https://x.com/acme/status/{ID}", [{"id": ID, "author_id": "13"}]),
        (f"https://x.com/acme/status/{ID}", None),
    ],
)
async def test_what_cannot_be_adopted(url: str, data: Any) -> None:
    with pytest.raises(Rejected, match="is not"):
        await account("x", server({READ: json(200, {"data": data})})).adopt(url)


async def test_deleting() -> None:
    route = f"DELETE /2/tweets/{ID}"
    for reply in (json(200, {"data": {"deleted": True}}), problem(404, "gone")):
        await account("x", server({route: reply})).delete(receipt(ID))
    with pytest.raises(Rejected, match="not deleted"):
        await account("x", server({route: json(200, {"data": {"deleted": False}})})).delete(
            receipt(ID)
        )
    with pytest.raises(NotSent):
        await account("x", server({route: lost()})).delete(receipt(ID))


async def test_whoami_is_asked_once_because_it_is_paid_for() -> None:
    script = server()
    platform = account("x", script)
    assert await platform.whoami() == await platform.whoami()
    assert len(script.asked(ME)) == 1
    strange = server({ME: json(200, {"data": {"id": "../1", "username": "acme"}})})
    with pytest.raises(Unreadable):
        await account("x", strange).whoami()


def test_text_is_weighed() -> None:
    assert PLATFORM.measure("今" * 140).fits
    assert not PLATFORM.measure("今" * 141).fits
    premium = PLATFORM.Settings(max_characters=25_000)
    assert PLATFORM.measure("x" * 25_000, settings=premium).fits
    kinds = [facet.type for facet in PLATFORM.facets("@acme see README.md #gitops")]
    assert kinds == ["mention", "link", "tag"]
    hopeful = PLATFORM.Settings(max_characters=100_000)
    assert PLATFORM.text_limit(hopeful).limit == 25_000
