"""Mastodon against a scripted server: every answer of its documents, and servers that differ."""

from __future__ import annotations

import json as jsons
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from postops.errors import (
    NeedsReauth,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
)
from postops.platforms.base import Unreadable
from postops.platforms.mastodon import PLATFORM
from postops.platforms.mastodon.compare import html_text, plain, shown_fits
from postops.platforms.mastodon.refusals import NotThere
from tests.platforms.harness import (
    AT,
    CANARY,
    KEYS,
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

POST = "POST /api/v1/statuses"
ONE = "GET /api/v1/statuses/7"
SEVERAL = "GET /api/v1/statuses"
SOURCE = "GET /api/v1/statuses/7/source"
ME = "GET /api/v1/accounts/verify_credentials"
LIST = "GET /api/v1/accounts/1/statuses"
MEDIA = "POST /api/v2/media"
LIMITS = "GET /api/v2/instance"
NOT_FOUND = json(404, {"error": "Record not found"})


def status(text: str = "Hello, world", number: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "url": f"https://social.example/@acme/{number}",
        "created_at": "2026-03-01T09:30:00.000Z",
        "content": f"<p>{text}</p>",
        "spoiler_text": "",
        "in_reply_to_id": None,
        "media_attachments": [],
        "poll": None,
        "account": {"id": "1"},
        **more,
    }


def server(routes: dict[str, Any] | None = None) -> Server:
    usual: dict[str, Any] = {
        ME: json(200, {"id": "1", "acct": "acme", "url": "https://social.example/@acme"}),
        LIMITS: json(200, {}),
        POST: json(200, status()),
        ONE: json(200, status()),
        SOURCE: json(200, {"id": "7", "text": "Hello, world", "spoiler_text": ""}),
    }
    return Server(usual | (routes or {}))


async def publish(script: Server, *given: Any, media: list[str] | None = None, **more: Any) -> Any:
    out = outgoing("mastodon", *given, **more)
    return await account("mastodon", script).publish(out, {"media_ids": media or []})


# --------------------------------------------------------------------------- what is sent


async def test_a_status_carries_its_key_and_only_what_was_asked_for() -> None:
    script = server()
    made = await publish(script)
    (request,) = script.asked(POST)
    assert request.headers["idempotency-key"] == KEYS["mastodon"]
    assert request.headers["authorization"] == f"Bearer {CANARY}-token"
    assert jsons.loads(request.content) == {
        "status": "Hello, world",
        "visibility": "public",
        "sensitive": False,
    }
    assert (made.remote_id, made.url, made.at) == ("7", "https://social.example/@acme/7", AT)


async def test_everything_a_post_can_ask_for() -> None:
    seen = status(
        spoiler_text="CW",
        in_reply_to_id="6",
        media_attachments=[{"id": "m1"}],
        poll={"id": "p"},
    )
    script = server({POST: json(200, seen), ONE: json(200, seen), SOURCE: NOT_FOUND})
    made = await publish(
        script,
        media=["m1"],
        files=[picture()],
        parent=receipt("6"),
        content_warning="CW",
        language="de",
        poll=poll(hide_totals=True),
        options={"visibility": "private", "quote_approval_policy": "nobody"},
    )
    assert jsons.loads(script.asked(POST)[0].content) == {
        "status": "Hello, world",
        "visibility": "private",
        "sensitive": True,
        "spoiler_text": "CW",
        "language": "de",
        "media_ids": ["m1"],
        "poll": {
            "options": ["Yes", "No"],
            "expires_in": 3600,
            "multiple": False,
            "hide_totals": True,
        },
        "in_reply_to_id": "6",
        "quote_approval_policy": "nobody",
    }
    assert made.extra["media"] == "m1"


# --------------------------------------------------------------------------- how publishing ends


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json(400, {"error": "param is missing"}), Rejected),
        (json(401, {"error": f"The access token is invalid {CANARY}-token"}), NeedsReauth),
        (json(403, {"error": "This action is outside the authorized scopes"}), NeedsReauth),
        (json(404, {"error": "The post you are trying to reply to does not exist."}), NotThere),
        (page(413), Rejected),
        (json(422, {"error": "Validation failed: Text can't be blank"}), Rejected),
        (json(422, {"error": "Cannot attach files that have not finished processing."}), NotSent),
        (json(429, {"error": "Too many requests"}), RateLimited),
        (json(500, {"error": "Error"}), OutcomeUnknown),
        (
            json(503, {"error": "There was a temporary problem serving your request"}),
            OutcomeUnknown,
        ),
        (page(502), OutcomeUnknown),
        (page(200), OutcomeUnknown),
        (page(404), OutcomeUnknown),
        (json(200, {}), OutcomeUnknown),
        (json(200, status() | {"id": 7}), OutcomeUnknown),
        (json(200, status() | {"created_at": "today"}), OutcomeUnknown),
        (json(200, status() | {"id": "../7"}), OutcomeUnknown),
        (json(200, []), OutcomeUnknown),
        (lost(), OutcomeUnknown),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (unplugged(), NotSent),
    ],
)
async def test_every_end_of_publishing_is_told_apart(reply: object, kind: type) -> None:
    script = server({POST: reply, "GET /api/v1/statuses/": NOT_FOUND})
    with pytest.raises(PlatformError) as caught:
        await publish(script)
    assert type(caught.value) is kind
    assert len(script.asked(POST)) == 1
    assert CANARY not in everything_said(caught.value)


async def test_media_that_hang_on_a_status_already_are_a_hint() -> None:
    said = "Validation failed: Media 5 not found or already attached to another post"
    with pytest.raises(Rejected) as caught:
        await publish(server({POST: json(422, {"error": said})}))
    assert caught.value.duplicate


async def confirm(script: Server) -> bool:
    out = outgoing("mastodon")
    platform = account("mastodon", script)
    made = await platform.publish(out, {"media_ids": []})
    return await platform.confirm([made]) == {made.remote_id}


@pytest.mark.parametrize(
    ("several", "one", "there"),
    [
        pytest.param(json(200, [status()]), NOT_FOUND, True, id="listed"),
        pytest.param(json(200, []), NOT_FOUND, False, id="in neither"),
        pytest.param(json(200, []), json(200, status()), True, id="a list that leaves it out"),
        pytest.param(NOT_FOUND, json(200, status()), True, id="no such list"),
        pytest.param(NOT_FOUND, NOT_FOUND, False, id="no such list, no such post"),
        pytest.param(page(200), json(200, status()), True, id="something else in its place"),
    ],
)
async def test_the_second_look_tells_what_was_kept(
    several: object, one: object, there: bool
) -> None:
    assert await confirm(server({SEVERAL: several, ONE: one})) is there


async def test_the_second_look_takes_few_calls() -> None:
    found = [status(number=n) for n in range(100, 145)]
    made = [receipt(one["id"]) for one in found]
    script = server({SEVERAL: json(200, found)})
    kept = await account("mastodon", script).confirm(made)
    assert kept == {one.remote_id for one in made}
    asked = [request.url.params.get_list("id[]") for request in script.asked(SEVERAL)]
    assert [len(ids) for ids in asked] == [20, 20, 5]


@pytest.mark.parametrize(
    "look",
    [
        lost(),
        page(502),
        json(429, {}),
        json(401, {}),
        httpx.Response(200),
        json(200, {}),
        json(200, status(number=8)),
    ],
)
async def test_a_second_look_that_fails_says_nothing_of_the_post(look: object) -> None:
    out = outgoing("mastodon")
    made = await account("mastodon", server()).publish(out, {"media_ids": []})
    with pytest.raises((NotSent, Rejected)):
        await account("mastodon", server({SEVERAL: look, ONE: look})).confirm([made])


@pytest.mark.parametrize(
    "kept",
    [
        status(in_reply_to_id="6"),
        status(media_attachments=[{"id": "1"}]),
        status(poll={"id": "1"}),
    ],
)
async def test_a_status_in_another_shape_is_not_the_one_sent(kept: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown, match="another status"):
        await publish(server({POST: json(200, kept)}))


async def test_where_it_shows_other_words_the_source_decides() -> None:
    rewritten = json(200, status("Hello, dear world"))
    assert (await publish(server({POST: rewritten}))).remote_id == "7"
    other = json(200, {"text": "Another text", "spoiler_text": ""})
    for source in (other, NOT_FOUND, page(200)):
        with pytest.raises(OutcomeUnknown, match="another status"):
            await publish(server({POST: rewritten, SOURCE: source}))


async def test_a_page_that_is_no_url_is_replaced() -> None:
    odd = json(200, status(url="javascript:alert(1)"))
    made = await publish(server({POST: odd}))
    assert made.url == "https://social.example/api/v1/statuses/7"


# --------------------------------------------------------------------------- comparing


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a\n\nb\nc", "<p>a</p><p>b<br />c</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "see https://example.com/a/very/long/path?x=1 now",
            (
                '<p>see <a href="https://example.com/a/very/long/path?x=1" rel="nofollow">'
                '<span class="invisible">https://</span>'
                '<span class="ellipsis">example.com/a/very/long/path?x</span>'
                '<span class="invisible">=1</span></a> now</p>'
            ),
        ),
        (
            "hi @alice@social.example and @bob",
            (
                '<p>hi <span><a href="https://social.example/@alice">@<span>alice</span></a></span>'
                " and @bob</p>"
            ),
        ),
        ("#gitops 🚀", '<p><a href="/tags/gitops" rel="tag">#<span>gitops</span></a> 🚀</p>'),
        ("a  b", "<p>a b</p>"),
        ("", ""),
    ],
)
def test_a_text_and_its_html_are_the_same_words(sent: str, shown: str) -> None:
    assert html_text(shown) == plain(sent)


def test_broken_html_does_not_break_us() -> None:
    assert html_text("<p>a <<b>b</i> &nope; <").startswith("a <b &nope;")
    assert html_text("a <a title='b>c' rel=\"d>\">e</a><LI class=f>g<!-- h --><br/>i") == "a e g i"
    assert html_text("a <![b[c]> d") == "a d"
    assert html_text("a<p>b <a title='c>d") == "a b <a title='c>d"
    assert html_text(f"a<br>&#{'9' * 5000};").startswith("a &#99")


@pytest.mark.parametrize("piece", ["<a ", "<a '", "<!--", "<![CDATA[", "&", "@a@", "@a.", "<"])
def test_hostile_html_is_read_in_no_time(piece: str) -> None:
    began = time.process_time()
    html = piece * 100_000
    html_text(html)
    assert not shown_fits(outgoing("mastodon"), status() | {"content": html})
    assert time.process_time() - began < 2


def test_much_more_than_was_sent_is_not_looked_at() -> None:
    ours = outgoing("mastodon")
    for size, same in ((100, True), (100_000, False)):
        assert shown_fits(ours, status() | {"content": "<p>Hello, world</p>" + " " * size}) is same


# --------------------------------------------------------------------------- find


def listed(*ages: float, start: int = 100) -> list[dict[str, Any]]:
    """Statuses of so many seconds after the claim, newest first."""
    return [
        status(
            f"post {start - n}",
            start - n,
            created_at=(AT + timedelta(seconds=age)).isoformat(),
        )
        for n, age in enumerate(ages)
    ]


def sources(request: httpx.Request) -> httpx.Response:
    raise AssertionError(request.url)


async def test_find_pages_back_to_the_claim_and_no_further() -> None:
    mine = status("Hello, world", 7, created_at=(AT + timedelta(seconds=1)).isoformat())
    newer, older = listed(30, 20, start=90), listed(-60, -500, start=50)
    script = server({LIST: [json(200, newer), json(200, [mine, *older])]})
    for number in (90, 89, 50):
        script.routes[f"GET /api/v1/statuses/{number}/source"] = NOT_FOUND
    finding = await account("mastodon", script).find(outgoing("mastodon"), known=frozenset())
    assert finding.complete
    assert [found.remote_id for found in finding.receipts] == ["7"]
    first, second = script.asked(LIST)
    assert dict(first.url.params) == {"limit": "40", "exclude_reblogs": "true"}
    assert second.url.params["max_id"] == "89"


async def test_find_leaves_out_what_is_owned_or_of_another_shape() -> None:
    seen = [status(number=7), status(number=6, in_reply_to_id="1"), status(number=5, poll={})]
    script = server({LIST: [json(200, seen), json(200, [])]})
    out = outgoing("mastodon")
    finding = await account("mastodon", script).find(out, known=frozenset({"7"}))
    assert finding == ((), True)


async def test_find_takes_two_that_match_to_the_caller() -> None:
    script = server({LIST: [json(200, [status(number=8), status(number=7)]), json(200, [])]})
    script.routes["GET /api/v1/statuses/8/source"] = script.routes[SOURCE]
    finding = await account("mastodon", script).find(outgoing("mastodon"), known=frozenset())
    assert [found.remote_id for found in finding.receipts] == ["8", "7"]


async def test_an_old_status_on_top_does_not_end_the_search() -> None:
    """Some servers show those that are pinned first."""
    pinned, *newer = listed(-500, 30, start=90)
    pages = [[pinned, *newer], [status(number=7)], []]
    script = server({LIST: [json(200, page) for page in pages]})
    script.routes["GET /api/v1/statuses/89/source"] = NOT_FOUND
    finding = await account("mastodon", script).find(outgoing("mastodon"), known=frozenset())
    assert [found.remote_id for found in finding.receipts] == ["7"]


async def test_find_says_when_it_did_not_reach_back() -> None:
    script = server({LIST: json(200, listed(10))})
    script.routes["GET /api/v1/statuses/100/source"] = NOT_FOUND
    finding = await account("mastodon", script).find(outgoing("mastodon"), known=frozenset())
    assert finding == ((), False)
    assert len(script.asked(LIST)) == 10


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(200), Unreadable),
        (json(200, [{"id": "1"}]), Unreadable),
        (json(200, [status() | {"content": None}]), Unreadable),
        (json(200, [status() | {"created_at": "0001-01-01T00:00:00+01:00"}]), Unreadable),
        (json(200, ["x"]), Unreadable),
        (json(200, {}), Unreadable),
        (page(200), Unreadable),
        (lost(), NotSent),
        (json(401, {"error": "x"}), NeedsReauth),
    ],
)
async def test_a_listing_that_cannot_be_read_proves_nothing(reply: object, kind: type) -> None:
    with pytest.raises(PlatformError) as caught:
        await account("mastodon", server({LIST: reply})).find(
            outgoing("mastodon"), known=frozenset()
        )
    assert type(caught.value) is kind


# --------------------------------------------------------------------------- media and limits


async def test_media_are_uploaded_with_description_and_focus() -> None:
    script = server({MEDIA: json(200, {"id": "m1", "url": "https://social.example/m1.png"})})
    out = outgoing("mastodon", files=[picture(alt="Größe", focus=(0.5, -0.25))])
    assert await account("mastodon", script).prepare(out) == {"media_ids": ["m1"]}
    body = script.asked(MEDIA)[0].content
    for wanted in ("Größe".encode(), b"0.50,-0.25", b'filename="chart.png"', picture().read()):
        assert wanted in body


async def test_processing_is_waited_for_with_patience() -> None:
    script = server(
        {
            MEDIA: json(202, {"id": "m1", "url": None}),
            "GET /api/v1/media/m1": [
                json(206, {"id": "m1"}),
                json(206, {}),
                json(200, {"id": "m1"}),
            ],
        }
    )
    platform = account("mastodon", script)
    await platform.prepare(outgoing("mastodon", files=[video()]))
    assert platform.pauses == [1.0, 2.0, 3.0]
    script.routes["GET /api/v1/media/m1"] = json(206, {})
    with pytest.raises(NotSent, match="still being processed"):
        await platform.prepare(outgoing("mastodon", files=[video()], key="other"))
    assert sum(platform.pauses) < 320


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json(500, {"error": "Error processing thumbnail for uploaded media"}), NotSent),
        (json(422, {"error": "Validation failed: File content type is invalid"}), Rejected),
        (page(413), Rejected),
        (lost(), NotSent),
        (json(200, {"id": 5}), Unreadable),
    ],
)
async def test_an_upload_that_fails_published_nothing(reply: object, kind: type) -> None:
    with pytest.raises(PlatformError) as caught:
        await account("mastodon", server({MEDIA: reply})).prepare(
            outgoing("mastodon", files=[picture()])
        )
    assert type(caught.value) is kind


CONFIGURATION = {
    "configuration": {
        "statuses": {
            "max_characters": 100,
            "max_media_attachments": 1,
            "characters_reserved_per_url": 25,
        },
        "media_attachments": {
            "description_limit": 5,
            "image_size_limit": 50,
            "video_size_limit": 60,
            "supported_mime_types": ["image/png", "video/mp4"],
        },
    }
}


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [
        ("x" * 101, [], "takes 100 characters, the text has 101"),
        ("x" * 75 + " https://example.org", [], "takes 100 characters, the text has 101"),
        ("x", [picture(alt="")] * 2, "takes 1 media, the post has 2"),
        ("x", [picture(alt="x" * 6)], "descriptions of 5 characters"),
        ("x", [picture(alt="", mime="image/heic")], "does not take image/heic"),
        ("x", [picture(alt="")], "files of 50 bytes"),
        ("x", [video(alt="")], "files of 60 bytes"),
    ],
)
async def test_what_the_server_would_refuse_is_refused_first(
    text: str, files: list[Any], why: str
) -> None:
    script = server({LIMITS: json(200, CONFIGURATION)})
    with pytest.raises(Rejected, match=why):
        await account("mastodon", script).prepare(outgoing("mastodon", text, files=files))
    assert script.asked(MEDIA) == []


async def test_older_servers_are_asked_the_older_way_and_silent_ones_believed() -> None:
    old = server({LIMITS: NOT_FOUND, "GET /api/v1/instance": json(200, {"max_toot_chars": 10})})
    with pytest.raises(Rejected, match="takes 10 characters"):
        await account("mastodon", old).prepare(outgoing("mastodon", "x" * 11))
    silent = server({LIMITS: page(200), "GET /api/v1/instance": page(404)})
    platform = account("mastodon", silent)
    for _ in range(2):
        assert await platform.prepare(outgoing("mastodon", "x" * 400)) == {"media_ids": []}
    assert len(silent.asked(LIMITS)) == 1


async def test_the_limits_can_be_had_ahead_and_are_asked_for_once() -> None:
    script = server({LIMITS: [lost(), json(200, CONFIGURATION)]})
    platform = account("mastodon", script)
    with pytest.raises(NotSent):
        await platform.get_ready()
    await platform.get_ready()
    await platform.prepare(outgoing("mastodon"))
    assert len(script.asked(LIMITS)) == 2  # the one that failed, and the one that counts


async def test_a_token_that_is_refused_is_said_before_anything_is_uploaded() -> None:
    script = server({LIMITS: json(401, {"error": "The access token was revoked"})})
    with pytest.raises(NeedsReauth):
        await account("mastodon", script).prepare(outgoing("mastodon", files=[picture()]))
    assert len(script.requests) == 1


def test_an_account_may_say_that_its_server_takes_more() -> None:
    roomy = PLATFORM.Settings("https://social.example", max_characters=5000)
    assert PLATFORM.measure("x" * 501, settings=roomy).fits
    assert not PLATFORM.measure("x" * 501, settings=PLATFORM.Settings("https://a.example")).fits
    assert not PLATFORM.measure("x" * 501).fits
    assert PLATFORM.measure("x" * 495, content_warning="123456").count == 501


# --------------------------------------------------------------------------- afterwards


async def test_metrics_come_in_one_call_or_one_by_one() -> None:
    totals = {"favourites_count": 5, "replies_count": 2, "reblogs_count": 3, "quotes_count": 1}
    seen = status(**totals, poll={"votes_count": 9})
    batch = server({"GET /api/v1/statuses": json(200, [seen, {"id": "99"}])})
    asked = [receipt("7"), receipt("8")]
    (told,) = await account("mastodon", batch).metrics(asked)
    assert (told.likes, told.comments, told.shares, told.votes) == (5, 2, 4, 9)
    assert batch.requests[-1].url.params.get_list("id[]") == ["7", "8"]
    single = server(
        {
            "GET /api/v1/statuses": page(404),
            ONE: json(200, seen),
            "GET /api/v1/statuses/8": NOT_FOUND,
        }
    )
    assert await account("mastodon", single).metrics(asked) == [told]


async def test_metrics_with_a_revoked_token_are_not_asked_again() -> None:
    script = server({"GET /api/v1/statuses": json(401, {"error": "revoked"})})
    with pytest.raises(NeedsReauth):
        await account("mastodon", script).metrics([receipt("7")])
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://social.example/@acme/7",
        "https://social.example/users/acme/statuses/7",
        "https://social.example/@acme/statuses/7",
    ],
)
async def test_a_post_is_adopted_by_its_page(url: str) -> None:
    assert (await account("mastodon", server()).adopt(url)).remote_id == "7"


@pytest.mark.parametrize(
    ("url", "routes", "why"),
    [
        ("https://other.example/@acme/7", {}, "not the address"),
        ("https://social.example/@acme", {}, "not the address"),
        (
            "https://social.example/@acme/7",
            {ONE: json(200, status(account={"id": "2"}))},
            "not a post",
        ),
        ("https://social.example/@acme/7", {ONE: NOT_FOUND}, "not found"),
    ],
)
async def test_what_cannot_be_adopted(url: str, routes: dict[str, Any], why: str) -> None:
    with pytest.raises(Rejected, match=why):
        await account("mastodon", server(routes)).adopt(url)


async def test_deleting_what_is_gone_is_fine_and_a_lost_answer_is_safe_to_repeat() -> None:
    route = "DELETE /api/v1/statuses/7"
    for reply in (NOT_FOUND, json(200, {"id": "7"})):
        await account("mastodon", server({route: reply})).delete(receipt("7"))
    with pytest.raises(NotSent):
        await account("mastodon", server({route: lost()})).delete(receipt("7"))


async def test_an_edit_sends_the_poll_again_or_the_server_would_drop_it() -> None:
    script = server({"PUT /api/v1/statuses/7": json(200, status(poll={"id": "1"}))})
    out = outgoing("mastodon", "New", poll=poll(), options={"visibility": "unlisted"})
    await account("mastodon", script).update(out, {"media_ids": []}, receipt("7"))
    fields = jsons.loads(script.requests[-1].content)
    assert fields["poll"]["options"] == ["Yes", "No"]
    assert (fields["spoiler_text"], fields["media_ids"]) == ("", [])
    assert "visibility" not in fields
    assert fields["media_attributes"] == []


async def test_an_edit_does_not_prolong_a_poll_nor_open_it_again() -> None:
    script = server({"PUT /api/v1/statuses/7": json(200, status(poll={"id": "1"}))})
    there, platform = receipt("7"), account("mastodon", script)
    question = poll()
    ends = there.at + timedelta(seconds=question.seconds)
    for left in (question.seconds - 60, 300):
        out = outgoing("mastodon", poll=question, at=ends - timedelta(seconds=left))
        await platform.update(out, {"media_ids": []}, there)
        assert jsons.loads(script.requests[-1].content)["poll"]["expires_in"] == left
    for left in (299, -60):
        out = outgoing("mastodon", poll=question, at=ends - timedelta(seconds=left))
        with pytest.raises(Rejected, match="open it again"):
            await platform.update(out, {"media_ids": []}, there)


async def test_whoami_is_asked_once() -> None:
    script = server()
    platform = account("mastodon", script)
    assert await platform.whoami() == await platform.whoami()
    assert (await platform.whoami()).handle == "acme"
    assert len(script.asked(ME)) == 1
